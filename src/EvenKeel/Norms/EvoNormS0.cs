using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Norms.Layers;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>
/// EvoNorm-S0: a normalizing activation found by search, with statistics within each sample: a gated input over the
/// deviation of its group.
/// <para>Formula: y = γ·x·σ(v·x)/√(σ²_group + ε) + β, σ² the biased variance over (C/G, H, W).</para>
/// <para>Shapes: input [N,H,W,C] or [N,C]; γ, β, v [C], v starting at 1.</para>
/// <para>State: none; training and evaluation measure their input. It cannot fold.</para>
/// <para>Deviations: ε = 1e-5, 32 groups. It takes the place of the activation; where none follows (before the sum of a
/// residual block, at the network's output) only gain and shift are applied, as in timm.</para>
/// <para>Paper: Liu et al. 2020, table 4, arXiv 2004.02967.</para>
/// </summary>
[NormMethod("evo-s0", "EvoNorm-S0", "y = γ·x·σ(v·x)/√(σ²_group + ε) + β", "Liu et al. 2020, table 4, arXiv 2004.02967",
    Notes = "No state: evaluation measures its input too. It takes the place of the activation; where none follows there "
        + "are only gain and shift, as in timm.")]
public sealed record EvoNormS0 : Norm
{
    /// <summary>Groups G; the channels must be a multiple.</summary>
    [NormOption("groups", "groups of channels; the channels must be a multiple")]
    public int Groups { get; init; } = 32;

    /// <summary>What to do where they are not.</summary>
    [NormOption("uneven", "what to do where the channels are no multiple of the groups")]
    public UnevenGroups Uneven { get; init; } = UnevenGroups.Error;

    /// <summary>ε, greater than 0.</summary>
    [NormOption("epsilon", "keeps the scale above zero")]
    public float Epsilon { get; init; } = 1e-5f;

    /// <inheritdoc/>
    public override NormLayer Activation(int channels, Activation activation) => activation.IsIdentity
        ? new AffineLayer(channels)
        : new Layer(channels, ChannelGroups.Divide("evo-s0", Groups, Uneven, channels), Epsilon, activation);

    /// <inheritdoc/>
    public override void Validate()
    {
        if (Groups < 1) throw new UserException($"evo-s0(groups={Groups}): expected 1 or more.");
        if (!(Epsilon > 0)) throw new UserException($"evo-s0(epsilon={Epsilon}): expected a number above 0, such as 1e-5.");
    }

    private sealed class Layer : EvoNormLayer
    {
        private readonly int _width;
        private readonly float _epsilon;

        public Layer(int channels, int groups, float epsilon, Activation activation) : base(channels, activation) =>
            (_width, _epsilon) = (channels / groups, epsilon);

        public override void CheckTraining(Shape input) => CheckElements(input, input.Rows / input[0] * _width, "use fewer groups");

        public override Tensor Forward(Pass pass, Tensor x)
        {
            var tape = pass.Tape;
            CheckTraining(x.Shape);
            var (mean, rstd) = MeasureGroups(tape, x);
            var tables = Tables(tape, x.Shape[0], 4);
            FillTable(tables, 0, V);
            FillTable(tables, 1, rstd);
            FillTable(tables, 2, Gamma);
            FillTable(tables, 3, Beta);
            var y = tape.Rent(x.Shape);
            var uploaded = Upload(tables);
            tape.Backend.EvoS0Forward(x, uploaded, y);
            if (tape.Record<Undo>(y, NeedsGradient(x)) is { } node)
                (node.Layer, node.X, node.Tables, node.Mean) = (this, x, uploaded, mean);
            return y;
        }

        // [segments, channels], alike within a group.
        private (Tensor Mean, Tensor Rstd) MeasureGroups(Tape tape, Tensor x)
        {
            var shape = new Shape(x.Shape[0], Channels);
            Tensor mean = tape.Rent(shape), rstd = tape.Rent(shape);
            tape.Backend.MeanVariance(x, mean, rstd);
            float[] means = Read(ref A, mean), variances = Read(ref B, rstd);
            for (var first = 0; first < shape.Length; first += _width)
            {
                double center = 0, variance = 0;
                for (var i = first; i < first + _width; i++) center += means[i];
                center /= _width;
                for (var i = first; i < first + _width; i++) variance += variances[i] + (means[i] - center) * (means[i] - center);
                means.AsSpan(first, _width).Fill((float)center);
                variances.AsSpan(first, _width).Fill((float)(1.0 / Math.Sqrt(variance / _width + _epsilon)));
            }

            mean.CopyFrom(means.AsSpan(0, shape.Length));
            rstd.CopyFrom(variances.AsSpan(0, shape.Length));
            return (mean, rstd);
        }

        // With t = x·σ(v·x) and r = 1/√(σ² + ε): dγ = Σ dy·t·r, dv = γ·r·Σ dy·x²·σ(1 − σ), and the variance gets
        // Σ γ·dy·t·(−r³/2), which reaches x as 2(x − μ)/m.
        private sealed class Undo : Node
        {
            public Layer Layer = null!;
            public Tensor X = null!;
            public Tensor Tables = null!;
            public Tensor Mean = null!;

            protected internal override void Backward(Tape tape, Tensor outputGradient)
            {
                var layer = Layer;
                int segments = X.Shape[0], count = segments * layer.Channels;
                var sums = tape.Rent(new Shape(3, count));
                tape.Backend.EvoS0Sums(X, outputGradient, Tables, sums);
                var gradient = layer.TablesAfter(tape, Tables, 5);
                float[] s = Read(ref layer.Sums, sums), mean = Read(ref layer.B, Mean), values = layer.Values;
                Span<float> rstd = values.AsSpan(count, count), gamma = values.AsSpan(2 * count, count);
                for (var i = 0; i < count; i++) s[2 * count + i] *= gamma[i] * rstd[i];
                layer.AddGradient(tape, layer.Gamma, s.AsSpan(0, count));
                layer.AddGradient(tape, layer.Beta, s.AsSpan(count, count));
                layer.AddGradient(tape, layer.V, s.AsSpan(2 * count, count));
                if (tape.GradientOver(X, outputGradient, out var accumulate) is not { } dx) return;
                var elements = (double)X.Shape.Rows / segments * layer._width;
                for (var first = 0; first < count; first += layer._width)
                {
                    var sum = 0.0;
                    for (var i = first; i < first + layer._width; i++) sum += gamma[i] * (double)s[i];
                    var factor = -sum * rstd[first] * rstd[first] / elements;
                    values.AsSpan(3 * count + first, layer._width).Fill((float)factor);
                    values.AsSpan(4 * count + first, layer._width).Fill((float)(-factor * mean[first]));
                }

                tape.Backend.EvoS0Gradient(X, outputGradient, layer.Upload(gradient), dx, accumulate);
            }
        }
    }
}

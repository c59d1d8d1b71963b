using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Norms.Layers;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>
/// EvoNorm-B0: a normalizing activation found by search: the input over the larger of the batch deviation and a line
/// through the instance deviation.
/// <para>Formula: y = γ·x/max(√(σ²_B + ε), v·x + √(σ²_I + ε)) + β; σ²_B over (N, H, W) per channel, σ²_I over (H, W) per
/// sample and channel, both biased; the gradient flows through both.</para>
/// <para>Shapes: input [N,H,W,C] or [N,C]; γ, β, v, running variance [C], v starting at 1.</para>
/// <para>State: running variance (starts 1), used for σ²_B in evaluation; σ²_I is measured there too, so it cannot
/// fold.</para>
/// <para>Deviations: ε = 1e-3, unbiased running variance, RunningRate weights the <em>new</em> batch. It takes the place
/// of the activation; where none follows (before the sum of a residual block, at the network's output) only gain and
/// shift are applied, as in timm.</para>
/// <para>Paper: Liu et al. 2020, table 4, arXiv 2004.02967.</para>
/// </summary>
[NormMethod(
    "evo-b0", "EvoNorm-B0", "y = γ·x/max(√(σ²_batch + ε), v·x + √(σ²_HW + ε)) + β", "Liu et al. 2020, table 4, arXiv 2004.02967",
    Notes = "Evaluation uses a running variance for the batch part and measures the instance part. It takes the place of "
        + "the activation; where none follows there are only gain and shift, as in timm.")]
public sealed record EvoNormB0 : Norm
{
    /// <summary>ε, greater than 0.</summary>
    [NormOption("epsilon", "keeps the scales above zero")]
    public float Epsilon { get; init; } = 1e-3f;

    /// <summary>Weight of the new batch in the running variance, 0 to 1.</summary>
    [NormOption("rate", "weight of the new batch in the running variance, 0 to 1")]
    public float RunningRate { get; init; } = 0.1f;

    /// <summary>Which variance the running statistics store.</summary>
    [NormOption("running", "variance stored in the running statistics")]
    public Variance RunningVariance { get; init; } = Variance.Unbiased;

    /// <inheritdoc/>
    public override NormLayer Activation(int channels, Activation activation) => activation.IsIdentity
        ? new AffineLayer(channels)
        : new Layer(this, channels, activation);

    /// <inheritdoc/>
    public override void Validate()
    {
        if (!(Epsilon > 0)) throw new UserException($"evo-b0(epsilon={Epsilon}): expected a number above 0, such as 1e-3.");
        if (!(RunningRate is > 0 and <= 1)) throw new UserException($"evo-b0(rate={RunningRate}): expected above 0 and at most 1; it weights the new batch.");
    }

    private sealed class Layer : EvoNormLayer
    {
        private readonly EvoNormB0 _norm;
        private readonly double[] _batch;

        public Layer(EvoNormB0 norm, int channels, Activation activation) : base(channels, activation)
        {
            _norm = norm;
            _batch = new double[channels];
            Running = new RunningStatistics(
                null, Buffer("running_var", new Shape(channels), 1f),
                norm.RunningVariance == Variance.Unbiased ? RunningSpread.UnbiasedVariance : RunningSpread.Variance,
                norm.RunningRate);
        }

        public override bool UndoesScale => Statistics != StatisticsSource.Running;

        public override void CheckTraining(Shape input) => CheckElements(input, input.Rows);

        public override Tensor Forward(Pass pass, Tensor x)
        {
            var tape = pass.Tape;
            var backend = tape.Backend;
            var segments = x.Shape[0];
            var batch = UsesBatch(pass);
            Tensor batchMean = tape.Rent(new Shape(Channels)), batchScale = tape.Rent(new Shape(Channels));
            if (batch)
            {
                CheckTraining(x.Shape);
                backend.MeanVariance(x, batchMean, batchScale);
                if (Updates(pass)) Running!.Take(pass.Mode, x.Shape.Rows, Read(ref A, batchMean), Read(ref B, batchScale));
            }
            else
            {
                backend.Fill(0f, batchMean);
                backend.Copy(Running!.Spread, batchScale);
            }

            var shape = new Shape(segments, Channels);
            Tensor mean = tape.Rent(shape), scale = tape.Rent(shape);
            backend.MeanVariance(x, mean, scale);
            Root(batchScale);
            Root(scale);
            var tables = Tables(tape, segments, 5);
            FillTable(tables, 0, batchScale);
            FillTable(tables, 1, scale);
            FillTable(tables, 2, V);
            FillTable(tables, 3, Gamma);
            FillTable(tables, 4, Beta);
            var y = tape.Rent(x.Shape);
            var uploaded = Upload(tables);
            backend.EvoB0Forward(x, uploaded, y);
            if (tape.Record<Undo>(y, NeedsGradient(x)) is { } node)
            {
                (node.Layer, node.X, node.Batch, node.Tables) = (this, x, batch, uploaded);
                (node.BatchMean, node.Mean) = (batchMean, mean);
            }

            return y;
        }

        // √(variance + ε), in place.
        private void Root(Tensor variance)
        {
            var values = Read(ref A, variance);
            for (var i = 0; i < variance.Shape.Length; i++) values[i] = MathF.Sqrt(values[i] + _norm.Epsilon);
            variance.CopyFrom(values.AsSpan(0, variance.Shape.Length));
        }

        // d is the denominator, h = −γ·dy·x/d² its gradient. Σ h where d = √(σ²_B + ε) = a gives a; a reaches x as
        // (x − μ_B)/(a·m). Σ h elsewhere gives i = √(σ²_I + ε), which reaches x as (x − μ_I)/(i·HW), and Σ h·x gives v.
        private sealed class Undo : Node
        {
            public Layer Layer = null!;
            public Tensor X = null!;
            public Tensor Tables = null!;
            public Tensor BatchMean = null!;
            public Tensor Mean = null!;
            public bool Batch;

            protected internal override void Backward(Tape tape, Tensor outputGradient)
            {
                var layer = Layer;
                int segments = X.Shape[0], channels = layer.Channels, count = segments * channels;
                var sums = tape.Rent(new Shape(5, count));
                tape.Backend.EvoB0Sums(X, outputGradient, Tables, sums);
                var s = Read(ref layer.Sums, sums);
                layer.AddGradient(tape, layer.Gamma, s.AsSpan(0, count));
                layer.AddGradient(tape, layer.Beta, s.AsSpan(count, count));
                layer.AddGradient(tape, layer.V, s.AsSpan(4 * count, count));
                if (tape.GradientOver(X, outputGradient, out var accumulate) is not { } dx) return;
                if (Batch) SegmentSums.Compute(s.AsSpan(2 * count, count), channels, layer._batch);
                else Array.Clear(layer._batch);
                var gradient = layer.TablesAfter(tape, Tables, 6);
                var values = layer.Values;
                float[] batchMean = Read(ref layer.A, BatchMean), mean = Read(ref layer.B, Mean);
                double rows = X.Shape.Rows, own = rows / segments;
                for (var first = 0; first < count; first += channels)
                {
                    for (var c = 0; c < channels; c++)
                    {
                        var i = first + c;
                        var a = layer._batch[c] / (values[i] * rows);
                        var b = s[3 * count + i] / (values[count + i] * own);
                        values[4 * count + i] = (float)(a + b);
                        values[5 * count + i] = (float)(-a * batchMean[c] - b * mean[i]);
                    }
                }

                tape.Backend.EvoB0Gradient(X, outputGradient, layer.Upload(gradient), dx, accumulate);
            }
        }
    }
}

using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>
/// Mean-only batch normalization: each channel is centred over the batch and shifted, never scaled; made to go with
/// weight normalization.
/// <para>Formula: y = x − μ + β; μ the batch mean.</para>
/// <para>Shapes: input [N,H,W,C] (set: N,H,W) or [N,C] (set: N); β, running mean [C].</para>
/// <para>State: running mean (starts 0), moved by <see cref="RunningRate"/> in training and used in evaluation only;
/// training always subtracts the batch's own mean.</para>
/// <para>Deviations: none between frameworks; RunningRate 0.1 weights the <em>new</em> batch. In the authors' code
/// this name always includes weight normalization: here that is <c>wn+mobn</c>.</para>
/// <para>Paper: Salimans and Kingma 2016, section 4, arXiv 1602.07868.</para>
/// </summary>
[NormMethod(
    "mobn", "Mean-only batch normalization", "y = x − μ_batch + β",
    "Salimans & Kingma 2016, section 4, arXiv 1602.07868", Foldable = true)]
public sealed record MeanOnlyBatchNorm : Norm
{
    /// <summary>Weight of the new batch in the running mean, 0 to 1.</summary>
    [NormOption("rate", "weight of the new batch in the running mean, 0 to 1")]
    public float RunningRate { get; init; } = 0.1f;

    /// <summary>True for a learned shift.</summary>
    [NormOption("bias", "learned shift per channel")]
    public bool Bias { get; init; } = true;

    /// <inheritdoc/>
    public override NormLayer Activation(int channels, Activation activation) => new Layer(this, channels, activation);

    /// <inheritdoc/>
    public override void Validate()
    {
        if (!(RunningRate is > 0 and <= 1)) throw new UserException($"mobn(rate={RunningRate}): expected above 0 and at most 1; it weights the new batch.");
    }

    private sealed class Layer : NormLayer
    {
        private readonly Parameter? _beta;
        private readonly float[] _mean;

        public Layer(MeanOnlyBatchNorm norm, int channels, Activation activation) : base(channels, activation)
        {
            if (norm.Bias) _beta = Parameter("beta", new Shape(channels), ParameterKind.Bias, Init.Constant(0f));
            Running = new RunningStatistics(
                Buffer("running_mean", new Shape(channels), 0f), null, RunningSpread.None, norm.RunningRate);
            _mean = new float[channels];
        }

        public override (float[] Scale, float[] Shift)? EvaluationMap()
        {
            float[] scale = new float[Channels], shift = Running!.Mean.ToArray();
            var beta = _beta?.Value.ToArray();
            Array.Fill(scale, 1f);
            for (var c = 0; c < Channels; c++) shift[c] = (beta?[c] ?? 0f) - shift[c];
            return (scale, shift);
        }

        public override void CheckTraining(Shape input) => CheckElements(input, input.Rows);

        public override Tensor Forward(Pass pass, Tensor x)
        {
            var tape = pass.Tape;
            var shape = new Shape(Channels);
            var mean = Running!.Mean;
            var batch = UsesBatch(pass);
            if (batch)
            {
                CheckElements(x.Shape, x.Shape.Rows);
                mean = tape.Rent(shape);
                tape.Backend.Mean(x, mean);
                if (Updates(pass)) UpdateMean(pass.Mode, mean, x.Shape.Rows);
            }

            var one = tape.Rent(shape);
            tape.Backend.Fill(1f, one);
            var shift = _beta?.Value;
            if (shift is null)
            {
                shift = tape.Rent(shape);
                tape.Backend.Fill(0f, shift);
            }

            var y = tape.Rent(x.Shape);
            tape.Backend.RescaleForward(x, mean, one, shift, Activation.Slope, y);
            if (tape.Record<Undo>(y, x.NeedsGradient || _beta is { Trainable: true }) is { } node)
                (node.Layer, node.X, node.Mean, node.One, node.Shift, node.Batch) = (this, x, mean, one, shift, batch);
            return y;
        }

        private void UpdateMean(PassMode mode, Tensor mean, int elements)
        {
            mean.CopyTo(_mean);
            Running!.Take(mode, elements, _mean, default);
        }

        // g = dy·f'(y): dβ = Σg; dx = g − Σg/n with batch statistics, dx = g with the running mean.
        private sealed class Undo : Node
        {
            public Layer Layer = null!;
            public Tensor X = null!;
            public Tensor Mean = null!;
            public Tensor One = null!;
            public Tensor Shift = null!;
            public bool Batch;

            protected internal override void Backward(Tape tape, Tensor outputGradient)
            {
                var backend = tape.Backend;
                var slope = Layer.Activation.Slope;
                var sum = tape.Rent(new Shape(Layer.Channels));
                backend.RescaleBackwardReduce(X, outputGradient, Mean, One, One, Shift, slope, sum, null);
                tape.AddGradient(Layer._beta?.Value, sum);
                if (tape.Gradient(X, out var accumulate) is not { } dx) return;
                backend.Scale(Batch ? 1f / X.Shape.Rows : 0f, sum, sum);
                backend.RescaleBackwardApply(
                    X, outputGradient, Mean, One, Shift, slope, One, sum, null, dx, accumulate);
            }
        }
    }
}

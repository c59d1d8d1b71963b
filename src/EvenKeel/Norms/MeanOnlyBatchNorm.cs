using EvenKeel.Autograd;
using EvenKeel.Kernels.Normalization;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>
/// Mean-only batch normalization: each channel is centred over the batch and shifted, never scaled; made to go with
/// weight normalization.
/// <para>Formula: y = x − μ + β; μ the batch mean. dx = g − mean g, dβ = Σ g.</para>
/// <para>Shapes: input [N,H,W,C] (set: N,H,W) or [N,C] (set: N); β, running mean [C].</para>
/// <para>State: running mean (starts 0), moved by <see cref="RunningRate"/> in training and used in evaluation only;
/// training always subtracts the batch's own mean.</para>
/// <para>Deviations: none between frameworks; RunningRate 0.1 weights the <em>new</em> batch. In the authors' code
/// this name always includes weight normalization: here that is <c>wn+mobn</c>.</para>
/// <para>Paper: Salimans and Kingma 2016, section 4, arXiv 1602.07868.</para>
/// </summary>
[NormMethod(
    "mobn", "Mean-only batch normalization", "y = x − μ_batch + β",
    "Salimans & Kingma 2016, section 4, arXiv 1602.07868",
    Foldable = true,
    Notes = "Evaluation uses a running mean; training always subtracts the batch's own. In the authors' code the name "
        + "includes weight normalization: here that is wn+mobn.")]
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
        private readonly float[] _perChannel;

        public Layer(MeanOnlyBatchNorm norm, int channels, Activation activation)
            : base(channels, activation)
        {
            var shape = new Shape(channels);
            if (norm.Bias) _beta = Parameter("beta", shape, ParameterKind.Bias, Init.Constant(0f));
            Running = new RunningStatistics(
                Buffer("running_mean", shape, 0f), null, RunningSpread.None, norm.RunningRate);
            _perChannel = new float[channels];
        }

        internal override bool ReadsInputOnce => true;

        internal override bool MeasuresInput(Pass pass) => UsesBatch(pass);

        public override void CheckTraining(Shape input) => CheckElements(input, input.Rows);

        public override (float[] Scale, float[] Shift)? EvaluationMap()
        {
            float[] scale = new float[Channels], shift = _beta?.Value.ToArray() ?? new float[Channels];
            var mean = Running!.Mean.ToArray();
            for (var c = 0; c < Channels; c++) (scale[c], shift[c]) = (1f, shift[c] - mean[c]);
            return (scale, shift);
        }

        public override Tensor Forward(Pass pass, Tensor x)
        {
            var tape = pass.Tape;
            var measured = UsesBatch(pass);
            var mean = measured ? Measure(pass, x) : Running!.Mean;
            var needed = x.NeedsGradient || _beta is { Trainable: true };
            var gates = tape.Recording && needed && !Activation.IsIdentity
                ? tape.Rent(new Shape(Gated.Length(x.Shape.Length)))
                : null;
            var y = tape.RentOver(x);
            tape.Backend.ShiftForward(x, mean, _beta?.Value, Activation.Slope, y, gates);
            if (tape.Record<Undo>(y, needed) is { } node)
                (node.Layer, node.X, node.Gates, node.Measured) = (this, x, gates, measured);
            return y;
        }

        private Tensor Measure(Pass pass, Tensor x)
        {
            CheckTraining(x.Shape);
            var mean = pass.Tape.Mean(x);
            if (!Updates(pass)) return mean;
            mean.CopyTo(_perChannel);
            Running!.Take(pass.Mode, x.Shape.Rows, _perChannel, []);
            return mean;
        }

        private sealed class Undo : Node
        {
            public Layer Layer = null!;
            public Tensor X = null!;
            public Tensor? Gates;
            public bool Measured;

            // A sum that came with the gradient, which then passed the activation already.
            private Tensor? _gathered;

            internal override bool ReadsOutput => false;

            internal override GradientSums? Sums(Tape tape)
            {
                _gathered = tape.Rent(new Shape(Layer.Channels));
                return new() { Gates = Gates, Slope = Layer.Activation.Slope, Sum = _gathered };
            }

            protected internal override void Backward(Tape tape, Tensor outputGradient)
            {
                var backend = tape.Backend;
                var slope = Layer.Activation.Slope;
                var gates = _gathered is null ? Gates : null;
                var sum = _gathered ?? Sum(tape, outputGradient);
                _gathered = null;
                tape.AddGradient(Layer._beta?.Value, sum);
                if (tape.GradientOver(X, outputGradient, out var accumulate) is not { } dx) return;
                if (Measured) backend.Scale(1f / X.Shape.Rows, sum, sum);
                backend.GatedSubtract(outputGradient, gates, slope, Measured ? sum : null, dx, accumulate);
            }

            private Tensor Sum(Tape tape, Tensor outputGradient)
            {
                var sum = tape.Rent(new Shape(Layer.Channels));
                if (Gates is null) tape.Backend.ChannelSum(outputGradient, sum, accumulate: false);
                else tape.Backend.GatedSum(outputGradient, Gates, Layer.Activation.Slope, sum);
                return sum;
            }
        }
    }
}

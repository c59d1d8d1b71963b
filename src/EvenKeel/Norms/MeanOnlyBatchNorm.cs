using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Norms.Layers;
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

    private sealed class Layer : TableNormLayer
    {
        public Layer(MeanOnlyBatchNorm norm, int channels, Activation activation)
            : base(channels, activation, gain: false, norm.Bias) => Running = new RunningStatistics(
                Buffer("running_mean", new Shape(channels), 0f), null, RunningSpread.None, norm.RunningRate);

        protected override bool NeedsProduct => false;

        public override bool UndoesScale => false;

        public override void CheckTraining(Shape input) => CheckElements(input, input.Rows);

        public override (float[] Scale, float[] Shift)? EvaluationMap() => RunningMap(null);

        protected override bool Measures(Pass pass) => UsesBatch(pass);

        protected override void Measure(Pass pass, bool measured, ref SavedTensors saved)
        {
            Array.Fill(Tables.Rstd, 1f);
            if (!measured)
            {
                Download(Running!.Mean, Tables.Mean);
                return;
            }

            CheckTraining(saved.Input.Shape);
            var mean = pass.Tape.Rent(new Shape(Channels));
            pass.Tape.Backend.Mean(saved.Input, mean);
            Download(mean, Tables.Mean);
            if (Updates(pass)) Running!.Take(pass.Mode, Tables.Rows, Tables.Mean.AsSpan(0, Channels), []);
        }

        protected override Slope Differentiate(Tape tape, SavedTensors saved)
        {
            for (var c = 0; c < Channels; c++) (Tables.A[c], Tables.B[c]) = (1f, Tables.Sum[c] / Tables.Rows);
            return Slope.None;
        }
    }
}

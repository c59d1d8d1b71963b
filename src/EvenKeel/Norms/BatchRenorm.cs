using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Norms.Layers;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>
/// Batch renormalization: batch normalization corrected towards the running statistics, so that training and evaluation
/// compute nearly the same.
/// <para>Formula: y = γ·(x̂·r + d) + β, x̂ = (x − μ_B)/σ_B, σ_B = √(σ² + ε); r = clip(σ_B/σ_run, 1/r_max, r_max),
/// d = clip((μ_B − μ_run)/σ_run, −d_max, d_max); no gradient through r and d.</para>
/// <para>Shapes: input [N,H,W,C] (set: N,H,W) or [N,C] (set: N); γ, β, statistics [C].</para>
/// <para>State: running mean (starts 0) and running <em>standard deviation</em> with ε in it (starts 1), read before
/// they are moved; with a warm-up the number of steps so far; evaluation y = γ·(x − running mean)/running std + β.</para>
/// <para>Deviations: ε = 1e-5; the paper starts with r_max = 1, d_max = 0 (plain batch normalization) for 5,000 steps and
/// then raises both slowly; here plain batch normalization lasts for <see cref="Warmup"/> steps, while the running
/// statistics settle, and the limits hold from then on.</para>
/// <para>Paper: Ioffe 2017, section 3, algorithm 1, arXiv 1702.03275.</para>
/// </summary>
[NormMethod(
    "brn", "Batch renormalization", "y = γ·((x − μ_batch)/σ_batch·r + d) + β",
    "Ioffe 2017, section 3, arXiv 1702.03275",
    Foldable = true,
    Notes = "Keeps a running mean and standard deviation, read before they are moved; no gradient passes r and d. The "
        + "paper starts with rmax=1 and dmax=0, plain batch normalization, and raises both during training.")]
public sealed record BatchRenorm : Norm
{
    /// <summary>Largest ratio r of batch and running deviation, 1 or more.</summary>
    [NormOption("rmax", "largest ratio of batch and running deviation")]
    public float RMax { get; init; } = 3f;

    /// <summary>Largest shift d, in running deviations, 0 or more.</summary>
    [NormOption("dmax", "largest shift, in running deviations")]
    public float DMax { get; init; } = 5f;

    /// <summary>Training steps of plain batch normalization at first, 0 or more.</summary>
    [NormOption("warmup", "training steps of plain batch normalization first, while running statistics settle")]
    public int Warmup { get; init; } = 100;

    /// <summary>ε, greater than 0.</summary>
    [NormOption("epsilon", "keeps the scale above zero")]
    public float Epsilon { get; init; } = 1e-5f;

    /// <summary>Weight of the new batch in the running statistics, 0 to 1.</summary>
    [NormOption("rate", "weight of the new batch in the running statistics, 0 to 1")]
    public float RunningRate { get; init; } = 0.1f;

    /// <summary>True for a learned gain and shift.</summary>
    [NormOption("affine", "learned gain and shift per channel")]
    public bool Affine { get; init; } = true;

    /// <inheritdoc/>
    public override NormLayer Activation(int channels, Activation activation) => new Layer(this, channels, activation);

    /// <inheritdoc/>
    public override void Validate()
    {
        if (!(Epsilon > 0)) throw new UserException($"brn(epsilon={Epsilon}): expected a number above 0, such as 1e-5.");
        if (!(RMax >= 1)) throw new UserException($"brn(rmax={RMax}): expected 1 or more.");
        if (Warmup < 0) throw new UserException($"brn(warmup={Warmup}): expected 0 or more steps.");
        if (!(DMax >= 0)) throw new UserException($"brn(dmax={DMax}): expected 0 or more.");
        if (!(RunningRate is > 0 and <= 1)) throw new UserException($"brn(rate={RunningRate}): expected above 0 and at most 1; it weights the new batch.");
    }

    private sealed class Layer : TableNormLayer
    {
        private readonly BatchRenorm _norm;
        private readonly float[] _ratio;
        private readonly float[] _offset;
        private readonly float[] _running;
        private readonly StateBuffer? _steps;
        private readonly float[] _count = new float[1];

        public Layer(BatchRenorm norm, int channels, Activation activation) : base(channels, activation, norm.Affine, norm.Affine)
        {
            _norm = norm;
            _ratio = new float[channels];
            _offset = new float[channels];
            _running = new float[channels];
            Running = new RunningStatistics(
                Buffer("running_mean", new Shape(channels), 0f), Buffer("running_std", new Shape(channels), 1f),
                RunningSpread.Scale, norm.RunningRate);
            if (norm.Warmup > 0) _steps = Buffer("steps", new Shape(1), 0f);
        }

        // The corrections compare with running statistics, which do not follow the scale at once.
        public override bool UndoesScale => false;

        public override void CheckTraining(Shape input) => CheckElements(input, input.Rows);

        public override (float[] Scale, float[] Shift)? EvaluationMap() => RunningMap(scale => scale);

        protected override bool Measures(Pass pass) => UsesBatch(pass);

        protected override void Measure(Pass pass, bool measured, ref SavedTensors saved)
        {
            var t = Tables;
            Array.Fill(_ratio, 1f);
            Array.Clear(_offset);
            Download(Running!.Spread, _running);
            if (!measured)
            {
                Download(Running.Mean, t.Mean);
                for (var c = 0; c < Channels; c++) t.Rstd[c] = 1f / _running[c];
                return;
            }

            CheckTraining(saved.Input.Shape);
            var tape = pass.Tape;
            Tensor mean = tape.Rent(new Shape(Channels)), variance = tape.Rent(new Shape(Channels));
            tape.Backend.MeanVariance(saved.Input, mean, variance);
            Download(variance, t.Spread);
            Download(Running.Mean, t.Mean);
            for (var c = 0; c < Channels; c++) t.Spread[c] = MathF.Sqrt(t.Spread[c] + _norm.Epsilon);
            mean.CopyTo(t.B.AsSpan(0, Channels));
            var (ratio, offset) = Settled(pass) ? (_norm.RMax, _norm.DMax) : (1f, 0f);
            for (var c = 0; c < Channels; c++)
            {
                _ratio[c] = Math.Clamp(t.Spread[c] / _running[c], 1f / ratio, ratio);
                _offset[c] = Math.Clamp((t.B[c] - t.Mean[c]) / _running[c], -offset, offset);
                t.Rstd[c] = 1f / t.Spread[c];
                t.Mean[c] = t.B[c];
            }

            saved.Extra = Upload(tape, new Shape(Channels), _ratio);
            saved.Other = Upload(tape, new Shape(Channels), _offset);
            if (Updates(pass)) Running.Take(pass.Mode, t.Rows, t.Mean.AsSpan(0, Channels), t.Spread.AsSpan(0, Channels));
        }

        // Counts the steps that move the running statistics; they need not be counted once there are enough.
        private bool Settled(Pass pass)
        {
            if (_steps is null) return true;
            _steps.Value.CopyTo(_count);
            if (_count[0] >= _norm.Warmup) return true;
            if (!Updates(pass)) return false;
            _count[0]++;
            _steps.Value.CopyFrom(_count);
            return false;
        }

        protected override void Place()
        {
            var t = Tables;
            for (var c = 0; c < Channels; c++)
            {
                t.Scale[c] = t.Gamma[c] * t.Rstd[c] * _ratio[c];
                t.Shift[c] = t.Gamma[c] * _offset[c] + t.Beta[c];
            }
        }

        // dγ = Σ g·(x̂·r + d).
        protected override void AddParameterGradients(Tape tape, SavedTensors saved, Tensor outputGradient)
        {
            if (Gamma is not null)
            {
                for (var c = 0; c < Channels; c++) Tables.B[c] = Tables.Product[c];
                if (saved.Extra is not null)
                {
                    Download(saved.Extra, _ratio);
                    Download(saved.Other!, _offset);
                    for (var c = 0; c < Channels; c++) Tables.B[c] = Tables.B[c] * _ratio[c] + Tables.Sum[c] * _offset[c];
                }

                AddGradient(tape, Gamma, Tables.B.AsSpan(0, Channels));
            }

            if (Beta is not null) AddGradient(tape, Beta, Tables.Sum.AsSpan(0, Channels));
        }

        protected override Slope Differentiate(Tape tape, SavedTensors saved)
        {
            var t = Tables;
            for (var c = 0; c < Channels; c++)
            {
                t.A[c] = t.Scale[c];
                t.B[c] = t.Scale[c] * t.Sum[c] / t.Rows;
                t.D[c] = t.Scale[c] * t.Product[c] * t.Rstd[c] / t.Rows;
            }

            return Slope.Centered;
        }
    }
}

using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Norms.Layers;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>
/// Range batch normalization: each channel is centred over the batch and divided by the range of its values, which needs
/// no squares and suits low precision.
/// <para>Formula: y = γ·(x − μ)/(s + ε) + β; the batch is cut into runs of n values per channel, s = 0.35·C_n·(mean of the
/// runs' largest − mean of their smallest values), C_n = (1 + √(π·ln 4))/√(8·ln n). The gradient of s reaches the
/// extremes only.</para>
/// <para>Shapes: input [N,H,W,C] (set: N,H,W) or [N,C] (set: N); γ, β, statistics [C].</para>
/// <para>State: running mean (starts 0) and running scale s without ε (starts 1), used in evaluation.</para>
/// <para>Deviations: 16 runs, ε = 1e-5 added to the scale; where the values do not divide, the last run takes the rest and
/// n is their mean number. The constants do not make the deviation exactly 1.</para>
/// <para>Paper: Banner et al. 2018, section 3, arXiv 1805.11046; runs and factor 0.35 from the authors' code.</para>
/// </summary>
[NormMethod(
    "range", "Range batch normalization", "y = γ·(x − μ_batch)/(0.35·C_n·mean range + ε) + β", "Banner et al. 2018, section 3, arXiv 1805.11046",
    Foldable = true,
    Notes = "Evaluation uses a running mean and scale; the gradient of the scale reaches the largest and smallest values "
        + "only. The constants do not make the deviation exactly 1.")]
public sealed record RangeBatchNorm : Norm
{
    /// <summary>Runs that the batch is cut into, 1 or more.</summary>
    [NormOption("runs", "runs of values whose ranges are averaged")]
    public int Runs { get; init; } = 16;

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
        if (Runs < 1) throw new UserException($"range(runs={Runs}): expected 1 or more.");
        if (!(Epsilon > 0)) throw new UserException($"range(epsilon={Epsilon}): expected a number above 0, such as 1e-5.");
        if (!(RunningRate is > 0 and <= 1)) throw new UserException($"range(rate={RunningRate}): expected above 0 and at most 1; it weights the new batch.");
    }

    private sealed class Layer : TableNormLayer
    {
        private const double Factor = 0.35;

        private readonly RangeBatchNorm _norm;
        private readonly float[] _values;
        private readonly float[] _rows;
        private readonly float[] _shares;
        private readonly int[] _at;

        public Layer(RangeBatchNorm norm, int channels, Activation activation)
            : base(channels, activation, norm.Affine, norm.Affine)
        {
            _norm = norm;
            Running = new RunningStatistics(
                Buffer("running_mean", new Shape(channels), 0f), Buffer("running_scale", new Shape(channels), 1f),
                RunningSpread.Scale, norm.RunningRate);
            _values = new float[2 * norm.Runs * channels];
            _rows = new float[_values.Length];
            _shares = new float[_values.Length];
            _at = new int[_values.Length];
        }

        public override void CheckTraining(Shape input)
        {
            CheckElements(input, input.Rows);
            if (input.Rows >= 2 * _norm.Runs || Statistics == StatisticsSource.Running) return;
            throw new UserException(
                $"Layer {Name} measures the ranges of {_norm.Runs} runs of at least two values, and an input of shape {input} has " +
                $"{input.Rows} values per channel: use a larger batch or range(runs={input.Rows / 2}).");
        }

        public override (float[] Scale, float[] Shift)? EvaluationMap() => RunningMap(scale => scale + _norm.Epsilon);

        protected override bool Measures(Pass pass) => UsesBatch(pass);

        protected override void Measure(Pass pass, bool measured, ref SavedTensors saved)
        {
            var t = Tables;
            if (measured)
            {
                CheckTraining(saved.Input.Shape);
                MeasureBatch(pass.Tape, ref saved);
                if (Updates(pass))
                    Running!.Take(pass.Mode, t.Rows, t.Mean.AsSpan(0, Channels), t.Spread.AsSpan(0, Channels));
            }
            else
            {
                Download(Running!.Mean, t.Mean);
                Download(Running.Spread, t.Spread);
            }

            for (var c = 0; c < Channels; c++) t.Rstd[c] = 1f / (t.Spread[c] + _norm.Epsilon);
        }

        protected override Slope Differentiate(Tape tape, SavedTensors saved)
        {
            // u is ±share at the extremes, which cancel in the mean.
            var t = Tables;
            Download(saved.Other!, _rows);
            var share = Share;
            for (var i = 0; i < _at.Length; i++)
            {
                var c = i % Channels;
                var high = i / Channels % 2 == 0;
                _at[i] = BitConverter.SingleToInt32Bits(_rows[i]) * Channels + c;
                _shares[i] = (float)(-t.Scale[c] * t.Product[c] * (high ? share : -share));
            }

            for (var c = 0; c < Channels; c++) (t.A[c], t.B[c]) = (t.Scale[c], t.Scale[c] * t.Sum[c] / t.Rows);
            return Slope.None;
        }

        protected override void Scatter(Tape tape, SavedTensors saved, Tensor dx) => tape.Backend.AddAt(_at, _shares, dx);

        private double Share => Factor * BatchScale.OfLargest((double)Tables.Rows / _norm.Runs) / _norm.Runs;

        private void MeasureBatch(Tape tape, ref SavedTensors saved)
        {
            var t = Tables;
            var mean = tape.Rent(new Shape(Channels));
            tape.Backend.Mean(saved.Input, mean);
            Download(mean, t.Mean);
            saved.Extra = tape.Rent(new Shape(_norm.Runs, 2 * Channels));
            saved.Other = tape.Rent(new Shape(_norm.Runs, 2 * Channels));
            tape.Backend.Range(saved.Input, saved.Extra, saved.Other);
            Download(saved.Extra, _values);
            var share = Share;
            for (var c = 0; c < Channels; c++)
            {
                var range = 0.0;
                for (var i = c; i < _values.Length; i += 2 * Channels) range += (double)_values[i] - _values[i + Channels];
                t.Spread[c] = (float)(share * range);
            }
        }
    }
}

using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Norms.Layers;

/// <summary>The layer of <see cref="BatchNorm"/>.</summary>
internal class BatchNormLayer : TableNormLayer
{
    private readonly int _k;
    private readonly float[] _largest;
    private readonly float[] _places;
    private readonly int[] _at;
    private readonly float[] _values;
    private float[] _sums = [];

    public BatchNormLayer(BatchNorm norm, int channels, Activation activation)
        : base(channels, activation, norm.Affine, norm.Affine)
    {
        Norm = norm;
        var shape = new Shape(channels);
        var kind = norm.P != Deviation.L2 ? RunningSpread.Scale
            : norm.RunningVariance == Variance.Unbiased ? RunningSpread.UnbiasedVariance
            : RunningSpread.Variance;
        Running = new RunningStatistics(
            Buffer("running_mean", shape, 0f),
            Buffer(norm.P == Deviation.L2 ? "running_var" : "running_scale", shape, 1f), kind, norm.RunningRate);
        _k = norm.P switch { Deviation.TopK => norm.K, Deviation.Inf => 1, _ => 0 };
        _largest = new float[_k * channels];
        _places = new float[_k * channels];
        _at = new int[_k * channels];
        _values = new float[_k * channels];
    }

    /// <summary>The options.</summary>
    protected BatchNorm Norm { get; }

    public override (Parameter Gain, Parameter Shift)? Affine => Gamma is null ? null : (Gamma, Beta!);

    public override void CheckTraining(Shape input)
    {
        CheckElements(input, input.Rows / Segments(input));
        if (_k > input.Rows / Segments(input) && Statistics != StatisticsSource.Running)
            throw new UserException(
                $"Layer {Name} takes the {_k} largest deviations of an input of shape {input}, which has {input.Rows} values " +
                $"per channel: use a larger batch or bn(p=topk,k={input.Rows}).");
    }

    public override (float[] Scale, float[] Shift)? EvaluationMap() => RunningMap(ScaleOf);

    internal override bool MeasuresInput(Pass pass) => UsesBatch(pass);

    protected override bool Measures(Pass pass) => UsesBatch(pass);

    protected override void Measure(Pass pass, bool measured, ref SavedTensors saved)
    {
        var t = Tables;
        if (measured)
        {
            CheckTraining(saved.Input.Shape);
            MeasureBatch(pass.Tape, ref saved);
            if (Updates(pass)) TakeStatistics(pass.Mode);
        }
        else
        {
            Download(Running!.Mean, t.Mean);
            Download(Running.Spread, t.Spread);
        }

        for (var i = 0; i < t.Count; i++) t.Rstd[i] = (float)(1.0 / ScaleOf(t.Spread[i]));
    }

    /// <summary>Moves the running statistics towards the tables' Mean and Spread.</summary>
    protected virtual void TakeStatistics(PassMode mode) =>
        Running!.Take(mode, Tables.Rows, Tables.Mean.AsSpan(0, Channels), Tables.Spread.AsSpan(0, Channels));

    /// <summary>Fills the tables' Mean and Spread.</summary>
    protected virtual void MeasureBatch(Tape tape, ref SavedTensors saved)
    {
        Tensor mean;
        if (Norm.P == Deviation.L2)
        {
            (mean, var variance) = tape.Moments(saved.Input, Tables.Segments);
            Download(variance, Tables.Spread);
            if (Norm.EpsilonPlace == EpsilonPlace.AddedToScale) saved.Extra = variance;
        }
        else
        {
            mean = tape.Mean(saved.Input);
            MeasureDeviations(tape, mean, ref saved);
        }

        Download(mean, Tables.Mean);
    }

    /// <summary>Fills the tables' Spread from absolute deviations.</summary>
    protected void MeasureDeviations(Tape tape, Tensor mean, ref SavedTensors saved)
    {
        var t = Tables;
        if (Norm.P == Deviation.L1)
        {
            saved.Extra = tape.Rent(new Shape(2, t.Count));
            tape.Backend.AbsoluteDeviations(saved.Input, mean, saved.Extra);
            ReadSums(saved.Extra);
            for (var i = 0; i < t.Count; i++) t.Spread[i] = (float)(Factor * _sums[i] / t.Rows);
            return;
        }

        saved.Extra = tape.Rent(new Shape(Channels, _k));
        saved.Other = tape.Rent(new Shape(Channels, _k));
        tape.Backend.LargestDeviations(saved.Input, mean, saved.Extra, saved.Other);
        Download(saved.Extra, _largest);
        for (var c = 0; c < Channels; c++)
        {
            var sum = 0.0;
            for (var i = 0; i < _k; i++) sum += Math.Abs(_largest[c * _k + i]);
            t.Spread[c] = (float)(Factor * sum / _k);
        }
    }

    protected override Slope Differentiate(Tape tape, SavedTensors saved)
    {
        var t = Tables;
        if (Norm.P == Deviation.L1) ReadSums(saved.Extra!);
        else if (_k > 0) ReadLargest(saved);
        else if (saved.Extra is not null) Download(saved.Extra, t.Spread);
        for (var i = 0; i < t.Count; i++)
        {
            double a = t.Scale[i], rstd = t.Rstd[i], m = t.Rows, product = t.Product[i];
            t.A[i] = t.Scale[i];
            switch (Norm.P)
            {
                case Deviation.L2:
                    // u = x̂/m with ε inside the root, c/(mσ) with ε added to σ.
                    var deviation = Math.Sqrt(t.Spread[i]);
                    var k = saved.Extra is null ? 1.0 : deviation > 0 ? 1.0 / (rstd * deviation) : 0.0;
                    t.B[i] = (float)(a * t.Sum[i] / m);
                    t.D[i] = (float)(a * product * k * rstd / m);
                    break;
                case Deviation.L1:
                    // u = C·sgn(c)/m.
                    var slope = a * product * Factor / m;
                    t.B[i] = (float)(a * t.Sum[i] / m - slope * _sums[t.Count + i] / m);
                    t.D[i] = (float)slope;
                    break;
                default:
                    // u = (C_n/k)·sgn(c) at the k largest, else 0.
                    var signs = 0.0;
                    for (var j = i * _k; j < (i + 1) * _k; j++)
                    {
                        _values[j] = (float)(-a * product * Factor / _k * Math.Sign(_largest[j]));
                        signs += Math.Sign(_largest[j]);
                    }

                    t.B[i] = (float)(a * t.Sum[i] / m - a * product * Factor / _k * signs / m);
                    break;
            }
        }

        return Norm.P switch { Deviation.L2 => Slope.Centered, Deviation.L1 => Slope.Signs, _ => Slope.None };
    }

    protected override void Scatter(Tape tape, SavedTensors saved, Tensor dx)
    {
        if (_k > 0) tape.Backend.AddAt(_at, _values, dx);
    }

    private double Factor => !Norm.Constant ? 1.0 : Norm.P == Deviation.L1 ? BatchScale.Gaussian : BatchScale.OfLargest(Tables.Rows);

    /// <summary>The scale from what the tables hold as Spread.</summary>
    protected double ScaleOf(double spread) =>
        Norm.P != Deviation.L2 ? spread + Norm.Epsilon
        : Norm.EpsilonPlace == EpsilonPlace.InsideRoot ? Math.Sqrt(spread + Norm.Epsilon)
        : Math.Sqrt(spread) + Norm.Epsilon;

    private void ReadLargest(SavedTensors saved)
    {
        Download(saved.Other!, _places);
        for (var i = 0; i < _at.Length; i++) _at[i] = BitConverter.SingleToInt32Bits(_places[i]) * Channels + i / _k;
        Download(saved.Extra!, _largest);
    }

    private void ReadSums(Tensor sums)
    {
        if (_sums.Length < sums.Shape.Length) _sums = new float[sums.Shape.Length];
        Download(sums, _sums);
    }
}

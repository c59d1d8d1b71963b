using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Norms.Layers;

/// <summary>The layer of <see cref="SwitchableNorm"/>. Everything follows from the mean and variance of each channel of
/// each sample, so the input is read no more often than by instance normalization.</summary>
internal sealed class SwitchableNormLayer : TableNormLayer
{
    private const int Instance = 0, Layer = 1, Batch = 2;

    private readonly SwitchableNorm _norm;
    private readonly Parameter _meanLogits;
    private readonly Parameter _varianceLogits;
    private readonly float[] _logits = new float[3];
    private readonly double[] _w = new double[3];
    private readonly double[] _v = new double[3];
    private readonly double[] _dw = new double[3];
    private readonly double[] _dv = new double[3];
    private readonly double[] _batchMean;
    private readonly double[] _batchVariance;
    private readonly double[] _batchMeanGradient;
    private readonly double[] _batchVarianceGradient;
    private readonly float[] _float;
    private readonly float[] _float2;
    private float[] _mean = [];
    private float[] _variance = [];
    private double[] _layerMean = [];
    private double[] _layerVariance = [];

    public SwitchableNormLayer(SwitchableNorm norm, int channels, Activation activation)
        : base(channels, activation, gain: true, shift: true)
    {
        _norm = norm;
        _meanLogits = Parameter("mean_weight", new Shape(3), ParameterKind.Gain, Init.Constant(1f));
        _varianceLogits = Parameter("var_weight", new Shape(3), ParameterKind.Gain, Init.Constant(1f));
        Running = new RunningStatistics(
            Buffer("running_mean", new Shape(channels), 0f), Buffer("running_var", new Shape(channels), 1f),
            RunningSpread.Variance, norm.RunningRate);
        _batchMean = new double[channels];
        _batchVariance = new double[channels];
        _batchMeanGradient = new double[channels];
        _batchVarianceGradient = new double[channels];
        _float = new float[channels];
        _float2 = new float[channels];
    }

    public override bool UndoesScale => _norm.Flat != FlatInput.Pass && base.UndoesScale;

    protected override bool TrainsMore => _meanLogits.Trainable || _varianceLogits.Trainable;

    public override void CheckTraining(Shape input)
    {
        if (input.Rows / input[0] > 1 || _norm.Flat == FlatInput.Pass) return;
        throw new UserException(
            $"Layer {Name}: switchable normalization measures each channel of each sample, and an input of shape {input} has " +
            "one pixel: use switch(flat=pass) to leave such layers unnormalized, or a scheme such as bn.");
    }

    protected override int Segments(Shape input) => input[0];

    protected override void Measure(Pass pass, bool measured, ref SavedTensors saved)
    {
        var t = Tables;
        var tape = pass.Tape;
        CheckTraining(saved.Input.Shape);
        if (t.Rows == 1)
        {
            t.LeaveInput();
            return;
        }

        var shape = new Shape(t.Segments, Channels);
        saved.Extra = tape.Rent(shape);
        saved.Other = tape.Rent(shape);
        tape.Backend.MeanVariance(saved.Input, saved.Extra, saved.Other);
        var batch = UsesBatch(pass);
        Mix(saved, batch);
        if (batch && Updates(pass))
        {
            for (var c = 0; c < Channels; c++) (_float[c], _float2[c]) = ((float)_batchMean[c], (float)_batchVariance[c]);
            Running!.Take(pass.Mode, t.Rows * t.Segments, _float, _float2);
        }

        for (var i = 0; i < t.Count; i++)
        {
            int n = i / Channels, c = i % Channels;
            t.Mean[i] = (float)(_w[Instance] * _mean[i] + _w[Layer] * _layerMean[n] + _w[Batch] * _batchMean[c]);
            var variance = _v[Instance] * _variance[i] + _v[Layer] * _layerVariance[n] + _v[Batch] * _batchVariance[c];
            t.Rstd[i] = (float)(1.0 / Math.Sqrt(variance + _norm.Epsilon));
        }

        saved.Batch = batch;
    }

    // Leaves dL/dμ and dL/dσ² of the mixtures in A and B.
    protected override void AddParameterGradients(Tape tape, SavedTensors saved, Tensor outputGradient)
    {
        base.AddParameterGradients(tape, saved, outputGradient);

        if (saved.Extra is null)
        {
            Array.Clear(_logits);
            AddGradient(tape, _meanLogits, _logits);
            AddGradient(tape, _varianceLogits, _logits);
            return;
        }

        // The moments are read from what the forward pass saved: the layer may have run since.
        var t = Tables;
        Mix(saved, saved.Batch);
        Array.Clear(_dw);
        Array.Clear(_dv);
        Array.Clear(_batchMeanGradient);
        Array.Clear(_batchVarianceGradient);

        for (var i = 0; i < t.Count; i++)
        {
            int n = i / Channels, c = i % Channels;
            double a = t.Scale[i], rstd = t.Rstd[i];
            var mean = -a * t.Sum[i];
            var variance = -0.5 * a * rstd * t.Product[i];
            (t.A[i], t.B[i]) = ((float)mean, (float)variance);
            _dw[Instance] += mean * _mean[i];
            _dw[Layer] += mean * _layerMean[n];
            _dw[Batch] += mean * _batchMean[c];
            _dv[Instance] += variance * _variance[i];
            _dv[Layer] += variance * _layerVariance[n];
            _dv[Batch] += variance * _batchVariance[c];
            _batchMeanGradient[c] += mean;
            _batchVarianceGradient[c] += variance;
        }

        AddLogitGradient(tape, _meanLogits, _w, _dw);
        AddLogitGradient(tape, _varianceLogits, _v, _dv);
    }

    protected override Slope Differentiate(Tape tape, SavedTensors saved)
    {
        var t = Tables;
        if (saved.Extra is null)
        {
            t.Scale.AsSpan(0, t.Count).CopyTo(t.A);
            Array.Clear(t.B, 0, t.Count);
            return Slope.None;
        }

        double rows = t.Rows, unbiased = Factor;
        for (var n = 0; n < t.Segments; n++)
        {
            double layerMean = 0, layerVariance = 0;
            for (var i = n * Channels; i < (n + 1) * Channels; i++) (layerMean, layerVariance) = (layerMean + t.A[i], layerVariance + t.B[i]);
            for (var c = 0; c < Channels; c++)
            {
                // μ_L = mean of μ_I, σ_L² = mean of σ_I² + (μ_I − μ_L)² (whose derivative by μ_L is 0), and so on.
                var i = n * Channels + c;
                var mean = _w[Instance] * t.A[i] + _w[Layer] * layerMean / Channels
                    + _v[Layer] * layerVariance * 2 * (_mean[i] - _layerMean[n]) / Channels;
                var variance = _v[Instance] * t.B[i] + _v[Layer] * layerVariance / Channels;
                if (saved.Batch)
                {
                    mean += (_w[Batch] * _batchMeanGradient[c]
                        + _v[Batch] * _batchVarianceGradient[c] * 2 * (_mean[i] - _batchMean[c])) / t.Segments;
                    variance += _v[Batch] * _batchVarianceGradient[c] / t.Segments;
                }

                // dx = scale·g + mean/rows + 2·variance·f·(x − μ_I)/rows, written around the mixed mean.
                var slope = 2 * variance * unbiased / rows;
                t.B[i] = (float)-(mean / rows + slope * (t.Mean[i] - (double)_mean[i]));
                t.D[i] = (float)-slope;
            }
        }

        t.Scale.AsSpan(0, t.Count).CopyTo(t.A);
        return Slope.Centered;
    }

    private double Factor => _norm.InstanceVariance == Variance.Unbiased ? Tables.Rows / (Tables.Rows - 1.0) : 1.0;

    // All moments from those of each sample and channel, and both mixtures.
    private void Mix(SavedTensors saved, bool batch)
    {
        var t = Tables;
        if (_mean.Length < t.Count) (_mean, _variance) = (new float[t.Count], new float[t.Count]);
        if (_layerMean.Length < t.Segments) (_layerMean, _layerVariance) = (new double[t.Segments], new double[t.Segments]);
        Download(saved.Extra!, _mean);
        Download(saved.Other!, _variance);
        for (var i = 0; i < t.Count; i++) _variance[i] = (float)(_variance[i] * Factor);
        Softmax(_meanLogits, _w);
        Softmax(_varianceLogits, _v);
        for (var n = 0; n < t.Segments; n++)
            (_layerMean[n], _layerVariance[n]) = Pool(n * Channels, 1, Channels);
        if (batch)
        {
            for (var c = 0; c < Channels; c++) (_batchMean[c], _batchVariance[c]) = Pool(c, Channels, t.Segments);
            return;
        }

        Running!.Mean.CopyTo(_float);
        for (var c = 0; c < Channels; c++) _batchMean[c] = _float[c];
        Running.Spread.CopyTo(_float);
        for (var c = 0; c < Channels; c++) _batchVariance[c] = _float[c];
    }

    private (double Mean, double Variance) Pool(int first, int step, int count)
    {
        double mean = 0, variance = 0;
        for (int k = 0, i = first; k < count; k++, i += step) mean += _mean[i];
        mean /= count;
        for (int k = 0, i = first; k < count; k++, i += step) variance += _variance[i] + (_mean[i] - mean) * (_mean[i] - mean);
        return (mean, variance / count);
    }

    private void Softmax(Parameter logits, double[] weights)
    {
        logits.Value.CopyTo(_logits);
        var largest = Math.Max(_logits[0], Math.Max(_logits[1], _logits[2]));
        var sum = 0.0;
        for (var k = 0; k < 3; k++) sum += weights[k] = Math.Exp(_logits[k] - largest);
        for (var k = 0; k < 3; k++) weights[k] /= sum;
    }

    private void AddLogitGradient(Tape tape, Parameter logits, double[] weights, double[] gradient)
    {
        var mean = weights[0] * gradient[0] + weights[1] * gradient[1] + weights[2] * gradient[2];
        for (var k = 0; k < 3; k++) _logits[k] = (float)(weights[k] * (gradient[k] - mean));
        AddGradient(tape, logits, _logits);
    }
}

using EvenKeel.Tensors;

namespace EvenKeel.Modules;

/// <summary>What a layer stores beside the running mean.</summary>
public enum RunningSpread
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The biased variance.</summary>
    Variance,

    /// <summary>The variance over m − 1.</summary>
    UnbiasedVariance,

    /// <summary>A scale: a standard deviation, or what another scheme divides by, without ε.</summary>
    Scale,
}

/// <summary>
/// Running statistics of a layer: moved towards each batch's in training, or measured anew over a whole data set.
/// </summary>
public sealed class RunningStatistics
{
    private readonly StateBuffer? _mean;
    private readonly StateBuffer? _spread;
    private readonly float _rate;
    private readonly float[] _buffer;
    private readonly double[] _pooledMean;
    private readonly double[] _pooledSpread;
    private long _elements;

    /// <summary>Wraps a layer's buffers.</summary>
    /// <param name="mean">Running mean [C]; null if there is none.</param>
    /// <param name="spread">Running variance or scale [C]; null if there is none, but then there is a mean.</param>
    /// <param name="kind">What the second buffer holds.</param>
    /// <param name="rate">Weight of the new batch, above 0 and at most 1.</param>
    public RunningStatistics(StateBuffer? mean, StateBuffer? spread, RunningSpread kind, float rate)
    {
        (_mean, _spread, Kind, _rate) = (mean, spread, kind, rate);
        _buffer = new float[(mean ?? spread)!.Shape.Length];
        _pooledMean = new double[_buffer.Length];
        _pooledSpread = new double[_buffer.Length];
    }

    /// <summary>What is stored beside the mean.</summary>
    public RunningSpread Kind { get; }

    /// <summary>True if there is a running mean.</summary>
    internal bool HasMean => _mean is not null;

    /// <summary>True if there is a running variance or scale.</summary>
    internal bool HasSpread => _spread is not null;

    /// <summary>Running mean [C].</summary>
    /// <exception cref="InvalidOperationException">The layer has none.</exception>
    public Tensor Mean => (_mean ?? throw new InvalidOperationException("These statistics have no mean.")).Value;

    /// <summary>Running variance or scale [C].</summary>
    /// <exception cref="InvalidOperationException">The layer has none.</exception>
    public Tensor Spread => (_spread ?? throw new InvalidOperationException("These statistics have a mean only.")).Value;

    /// <summary>Takes a batch's statistics in: blended with the old ones in training, pooled in a recalibration.</summary>
    /// <param name="mode">What the pass is for.</param>
    /// <param name="elements">Elements per channel m.</param>
    /// <param name="mean">Batch mean.</param>
    /// <param name="spread">Biased batch variance, or scale.</param>
    public void Take(PassMode mode, int elements, ReadOnlySpan<float> mean, ReadOnlySpan<float> spread)
    {
        if (mode == PassMode.Recalibrate)
        {
            Pool(elements, mean, spread);
            return;
        }

        if (_mean is not null) Blend(_mean.Value, mean, 1f);
        if (_spread is not null)
            Blend(_spread.Value, spread, Kind == RunningSpread.UnbiasedVariance ? elements / (elements - 1f) : 1f);
    }

    /// <summary>Forgets what was pooled; batches of recalibration passes follow.</summary>
    public void BeginRecalibration()
    {
        _elements = 0;
        Array.Clear(_pooledMean);
        Array.Clear(_pooledSpread);
    }

    /// <summary>
    /// Stores what was pooled: the mean and the variance over all elements of all batches, exactly; of scales, which
    /// cannot be pooled, the mean over the elements.
    /// </summary>
    /// <returns>False if no batch came, so that nothing changed.</returns>
    public bool EndRecalibration()
    {
        if (_elements == 0) return false;
        if (_mean is not null) Store(_mean.Value, _pooledMean, 1.0);
        if (_spread is null) return true;
        var divisor = Kind switch
        {
            RunningSpread.UnbiasedVariance => _elements - 1,
            RunningSpread.Variance => _elements,
            _ => 1L,
        };
        Store(_spread.Value, _pooledSpread, divisor);
        return true;
    }

    // Variances as sums of squares about the common mean (Chan, Golub and LeVeque); scales as a running mean.
    private void Pool(int elements, ReadOnlySpan<float> mean, ReadOnlySpan<float> spread)
    {
        var all = _elements + elements;
        var share = (double)elements / all;
        for (var c = 0; c < _buffer.Length; c++)
        {
            var apart = mean[c] - _pooledMean[c];
            if (Kind == RunningSpread.Scale) _pooledSpread[c] += share * (spread[c] - _pooledSpread[c]);
            else if (Kind != RunningSpread.None)
                _pooledSpread[c] += (double)spread[c] * elements + apart * apart * share * _elements;
            _pooledMean[c] += share * apart;
        }

        _elements = all;
    }

    private void Blend(Tensor running, ReadOnlySpan<float> batch, float factor)
    {
        running.CopyTo(_buffer);
        for (var c = 0; c < _buffer.Length; c++) _buffer[c] += _rate * (batch[c] * factor - _buffer[c]);
        running.CopyFrom(_buffer);
    }

    private void Store(Tensor running, double[] values, double divisor)
    {
        for (var c = 0; c < _buffer.Length; c++) _buffer[c] = (float)(values[c] / divisor);
        running.CopyFrom(_buffer);
    }
}

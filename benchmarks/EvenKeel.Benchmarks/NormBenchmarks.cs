using BenchmarkDotNet.Attributes;
using EvenKeel.Kernels.Normalization;
using EvenKeel.Kernels.Statistics;

namespace EvenKeel.Benchmarks;

/// <summary>The passes of normalizers of activations, statistics over the batch.</summary>
public class NormBenchmarks : ActivationBenchmarks
{
    private const int Largest = 10;
    private const int Runs = 8;
    private const float Slope = 0.1f;

    private static readonly RowScale Centered = new(Centers: true, Absolute: false, Epsilon: 1e-5f, Inside: true);

    private const int SampleStatistics = 3 * Batch * 3;

    private float[] _extremes = [];
    private float[] _range = [];
    private float[] _statistics = [];
    private int[] _rows = [];
    private int[] _rangeRows = [];

    private SampleGroups Groups => new(Side * Side, Channels, 3);

    /// <summary>4 bytes an element.</summary>
    [Benchmark(Baseline = true)]
    public void MeanVariance() => Moments.MeanVariance(Team, X, Channels, Sum(), Sums.AsSpan(Channels, Channels));

    /// <summary>4 bytes an element.</summary>
    [Benchmark]
    public void Mean() => Moments.Mean(Team, X, Channels, Sum());

    /// <summary>4 bytes an element.</summary>
    [Benchmark]
    public void AbsoluteDeviations() => Deviations.Absolute(Team, X, Channels, Tables(), Sum(2));

    /// <summary>4 bytes an element.</summary>
    [Benchmark]
    public void LargestDeviations() => Extremes.Largest(Team, X, Channels, Tables(), _extremes, _rows);

    /// <summary>4 bytes an element.</summary>
    [Benchmark]
    public void Range() => Extremes.Range(Team, X, Channels, _range, _rangeRows);

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void RescaleForward() => Rescale.Forward(Team, X, Channels, Tables(), Tables(), Tables(), [], Slope, Y);

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void RescaleBackwardReduce() => Rescale.BackwardReduce(
        Team, X, Dy, Channels, Tables(), Tables(), Tables(), Tables(), Slope, Sum(), Sums.AsSpan(Channels, Channels));

    /// <summary>12 bytes an element.</summary>
    [Benchmark]
    public void RescaleSumForward() => Rescale.Forward(Team, X, Channels, Tables(), Tables(), Tables(), Dy, Slope, Y);

    /// <summary>16 bytes an element.</summary>
    [Benchmark]
    public void RescaleSumBackwardReduce() => Rescale.SumBackwardReduce(
        Team, X, X, Dy, Channels, Tables(), Tables(), Slope, Y, Sum(), Sums.AsSpan(Channels, Channels));

    /// <summary>12 bytes an element.</summary>
    [Benchmark]
    public void RescaleBackwardApply() => Rescale.BackwardApply(
        Team, X, Dy, Channels, Tables(), Tables(), Tables(), Slope, Tables(), Tables(), Tables(), signs: false, Y, accumulate: false);

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void RowForward() => RowNorms.Forward(Team, X, Tables(), Tables(), Centered, Slope, Y, _statistics);

    /// <summary>12 bytes an element.</summary>
    [Benchmark]
    public void RowBackward() => RowNorms.Backward(
        Team, X, Dy, Tables(), Tables(), Centered, Slope, _statistics, Y, accumulate: false, Sum(), Sums.AsSpan(Channels, Channels));

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void SampleForward() =>
        SampleNorms.Forward(Team, X, Groups, Tables(), Tables(), Centered, Slope, Y, _statistics.AsSpan(0, SampleStatistics));

    /// <summary>12 bytes an element.</summary>
    [Benchmark]
    public void SampleBackward() => SampleNorms.Backward(
        Team, X, Dy, Groups, Tables(), Tables(), Centered, Slope, _statistics.AsSpan(0, SampleStatistics), Y, accumulate: false,
        Sum(), Sums.AsSpan(Channels, Channels));

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void EvoB0Forward() => EvoNorms.B0Forward(Team, X, Channels, Tables(5), Y);

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void EvoB0Sums() => EvoNorms.B0Sums(Team, X, Dy, Channels, Tables(5), Sum(5));

    /// <summary>12 bytes an element.</summary>
    [Benchmark]
    public void EvoB0Gradient() => EvoNorms.B0Gradient(Team, X, Dy, Channels, Tables(6), Y, accumulate: false);

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void EvoS0Forward() => EvoNorms.S0Forward(Team, X, Channels, Tables(4), Y);

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void EvoS0Sums() => EvoNorms.S0Sums(Team, X, Dy, Channels, Tables(4), Sum(3));

    /// <summary>12 bytes an element.</summary>
    [Benchmark]
    public void EvoS0Gradient() => EvoNorms.S0Gradient(Team, X, Dy, Channels, Tables(5), Y, accumulate: false);

    protected override void Prepare()
    {
        base.Prepare();
        (_extremes, _rows) = (new float[Largest * Channels], new int[Largest * Channels]);
        (_range, _rangeRows) = (new float[Runs * 2 * Channels], new int[Runs * 2 * Channels]);
        _statistics = new float[3 * (X.Length / Channels)];
        RowForward();
    }
}

using BenchmarkDotNet.Attributes;
using EvenKeel.Kernels.Normalization;
using EvenKeel.Kernels.Statistics;
using PerChannel = EvenKeel.Kernels.Statistics.Channels;

namespace EvenKeel.Benchmarks;

/// <summary>Passes with a number per channel.</summary>
public class ChannelBenchmarks : ActivationBenchmarks
{
    /// <summary>4 bytes an element.</summary>
    [Benchmark]
    public void Sum() => PerChannel.Sum(Team, X, Channels, base.Sum(), accumulate: false);

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void Dot() => PerChannel.Dot(Team, X, Dy, Channels, base.Sum());

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void Scale() => PerChannel.Scale(Team, X, Tables(), Channels, Y);

    /// <summary>12 bytes an element.</summary>
    [Benchmark]
    public void ScaleAdd() => PerChannel.ScaleAdd(Team, X, Tables(), Dy, Tables(), Channels, Y);

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void AddBias() => PerChannel.AddBias(Team, X, Tables(), Channels, 0.1f, Y);

    /// <summary>12 bytes an element.</summary>
    [Benchmark]
    public void LeakyReluBackwardSum() => PerChannel.LeakyReluBackwardSum(Team, 0.1f, X, Y, Channels, base.Sum(), accumulate: false);

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void GatedShift() => Gated.Shift(Team, X, Channels, Tables(), Tables(), 0.1f, Y, Gates());

    /// <summary>4 bytes an element.</summary>
    [Benchmark]
    public void GatedSum() => Gated.Sum(Team, X, Gates(), 0.1f, Channels, base.Sum());

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void GatedSubtract() => Gated.Subtract(Team, X, Gates(), 0.1f, Channels, Tables(), Y, accumulate: false);

    /// <summary>4 bytes an element.</summary>
    [Benchmark]
    public void AbsoluteSum() => PerChannel.AbsoluteSum(Team, X, Channels, base.Sum());

    /// <summary>4 bytes an element.</summary>
    [Benchmark]
    public void AbsoluteMax() => PerChannel.AbsoluteMax(Team, X, Channels, base.Sum());

    /// <summary>12 bytes an element.</summary>
    [Benchmark]
    public void ScaleAddSign() => PerChannel.ScaleAddSign(Team, X, Tables(), Dy, Tables(), Channels, Y);

    /// <summary>4 bytes an element, and 8 at each peak.</summary>
    [Benchmark]
    public void AddSignAtPeak() => PerChannel.AddSignAtPeak(Team, X, Tables(), Tables(), Channels, Y);

    /// <summary>4 bytes an element.</summary>
    [Benchmark]
    public void WeightRowPowers() => WeightScales.RowPowers(Team, X, Channels, squares: true, Y.AsSpan(0, X.Length / Channels));

    /// <summary>4 bytes an element.</summary>
    [Benchmark]
    public void WeightColumnPowers() =>
        WeightScales.ColumnPowers(Team, X, Dy.AsSpan(0, X.Length / Channels), Channels, squares: true, base.Sum());

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void WeightScale() => WeightScales.Scale(Team, X, Dy.AsSpan(0, X.Length / Channels), Tables(), Y);

    private Span<float> Gates() => Dy.AsSpan(0, Gated.Length(X.Length));
}

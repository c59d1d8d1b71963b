using BenchmarkDotNet.Attributes;
using EvenKeel.Kernels.Pooling;

namespace EvenKeel.Benchmarks;

/// <summary>Pooling over 2x2 windows and over all pixels.</summary>
public class PoolBenchmarks : ActivationBenchmarks
{
    private PoolGeometry _geometry;
    private byte[] _index = [];

    /// <summary>5.25 bytes an element of the input.</summary>
    [Benchmark(Baseline = true)]
    public void Max() => Pool.MaxForward(Team, _geometry, X, Y.AsSpan(0, _geometry.OutputLength), _index);

    /// <summary>5.25 bytes an element of the input.</summary>
    [Benchmark]
    public void MaxBackward() => Pool.MaxBackward(Team, _geometry, Dy.AsSpan(0, _geometry.OutputLength), _index, Y);

    /// <summary>5 bytes an element of the input.</summary>
    [Benchmark]
    public void Average() => Pool.AverageForward(Team, _geometry, countPadding: true, X, Y.AsSpan(0, _geometry.OutputLength));

    /// <summary>5 bytes an element of the input.</summary>
    [Benchmark]
    public void AverageBackward() => Pool.AverageBackward(Team, _geometry, countPadding: true, Dy.AsSpan(0, _geometry.OutputLength), Y);

    /// <summary>4 bytes an element of the input.</summary>
    [Benchmark]
    public void GlobalAverage() => Pool.GlobalAverageForward(Team, Batch, Side * Side, Channels, X, Y.AsSpan(0, Batch * Channels));

    /// <summary>4 bytes an element of the input.</summary>
    [Benchmark]
    public void GlobalAverageBackward() => Pool.GlobalAverageBackward(Team, Batch, Side * Side, Channels, Dy.AsSpan(0, Batch * Channels), Y);

    protected override void Prepare()
    {
        base.Prepare();
        _geometry = new PoolGeometry(Batch, Side, Side, Channels, 2, 2, 0);
        _index = new byte[_geometry.OutputLength];
    }
}

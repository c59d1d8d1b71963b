using BenchmarkDotNet.Attributes;
using EvenKeel.Kernels;

namespace EvenKeel.Benchmarks;

/// <summary>
/// Passes over an activation of 100 images of 32x32 pixels, in order of the bytes they must move: each should take
/// what <see cref="Add"/> takes, times its bytes over twelve.
/// </summary>
public class PointwiseBenchmarks
{
    private readonly RandomStream _stream = new(1, 2, 3);
    private float[] _x = [];
    private float[] _dy = [];
    private float[] _y = [];
    private float[] _z = [];
    private float[] _mean = [];
    private float[] _scale = [];
    private float[] _shift = [];
    private float[] _sumG = [];
    private float[] _sumGX = [];
    private byte[] _index = [];
    private PoolGeometry _geometry;
    private Workers? _workers;

    /// <summary>Vector path.</summary>
    [ParamsSource(nameof(Paths))]
    public VectorPath Path { get; set; }

    /// <summary>Channels; 3 is a picture, 96 a first layer.</summary>
    [Params(3, 96)]
    public int Channels { get; set; }

    /// <summary>Paths of this processor.</summary>
    public static IEnumerable<VectorPath> Paths => VectorPaths.Available;

    private Workers Team => _workers ?? throw new InvalidOperationException("The benchmark has not been set up.");

    /// <summary>Fills the inputs.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _workers = new Workers(0, Path);
        _geometry = new PoolGeometry(100, 32, 32, Channels, 2, 2, 0);
        _x = Normal(_geometry.InputLength, 1);
        _dy = Normal(_geometry.InputLength, 2);
        _y = new float[_geometry.InputLength];
        _z = new float[_geometry.InputLength];
        _index = new byte[_geometry.OutputLength];
        (_mean, _scale, _shift) = (Normal(Channels, 3), Normal(Channels, 4), Normal(Channels, 5));
        (_sumG, _sumGX) = (new float[Channels], new float[Channels]);
    }

    /// <summary>Stops the threads.</summary>
    [GlobalCleanup]
    public void Cleanup() => _workers?.Dispose();

    /// <summary>12 bytes an element: the yardstick.</summary>
    [Benchmark(Baseline = true)]
    public void Add() => Elementwise.Add(Team, _x, _dy, _y);

    /// <summary>4 bytes an element.</summary>
    [Benchmark]
    public void Sum() => Kernels.Channels.Sum(Team, _x, Channels, _sumG, accumulate: false);

    /// <summary>4 bytes an element.</summary>
    [Benchmark]
    public void MeanVariance() => Moments.MeanVariance(Team, _x, Channels, _sumG, _sumGX);

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void RescaleForward() => Rescale.Forward(Team, _x, Channels, _mean, _scale, _shift, 0.1f, _y);

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void RescaleBackwardReduce() => Rescale.BackwardReduce(
        Team, _x, _dy, Channels, _mean, _scale, _scale, _shift, 0.1f, _sumG, _sumGX);

    /// <summary>12 bytes an element.</summary>
    [Benchmark]
    public void RescaleBackwardApply() => Rescale.BackwardApply(
        Team, _x, _dy, Channels, _mean, _scale, _shift, 0.1f, _scale, _mean, _shift, signs: false, _y, accumulate: false);

    /// <summary>5.25 bytes an element of the input.</summary>
    [Benchmark]
    public void MaxPool() => Pool.MaxForward(Team, _geometry, _x, _y.AsSpan(0, _geometry.OutputLength), _index);

    /// <summary>5.25 bytes an element of the input.</summary>
    [Benchmark]
    public void MaxPoolBackward() =>
        Pool.MaxBackward(Team, _geometry, _dy.AsSpan(0, _geometry.OutputLength), _index, _y);

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void DropoutForward() => Dropout.Apply(Team, _stream, 0.5f, _x, _y, accumulate: false);

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void GaussianNoise() => Noise.AddGaussian(Team, _stream, 0.15f, _x, _y);

    /// <summary>20 bytes an element.</summary>
    [Benchmark]
    public void Momentum() => Update.Sgd(Team, _y, _dy, _z, 1e-9, 0.9, nesterov: false, decay: 0.0);

    /// <summary>4 bytes an element.</summary>
    [Benchmark]
    public long FirstNonFinite() => Scan.FirstNonFinite(Team, _x);

    private float[] Normal(int length, uint use)
    {
        var numbers = new float[length];
        Noise.Gaussian(Team, new RandomStream(1, use), 0f, 1f, numbers);
        return numbers;
    }
}

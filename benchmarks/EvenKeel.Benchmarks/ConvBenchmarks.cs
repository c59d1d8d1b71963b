using BenchmarkDotNet.Attributes;
using EvenKeel.Kernels;

namespace EvenKeel.Benchmarks;

/// <summary>The three passes of the layers that the studied networks spend their time in, on every vector path.</summary>
public class ConvBenchmarks : IDisposable
{
    private static readonly Dictionary<string, ConvGeometry> Layers = new(StringComparer.Ordinal)
    {
        ["3x3 96-96 at 32x32"] = new(100, 32, 32, 96, 96, 3, 3, 1, 1),
        ["3x3 96-192 at 16x16"] = new(100, 16, 16, 96, 192, 3, 3, 1, 1),
        ["3x3 192-192 at 16x16"] = new(100, 16, 16, 192, 192, 3, 3, 1, 1),
        ["3x3 192-192 at 8x8, no padding"] = new(100, 8, 8, 192, 192, 3, 3, 1, 0),
        ["1x1 192-192 at 6x6"] = new(100, 6, 6, 192, 192, 1, 1, 1, 0),
        ["3x3 3-96 at 32x32"] = new(100, 32, 32, 3, 96, 3, 3, 1, 1),
        ["3x3 16-16 at 32x32"] = new(100, 32, 32, 16, 16, 3, 3, 1, 1),
        ["3x3 stride 2 64-128 at 16x16"] = new(100, 16, 16, 64, 128, 3, 3, 2, 1),
        ["dense 1024-1024"] = new(1, 1, 100, 1024, 1024, 1, 1, 1, 0),
    };

    private Workers _workers = null!;
    private ConvGeometry _geometry;
    private float[] _input = [];
    private float[] _weights = [];
    private float[] _output = [];
    private float[] _inputGradient = [];
    private float[] _weightGradient = [];

    public static IEnumerable<string> LayerNames => Layers.Keys;

    public static IEnumerable<VectorPath> Paths => VectorPaths.Available;

    [ParamsSource(nameof(LayerNames))]
    public string Layer { get; set; } = "";

    [ParamsSource(nameof(Paths))]
    public VectorPath Path { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _workers = new Workers(0, Path);
        _geometry = Layers[Layer];
        _input = Numbers(_geometry.InputLength, 1);
        _weights = Numbers(_geometry.WeightLength, 2);
        _output = Numbers(_geometry.OutputLength, 3);
        _inputGradient = new float[_geometry.InputLength];
        _weightGradient = new float[_geometry.WeightLength];
    }

    [Benchmark]
    public void Forward() => Conv.Forward(_workers, _geometry, _input, _weights, [], 0f, _output);

    [Benchmark]
    public void InputGradient() =>
        Conv.InputGradient(_workers, _geometry, _output, _weights, _inputGradient, accumulate: false);

    [Benchmark]
    public void WeightGradient() =>
        Conv.WeightGradient(_workers, _geometry, _input, _output, _weightGradient, accumulate: false);

    [GlobalCleanup]
    public void Dispose()
    {
        _workers?.Dispose();
        GC.SuppressFinalize(this);
    }

    private static float[] Numbers(long length, uint use)
    {
        var stream = new RandomStream(Seed: 1, use);
        var numbers = new float[length];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = stream.Uniform((ulong)i) - 0.5f;
        return numbers;
    }
}

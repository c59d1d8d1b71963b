using BenchmarkDotNet.Attributes;
using EvenKeel.Kernels;
using EvenKeel.Kernels.Convolution;

namespace EvenKeel.Benchmarks;

/// <summary>The three passes of the layers that the studied networks spend their time in, directly and by F(4×4, 3×3) where
/// the sizes permit it.</summary>
public class ConvBenchmarks : KernelBenchmarks
{
    private static readonly Dictionary<string, ConvGeometry> Layers = new(StringComparer.Ordinal)
    {
        ["3x3 96-96 at 32x32"] = new(100, 32, 32, 96, 96, 3, 3, 1, 1),
        ["3x3 96-192 at 16x16"] = new(100, 16, 16, 96, 192, 3, 3, 1, 1),
        ["3x3 192-192 at 16x16"] = new(100, 16, 16, 192, 192, 3, 3, 1, 1),
        ["3x3 192-192 at 8x8, no padding"] = new(100, 8, 8, 192, 192, 3, 3, 1, 0),
        ["1x1 192-192 at 6x6"] = new(100, 6, 6, 192, 192, 1, 1, 1, 0),
        ["3x3 3-96 at 32x32"] = new(100, 32, 32, 3, 96, 3, 3, 1, 1),
        ["3x3 16-16 at 32x32"] = new(128, 32, 32, 16, 16, 3, 3, 1, 1),
        ["3x3 64-64 at 8x8"] = new(128, 8, 8, 64, 64, 3, 3, 1, 1),
        ["3x3 stride 2 16-32 at 32x32"] = new(128, 32, 32, 16, 32, 3, 3, 2, 1),
        ["3x3 32-32 at 28x28"] = new(128, 28, 28, 32, 32, 3, 3, 1, 1),
    };

    private ConvGeometry _geometry;
    private float[] _input = [];
    private float[] _weights = [];
    private float[] _output = [];
    private float[] _inputGradient = [];
    private float[] _weightGradient = [];

    /// <summary>Names of the layers.</summary>
    public static IEnumerable<string> LayerNames => Layers.Keys;

    /// <summary>Layer.</summary>
    [ParamsSource(nameof(LayerNames))]
    public string Layer { get; set; } = "";

    /// <summary>How it is computed.</summary>
    [Params(ConvMethod.Direct, ConvMethod.Winograd)]
    public ConvMethod Algorithm { get; set; }

    /// <summary>y = act(conv(x, w)).</summary>
    [Benchmark]
    public void Forward() => Conv.Forward(Team, _geometry, _input, _weights, [], 0f, _output);

    /// <summary>Gradient of the input.</summary>
    [Benchmark]
    public void InputGradient() => Conv.InputGradient(Team, _geometry, _output, _weights, _inputGradient, accumulate: false);

    /// <summary>Gradient of the weights.</summary>
    [Benchmark]
    public void WeightGradient() => Conv.WeightGradient(Team, _geometry, _input, _output, _weightGradient, accumulate: false);

    protected override Workers Start() => new(0, Path) { Convolution = Algorithm };

    protected override void Prepare()
    {
        _geometry = Layers[Layer];
        _input = Normal(_geometry.InputLength, 1);
        _weights = Normal(_geometry.WeightLength, 2);
        _output = Normal(_geometry.OutputLength, 3);
        _inputGradient = new float[_geometry.InputLength];
        _weightGradient = new float[_geometry.WeightLength];
    }
}

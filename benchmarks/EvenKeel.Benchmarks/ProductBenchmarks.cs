using BenchmarkDotNet.Attributes;
using EvenKeel.Kernels.Convolution;
using EvenKeel.Kernels.Products;

namespace EvenKeel.Benchmarks;

/// <summary>Matrix products: dense layers in float, fits in double.</summary>
public class ProductBenchmarks : KernelBenchmarks
{
    private float[] _x = [];
    private float[] _w = [];
    private float[] _y = [];
    private double[] _a = [];
    private double[] _b = [];
    private double[] _c = [];

    /// <summary>Rows.</summary>
    [Params(128, 256)]
    public int Rows { get; set; }

    /// <summary>Inputs; 3072 are the pixels of an image.</summary>
    [Params(500, 3072)]
    public int Inputs { get; set; }

    /// <summary>A dense layer, forward.</summary>
    [Benchmark]
    public void Forward() => Gemm.Multiply(Team, Rows, Outputs, Inputs, _x, _w, [], 0f, _y);

    /// <summary>Gradient of its input.</summary>
    [Benchmark]
    public void InputGradient() => Gemm.MultiplyTransposedB(Team, Rows, Inputs, Outputs, _y, _w, _x, accumulate: false);

    /// <summary>Gradient of its weights.</summary>
    [Benchmark]
    public void WeightGradient() => Gemm.MultiplyTransposedA(Team, Inputs, Outputs, Rows, _x, _y, _w, accumulate: false);

    /// <summary>A product of doubles.</summary>
    [Benchmark]
    public void AddDouble() => DoubleProduct.Add(Team, Rows, Outputs, Inputs, 1e-9, _a, Inputs, _b, Outputs, _c, Outputs);

    /// <summary>A matrix times a vector of doubles.</summary>
    [Benchmark]
    public void MultiplyDouble() => DoubleProduct.Multiply(Team, Rows, Inputs, _a, Inputs, _b.AsSpan(0, Inputs), _c.AsSpan(0, Rows));

    protected override void Prepare()
    {
        (_x, _w, _y) = (Normal((long)Rows * Inputs, 1), Normal((long)Inputs * Outputs, 2), Normal((long)Rows * Outputs, 3));
        (_a, _b, _c) = (Doubles(_x), Doubles(_w), Doubles(_y));
    }

    private const int Outputs = 500;

    private static double[] Doubles(float[] numbers) => [.. numbers.Select(n => (double)n)];
}

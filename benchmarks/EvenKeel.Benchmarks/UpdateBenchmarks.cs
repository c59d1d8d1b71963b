using BenchmarkDotNet.Attributes;
using EvenKeel.Kernels.Elements;

namespace EvenKeel.Benchmarks;

/// <summary>Optimizer steps over as many parameters as a network of the studies has, and the loss.</summary>
public class UpdateBenchmarks : KernelBenchmarks
{
    private const int Parameters = 1_405_344;
    private const int Rows = 256;

    private static readonly AdamStep Step = new()
    {
        LearningRate = 1e-9,
        Beta1 = 0.9,
        Beta2 = 0.999,
        Epsilon = 1e-8,
        Correction1 = 1,
        Correction2 = 1,
    };

    private float[] _value = [];
    private float[] _gradient = [];
    private float[] _first = [];
    private float[] _second = [];
    private int[] _labels = [];

    /// <summary>Classes of the loss.</summary>
    [Params(10, 1000)]
    public int Classes { get; set; }

    /// <summary>20 bytes a parameter.</summary>
    [Benchmark(Baseline = true)]
    public void Momentum() => Update.Sgd(Team, _value, _gradient, _first, 1e-9, 0.9, nesterov: false, decay: 0);

    /// <summary>28 bytes a parameter.</summary>
    [Benchmark]
    public void Adam() => Update.Adam(Team, _value, _gradient, _first, _second, Step);

    /// <summary>28 bytes a parameter.</summary>
    [Benchmark]
    public void Adamax() => Update.Adamax(Team, _value, _gradient, _first, _second, Step);

    /// <summary>8 bytes a logit.</summary>
    [Benchmark]
    public void Loss() => Softmax.CrossEntropy(Team, _gradient.AsSpan(0, Rows * Classes), _labels, Classes, 0f, _first.AsSpan(0, Rows * Classes));

    /// <summary>8 bytes a logit.</summary>
    [Benchmark]
    public void LossBackward() => Softmax.CrossEntropyBackward(
        Team, _second.AsSpan(0, Rows * Classes), _labels, Classes, 0f, 1f, _first.AsSpan(0, Rows * Classes));

    protected override void Prepare()
    {
        (_value, _gradient, _first, _second) = (Normal(Parameters, 1), Normal(Parameters, 2), Normal(Parameters, 3), new float[Parameters]);
        Array.Fill(_second, 1f);
        _labels = [.. Enumerable.Range(0, Rows).Select(i => i % Classes)];
    }
}

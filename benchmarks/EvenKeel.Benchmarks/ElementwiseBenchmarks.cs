using BenchmarkDotNet.Attributes;
using EvenKeel.Kernels.Elements;
using EvenKeel.Kernels.Random;

namespace EvenKeel.Benchmarks;

/// <summary>Passes element by element, random ones and those that look a tensor over.</summary>
public class ElementwiseBenchmarks : ActivationBenchmarks
{
    private readonly RandomStream _stream = new(1, 2, 3);

    /// <summary>12 bytes an element: the yardstick.</summary>
    [Benchmark(Baseline = true)]
    public void Add() => Elementwise.Add(Team, X, Dy, Y);

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void Copy() => Elementwise.Copy(Team, X, Y);

    /// <summary>12 bytes an element.</summary>
    [Benchmark]
    public void AddLeakyRelu() => Elementwise.AddLeakyRelu(Team, 0f, X, Dy, Y);

    /// <summary>16 bytes an element.</summary>
    [Benchmark]
    public void LeakyReluBackwardBoth() => Elementwise.LeakyReluBackwardBoth(Team, 0f, X, Dy, Dy, Y, accumulate: false);

    /// <summary>4 bytes an element.</summary>
    [Benchmark]
    public void Fill() => Elementwise.Fill(Team, 1f, Y);

    /// <summary>12 bytes an element.</summary>
    [Benchmark]
    public void AddTo() => Elementwise.AddTo(Team, X, Y);

    /// <summary>12 bytes an element.</summary>
    [Benchmark]
    public void Multiply() => Elementwise.Multiply(Team, X, Dy, Y);

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void Scale() => Elementwise.Scale(Team, 0.5f, X, Y);

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void LeakyRelu() => Elementwise.LeakyRelu(Team, 0.1f, X, Y);

    /// <summary>12 bytes an element.</summary>
    [Benchmark]
    public void LeakyReluBackward() => Elementwise.LeakyReluBackward(Team, 0.1f, X, Dy, Y, accumulate: false);

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void RoundToHalf() => Rounding.Round(Team, HalfFormat.Float16, X, Y);

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void DropoutApply() => Dropout.Apply(Team, _stream, 0.5f, X, Y, accumulate: false);

    /// <summary>4 bytes an element.</summary>
    [Benchmark]
    public void Gaussian() => Noise.Gaussian(Team, _stream, 0f, 1f, Y);

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void AddGaussian() => Noise.AddGaussian(Team, _stream, 0.15f, X, Y);

    /// <summary>4 bytes an element.</summary>
    [Benchmark]
    public void Uniform() => Noise.Uniform(Team, _stream, 0f, 1f, Y);

    /// <summary>8 bytes an element.</summary>
    [Benchmark]
    public void AddUniform() => Noise.AddUniform(Team, _stream, 0.1f, X, Y);

    /// <summary>4 bytes an element.</summary>
    [Benchmark]
    public long FirstNonFinite() => Scan.FirstNonFinite(Team, X);

    /// <summary>4 bytes an element.</summary>
    [Benchmark]
    public double SumOfSquares() => Scan.SumOfSquares(Team, X);

    /// <summary>4 bytes an element.</summary>
    [Benchmark]
    public double Total() => Scan.Sum(Team, X);
}

using BenchmarkDotNet.Attributes;
using EvenKeel.Kernels;
using EvenKeel.Kernels.Elements;
using EvenKeel.Kernels.Random;

namespace EvenKeel.Benchmarks;

/// <summary>What every class of cases has: the vector paths of this processor, all its threads, and operands.</summary>
public abstract class KernelBenchmarks
{
    private Workers? _workers;

    /// <summary>Vector path.</summary>
    [ParamsSource(nameof(Paths))]
    public VectorPath Path { get; set; }

    /// <summary>Paths of this processor.</summary>
    public static IEnumerable<VectorPath> Paths => VectorPaths.Available;

    protected Workers Team => _workers ?? throw new InvalidOperationException("The benchmark has not been set up.");

    /// <summary>Starts the threads and fills the operands.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _workers = Start();
        Prepare();
    }

    /// <summary>Stops the threads.</summary>
    [GlobalCleanup]
    public void Cleanup() => _workers?.Dispose();

    protected virtual Workers Start() => new(0, Path);

    protected abstract void Prepare();

    /// <summary>Gaussian numbers.</summary>
    protected float[] Normal(long length, uint use)
    {
        var numbers = new float[length];
        Noise.Gaussian(Team, new RandomStream(1, use), 0f, 1f, numbers);
        return numbers;
    }
}

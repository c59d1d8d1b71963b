using EvenKeel.Backends;
using EvenKeel.Kernels;

namespace EvenKeel.Lab.Benchmarks;

/// <summary>How a case is run.</summary>
/// <param name="Threads">Threads; 0 means one per processor.</param>
/// <param name="Convolution">How convolutions are computed.</param>
internal readonly record struct BenchEngine(int Threads, ConvMethod Convolution = ConvMethod.Auto)
{
    /// <summary>Starts it.</summary>
    public CpuBackend Open() => new(Threads, path: null, Convolution);
}

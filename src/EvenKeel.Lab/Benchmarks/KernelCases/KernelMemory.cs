using EvenKeel.Kernels;
using EvenKeel.Kernels.Elements;
using EvenKeel.Kernels.Random;

namespace EvenKeel.Lab.Benchmarks.KernelCases;

/// <summary>Operands of a kernel as the library holds them: outside the managed heap, aligned, full of Gaussian
/// numbers.</summary>
internal sealed class KernelMemory(Workers workers) : IDisposable
{
    private readonly List<AlignedBuffer> _buffers = [];

    /// <summary>Numbers with mean 0 and deviation 1.</summary>
    public Operand Numbers(long length)
    {
        var buffer = new AlignedBuffer(length);
        _buffers.Add(buffer);
        var operand = new Operand(buffer);
        Noise.Gaussian(workers, new RandomStream(1, (uint)_buffers.Count), 0f, 1f, operand.Span);
        return operand;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in _buffers) buffer.Dispose();
    }
}

/// <summary>An operand.</summary>
/// <param name="Buffer">Where it lies.</param>
internal readonly record struct Operand(AlignedBuffer Buffer)
{
    /// <summary>All of it.</summary>
    public Span<float> Span => Buffer.Slice(0, checked((int)Buffer.Length));
}

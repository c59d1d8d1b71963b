using System.Runtime.InteropServices;

namespace EvenKeel.Kernels;

/// <summary>
/// Memory that kernels work in: a buffer for each worker, and one that all share. A worker's buffer stays the same from
/// kernel to kernel, so that no core writes to lines that another still holds, and buffers lie far apart: a core asks by
/// itself for what lies behind the memory that it reads.
/// </summary>
internal sealed unsafe class Scratch : IDisposable
{
    // Large pages for every buffer, and room behind it for tiles that read past the last column.
    private const nuint Fewest = 512 * 1024;
    private const nuint Room = 2_048;

    private readonly int _buffers;
    private readonly float** _memory;
    private readonly nuint[] _lengths;

    /// <summary>Buffers without memory.</summary>
    /// <param name="workers">Number of workers.</param>
    public Scratch(int workers)
    {
        _buffers = workers + 1;
        _memory = (float**)NativeMemory.AllocZeroed((nuint)_buffers, (nuint)sizeof(float*));
        _lengths = new nuint[_buffers];
    }

    /// <summary>The buffer that all share: at least so many floats, from a cache line on, whose contents are whatever was
    /// there. It is the caller's until the next request.</summary>
    /// <param name="length">Floats.</param>
    public float* Shared(nuint length)
    {
        Grow(_buffers - 1, length);
        return _memory[_buffers - 1];
    }

    /// <summary>The same for each worker.</summary>
    /// <param name="length">Floats of each.</param>
    public WorkerMemory Pieces(nuint length)
    {
        for (var i = 0; i < _buffers - 1; i++) Grow(i, length);
        return new(_memory);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (var i = 0; i < _buffers; i++) AlignedMemory.Free(_memory[i]);
        NativeMemory.Free(_memory);
    }

    private void Grow(int i, nuint length)
    {
        if (_lengths[i] >= length) return;
        AlignedMemory.Free(_memory[i]);
        _memory[i] = null;
        _lengths[i] = 0;
        var floats = nuint.Max(Fewest, length + Room);
        _memory[i] = AlignedMemory.Allocate(floats);
        _lengths[i] = floats - Room;
    }
}

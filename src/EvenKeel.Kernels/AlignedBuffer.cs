namespace EvenKeel.Kernels;

/// <summary>Floats outside the managed heap, aligned to a cache line: they never move and are not scanned.</summary>
internal sealed unsafe class AlignedBuffer : IDisposable
{
    private float* _data;

    /// <summary>Reserves memory; pages are touched on first use only.</summary>
    /// <exception cref="OutOfMemoryException">The machine has no room for it.</exception>
    public AlignedBuffer(long length)
    {
        Length = length;
        _data = AlignedMemory.Allocate(checked((nuint)length));
    }

    ~AlignedBuffer() => AlignedMemory.Free(_data);

    /// <summary>Floats in the buffer.</summary>
    public long Length { get; }

    /// <summary>A window on the buffer.</summary>
    public Span<float> Slice(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_data is null, this);
        if (offset < 0 || length < 0 || offset + length > Length)
            throw new ArgumentOutOfRangeException(
                nameof(offset), $"Floats {offset} to {offset + length} lie outside a buffer of {Length}.");
        return new Span<float>(_data + offset, length);
    }

    public void Dispose()
    {
        AlignedMemory.Free(_data);
        _data = null;
        GC.SuppressFinalize(this);
    }
}

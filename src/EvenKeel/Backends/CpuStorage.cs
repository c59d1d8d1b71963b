using EvenKeel.Kernels;
using EvenKeel.Tensors;

namespace EvenKeel.Backends;

/// <summary>A window on an aligned buffer.</summary>
internal sealed class CpuStorage(AlignedBuffer buffer, long offset, int length) : Storage
{
    private AlignedBuffer _buffer = buffer;
    private int _length = length;

    public AlignedBuffer Buffer => _buffer;

    public long Offset { get; private set; } = offset;

    public Span<float> Span => _buffer.Slice(Offset, _length);

    /// <summary>Points this storage at other memory, so that handles are reused from step to step.</summary>
    public void Move(AlignedBuffer to, long at, int floats) => (_buffer, Offset, _length) = (to, at, floats);

    internal override void Read(Span<float> destination) => Span.CopyTo(destination);

    internal override void Write(ReadOnlySpan<float> source) => source.CopyTo(Span);
}

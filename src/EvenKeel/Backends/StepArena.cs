using EvenKeel.Kernels;
using EvenKeel.Tensors;

namespace EvenKeel.Backends;

/// <summary>
/// Memory for the values of one step. Blocks are handed out by first fit and joined when returned, so the same
/// sequence of requests gets the same addresses, step after step, and after the first step nothing is allocated.
/// </summary>
/// <param name="budget">What the machine has.</param>
internal sealed class StepArena(MemoryBudget budget) : IDisposable
{
    private const int Alignment = 16; // floats: one cache line
    private const long FirstSlab = 1 << 20;

    private readonly List<AlignedBuffer> _slabs = [];
    private readonly List<Block> _free = [];
    private readonly List<Tensor> _handles = [];
    private int _handlesUsed;
    private long _inUse;
    private long _reserved;

    private readonly record struct Block(int Slab, long Offset, long Length);

    /// <summary>The most floats that were ever in use at once, in bytes.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>A tensor of the step; its contents are whatever was there.</summary>
    /// <exception cref="UserException">The machine has not so much memory.</exception>
    public Tensor Rent(Shape shape)
    {
        var length = shape.Length;
        var rounded = Round(length);
        var bytes = (_inUse + rounded) * sizeof(float);
        if (bytes > PeakBytes) Peak(bytes);
        var index = FindFree(rounded);
        var block = _free[index];
        if (block.Length == rounded) _free.RemoveAt(index);
        else _free[index] = new Block(block.Slab, block.Offset + rounded, block.Length - rounded);

        _inUse += rounded;
        return Handle(_slabs[block.Slab], block.Offset, length, shape);
    }

    /// <summary>The same memory as another value of the step, which stays its owner.</summary>
    public Tensor Share(Tensor tensor)
    {
        var storage = (CpuStorage)tensor.Storage;
        var shared = Handle(storage.Buffer, storage.Offset, tensor.Shape.Length, tensor.Shape);
        shared.IsShared = true;
        return shared;
    }

    /// <summary>The same memory as another value of the step, and its owner in that value's place.</summary>
    public Tensor Inherit(Tensor tensor)
    {
        var heir = Share(tensor);
        (heir.IsShared, tensor.IsShared) = (tensor.IsShared, true);
        return heir;
    }

    /// <summary>Gives a tensor's memory back before the step ends.</summary>
    public void Return(Tensor tensor)
    {
        if (tensor.IsShared) return;
        var storage = (CpuStorage)tensor.Storage;
        var slab = _slabs.IndexOf(storage.Buffer);
        var length = Round(tensor.Shape.Length);
        _inUse -= length;
        Insert(new Block(slab, storage.Offset, length));
    }

    /// <summary>Takes everything back. If the last step outgrew the first slab, one slab of the whole size replaces
    /// them, so that later steps see a single region.</summary>
    public void Reset()
    {
        if (_slabs.Count > 1)
        {
            foreach (var slab in _slabs) slab.Dispose();
            _slabs.Clear();
            _slabs.Add(new AlignedBuffer(_reserved));
        }

        _free.Clear();
        for (var i = 0; i < _slabs.Count; i++) _free.Add(new Block(i, 0, _slabs[i].Length));
        _handlesUsed = 0;
        _inUse = 0;
    }

    public void Dispose()
    {
        foreach (var slab in _slabs) slab.Dispose();
        _slabs.Clear();
        _free.Clear();
    }

    private static long Round(int length) => (length + Alignment - 1L) / Alignment * Alignment;

    private int FindFree(long length)
    {
        for (var i = 0; i < _free.Count; i++)
        {
            if (_free[i].Length >= length) return i;
        }

        // Doubling keeps the number of slabs of a first step small.
        var size = Math.Max(length, Math.Max(FirstSlab, _reserved));
        _slabs.Add(new AlignedBuffer(size));
        _reserved += size;
        _free.Add(new Block(_slabs.Count - 1, 0, size));
        return _free.Count - 1;
    }

    private void Peak(long bytes)
    {
        budget.CheckStep(bytes);
        PeakBytes = bytes;
    }

    private void Insert(Block block)
    {
        var at = 0;
        while (at < _free.Count && Before(_free[at], block)) at++;
        if (at > 0 && Touches(_free[at - 1], block))
        {
            at--;
            block = block with { Offset = _free[at].Offset, Length = _free[at].Length + block.Length };
            _free.RemoveAt(at);
        }

        if (at < _free.Count && Touches(block, _free[at]))
        {
            block = block with { Length = block.Length + _free[at].Length };
            _free.RemoveAt(at);
        }

        _free.Insert(at, block);
    }

    private static bool Before(Block a, Block b) => a.Slab != b.Slab ? a.Slab < b.Slab : a.Offset < b.Offset;

    private static bool Touches(Block a, Block b) => a.Slab == b.Slab && a.Offset + a.Length == b.Offset;

    private Tensor Handle(AlignedBuffer slab, long offset, int length, Shape shape)
    {
        if (_handlesUsed == _handles.Count) _handles.Add(new Tensor(new CpuStorage(slab, offset, length), shape));
        var handle = _handles[_handlesUsed++];
        ((CpuStorage)handle.Storage).Move(slab, offset, length);
        handle.Shape = shape;
        handle.NeedsGradient = false;
        handle.IsShared = false;
        handle.Moments = null;
        handle.Deferred = null;
        handle.GradientBuffer = null;
        handle.HasGradient = false;
        return handle;
    }
}

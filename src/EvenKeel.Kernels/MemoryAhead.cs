using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels;

/// <summary>Memory to ask for while something else is multiplied, a share with each frequency or register tile: more requests
/// at once than a core keeps open would hold it up.</summary>
internal unsafe struct MemoryAhead
{
    private Range _first;
    private Range _second;
    private Range _third;
    private Range _fourth;

    /// <summary>Adds a range, the fourth at most.</summary>
    /// <param name="from">Where it starts; null for no range.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="turns">How many shares there will be.</param>
    public void Add(float* from, float* end, int turns)
    {
        if (from == null) return;
        _fourth = _third;
        _third = _second;
        _second = _first;
        _first = new() { At = from, End = end, Step = WorkSplit.Chunks(end - from, turns * 16) * 16 };
    }

    /// <summary>Asks for the next share.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Ask()
    {
        _first.Ask();
        _second.Ask();
        if (_third.At == null) return;
        _third.Ask();
        _fourth.Ask();
    }

    private struct Range
    {
        public float* At;
        public float* End;
        public nint Step;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Ask()
        {
            var at = At;
            var end = at + Step;
            if (end > End) end = End;
            for (; at < end; at += 16) Prefetch.Line(at);
            At = at;
        }
    }
}

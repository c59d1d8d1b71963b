using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels;

/// <summary>Memory to ask for, a part at a time.</summary>
/// <param name="from">Where it starts.</param>
/// <param name="end">Where it ends.</param>
internal readonly unsafe struct WinogradAhead(float* from, float* end)
{
    private readonly float* _from = from;
    private readonly nint _lines = (nint)(end - from) / 16;

    /// <summary>Asks for one of several equal parts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Ask(int part, int parts)
    {
        var line = _from + (_lines * part / parts * 16);
        for (var last = _from + (_lines * (part + 1) / parts * 16); line < last; line += 16) Prefetch.Line(line);
    }
}

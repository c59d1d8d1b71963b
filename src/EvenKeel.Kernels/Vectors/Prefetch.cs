using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace EvenKeel.Kernels.Vectors;

/// <summary>Asks for memory before it is needed, where the pattern is one that the processor does not guess.</summary>
internal static unsafe class Prefetch
{
    /// <summary>Floats in a cache line.</summary>
    public const int FloatsPerLine = 16;

    /// <summary>Brings a cache line close; does nothing where the processor has no such instruction. Any address is
    /// allowed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(float* address)
    {
        if (Sse.IsSupported) Sse.Prefetch0(address);
    }

    /// <summary>How many floats ahead a pass over rows asks for memory, which takes about as long as 4 kB do to arrive:
    /// reading several rows at once is a pattern that the processor follows too late.</summary>
    /// <param name="rows">Floats in the rows that are read at once, which are asked for already.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Ahead(nint rows) => Math.Max(1_024, rows);

    /// <summary>One line of each of four rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Rows(float* address, nint width)
    {
        Line(address);
        Line(address + width);
        Line(address + 2 * width);
        Line(address + 3 * width);
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace EvenKeel.Kernels;

/// <summary>Asks for memory before it is needed, where the pattern is one that the processor does not guess.</summary>
internal static unsafe class Prefetch
{
    /// <summary>Brings a cache line close; does nothing where the processor has no such instruction. Any address is
    /// allowed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(float* address)
    {
        if (Sse.IsSupported) Sse.Prefetch0(address);
    }

    /// <summary>The lines at one offset behind several pointers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lines(float** pointers, int count, nint offset)
    {
        for (var i = 0; i < count; i++) Line(pointers[i] + offset);
    }
}

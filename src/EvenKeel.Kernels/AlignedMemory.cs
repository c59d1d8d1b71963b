using System.Runtime.InteropServices;

namespace EvenKeel.Kernels;

/// <summary>
/// Memory outside the managed heap that starts on a cache line. Large pieces ask for large pages: kernels walk dozens
/// of streams at once, more than the processor holds the addresses of small pages for.
/// </summary>
internal static unsafe partial class AlignedMemory
{
    private const nuint CacheLine = 64;
    private const nuint LargePage = 2 << 20;
    private const int AdviseHugePages = 14;

    /// <summary>Reserves memory; pages are touched on first use only.</summary>
    /// <exception cref="OutOfMemoryException">The machine has no room for it.</exception>
    public static float* Allocate(nuint floats)
    {
        var bytes = checked(Math.Max(1, floats) * sizeof(float));
        if (bytes < LargePage) return (float*)NativeMemory.AlignedAlloc(bytes, CacheLine);
        bytes = (bytes + LargePage - 1) / LargePage * LargePage;
        var memory = NativeMemory.AlignedAlloc(bytes, LargePage);
        Advise(memory, bytes);
        return (float*)memory;
    }

    /// <summary>Gives memory back; null is allowed.</summary>
    public static void Free(float* memory) => NativeMemory.AlignedFree(memory);

    /// <summary>The first cache line in memory that is sixteen floats larger than what is needed: vectors that straddle
    /// two lines cost twice.</summary>
    public static float* Align(float* memory) => (float*)(((nuint)memory + CacheLine - 1) & ~(CacheLine - 1));

    /// <summary>Floats of as many cache lines as hold so many.</summary>
    public static nint WholeLines(nint floats) => (floats + 15) & ~(nint)15;

    // Advice only: where the system has no such call or large pages are off, the memory is as good as any.
    private static void Advise(void* memory, nuint bytes)
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = MemoryAdvise(memory, bytes, AdviseHugePages);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(void* memory, nuint bytes, int advice);
}

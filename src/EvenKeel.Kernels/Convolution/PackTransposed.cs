using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using EvenKeel.Kernels.Products;

namespace EvenKeel.Kernels.Convolution;

/// <summary>Packs weights whose columns follow each other: [column][depth] becomes [depth][column].</summary>
internal static unsafe class PackTransposed
{
    private const int Strip = 16;

    /// <summary>Packs a panel. Strips are as deep as a cache line, so that each line of the source is read once and a strip
    /// of the result, at most 3 kB, stays in the fastest cache while its columns fill up.</summary>
    /// <param name="source">First column, where the piece of the depth starts.</param>
    /// <param name="sourceStep">Floats from a column to the next.</param>
    /// <param name="packed">Receives the panel.</param>
    /// <param name="depth">Rows of the panel.</param>
    /// <param name="width">Columns that exist.</param>
    /// <param name="paddedWidth">Columns of the panel; those that do not exist become zero.</param>
    public static void Panel<R, O>(
        float* source, nint sourceStep, float* packed, nint depth, int width, int paddedWidth)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        for (nint strip = 0; strip < depth; strip += Strip)
        {
            var deep = Math.Min(Strip, depth - strip);
            var rows = packed + (strip * paddedWidth);
            var columns = source + strip;
            var j = 0;
            if (deep == Strip && O.Lanes >= 16 && Avx512F.IsSupported)
            {
                for (; j + 16 <= width; j += 16) Sixteen(columns + (j * sourceStep), sourceStep, rows + j, paddedWidth);
            }

            for (; j + 4 <= width; j += 4)
            {
                nint k = 0;
                for (; k + 4 <= deep; k += 4)
                    Four(columns + (j * sourceStep) + k, sourceStep, rows + (k * paddedWidth) + j, paddedWidth);
                for (; k < deep; k++)
                {
                    for (var i = j; i < j + 4; i++) rows[(k * paddedWidth) + i] = columns[(i * sourceStep) + k];
                }
            }

            for (; j < width; j++)
            {
                for (nint k = 0; k < deep; k++) rows[(k * paddedWidth) + j] = columns[(j * sourceStep) + k];
            }

            for (; j < paddedWidth; j++)
            {
                for (nint k = 0; k < deep; k++) rows[(k * paddedWidth) + j] = 0f;
            }
        }
    }

    // Sixteen columns and rows: four columns at a time are transposed within quarters of a register, then the quarters.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Sixteen(float* source, nint sourceStep, float* result, nint resultStep)
    {
        Quarters(source, sourceStep, out var a0, out var a1, out var a2, out var a3);
        Quarters(source + (4 * sourceStep), sourceStep, out var b0, out var b1, out var b2, out var b3);
        Quarters(source + (8 * sourceStep), sourceStep, out var c0, out var c1, out var c2, out var c3);
        Quarters(source + (12 * sourceStep), sourceStep, out var d0, out var d1, out var d2, out var d3);
        Store(a0, b0, c0, d0, result, resultStep);
        Store(a1, b1, c1, d1, result + resultStep, resultStep);
        Store(a2, b2, c2, d2, result + (2 * resultStep), resultStep);
        Store(a3, b3, c3, d3, result + (3 * resultStep), resultStep);
    }

    // Row k holds the four columns at depth k, k + 4, k + 8 and k + 12.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarters(
        float* source, nint step, out Vector512<float> row0, out Vector512<float> row1, out Vector512<float> row2,
        out Vector512<float> row3)
    {
        var a = Vector512.Load(source);
        var b = Vector512.Load(source + step);
        var c = Vector512.Load(source + (2 * step));
        var d = Vector512.Load(source + (3 * step));
        var lowA = Avx512F.UnpackLow(a, c);
        var lowB = Avx512F.UnpackLow(b, d);
        var highA = Avx512F.UnpackHigh(a, c);
        var highB = Avx512F.UnpackHigh(b, d);
        row0 = Avx512F.UnpackLow(lowA, lowB);
        row1 = Avx512F.UnpackHigh(lowA, lowB);
        row2 = Avx512F.UnpackLow(highA, highB);
        row3 = Avx512F.UnpackHigh(highA, highB);
    }

    // Quarter i of the four registers is row 4·i of the result.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* result, nint step)
    {
        const byte even = 0b10_00_10_00;
        const byte odd = 0b11_01_11_01;
        var evenLeft = Avx512F.Shuffle4x128(a, b, even);
        var oddLeft = Avx512F.Shuffle4x128(a, b, odd);
        var evenRight = Avx512F.Shuffle4x128(c, d, even);
        var oddRight = Avx512F.Shuffle4x128(c, d, odd);
        Avx512F.Shuffle4x128(evenLeft, evenRight, even).Store(result);
        Avx512F.Shuffle4x128(oddLeft, oddRight, even).Store(result + (4 * step));
        Avx512F.Shuffle4x128(evenLeft, evenRight, odd).Store(result + (8 * step));
        Avx512F.Shuffle4x128(oddLeft, oddRight, odd).Store(result + (12 * step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(float* source, nint sourceStep, float* result, nint resultStep)
    {
        var a = Vector128.Load(source);
        var b = Vector128.Load(source + sourceStep);
        var c = Vector128.Load(source + (2 * sourceStep));
        var d = Vector128.Load(source + (3 * sourceStep));
        var (lowA, highA) = Interleave(a, c);
        var (lowB, highB) = Interleave(b, d);
        var (row0, row1) = Interleave(lowA, lowB);
        var (row2, row3) = Interleave(highA, highB);
        row0.Store(result);
        row1.Store(result + resultStep);
        row2.Store(result + (2 * resultStep));
        row3.Store(result + (3 * resultStep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<float> Low, Vector128<float> High) Interleave(Vector128<float> a, Vector128<float> b)
    {
        if (Sse.IsSupported) return (Sse.UnpackLow(a, b), Sse.UnpackHigh(a, b));
        if (AdvSimd.Arm64.IsSupported) return (AdvSimd.Arm64.ZipLow(a, b), AdvSimd.Arm64.ZipHigh(a, b));
        return (Vector128.Create(a[0], b[0], a[1], b[1]), Vector128.Create(a[2], b[2], a[3], b[3]));
    }
}

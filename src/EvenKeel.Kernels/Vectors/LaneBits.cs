using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using EvenKeel.Kernels.Random;

namespace EvenKeel.Kernels.Vectors;

/// <summary>
/// What random numbers, polynomials and pooling need beyond arithmetic: the same sixteen lanes seen as 32-bit
/// patterns, narrow and wide loads, and random words.
/// </summary>
internal unsafe interface ILaneBits<V> where V : unmanaged, ILanes<V>
{
    /// <summary>The same 32 bits in every lane.</summary>
    static abstract V SplatBits(uint bits);

    /// <summary>Integer sum of the patterns, wrapping.</summary>
    static abstract V AddBits(V a, V b);

    static abstract V ShiftLeft(V a, int count);

    static abstract V ShiftRight(V a, int count);

    /// <summary>Shifts copies of the sign bit in.</summary>
    static abstract V ShiftRightSigned(V a, int count);

    static abstract V Or(V a, V b);

    static abstract V Xor(V a, V b);

    /// <summary>The patterns, read as signed integers, as floats, rounded to nearest.</summary>
    static abstract V ToFloat(V a);

    /// <summary>All-ones where a = b.</summary>
    static abstract V Equal(V a, V b);

    /// <summary>All-ones where a is not a number.</summary>
    static abstract V IsNaN(V a);

    /// <summary>The sign bits of the lanes, lane 0 lowest: which lanes of a mask are set.</summary>
    static abstract uint Signs(V a);

    /// <summary>All-ones in the lanes whose bit is set, lane 0 lowest: what <see cref="Signs"/> was taken of.</summary>
    static abstract V FromSigns(uint bits);

    /// <summary>Sixteen bytes as floats 0 to 255.</summary>
    static abstract V LoadBytes(byte* source);

    /// <summary>Sixteen floats that hold whole numbers from 0 to 255, as bytes.</summary>
    static abstract void StoreBytes(byte* destination, V value);

    /// <summary>Adds every lane to its own of sixteen double sums.</summary>
    static abstract void AddWide(double* sums, V value);

    /// <summary>Adds the square of every lane, exact in double, to its own of sixteen double sums.</summary>
    static abstract void AddSquaresWide(double* sums, V value);

    /// <summary>The 64 random words of 16 consecutive Philox blocks, in the order of the stream.</summary>
    static abstract void RandomWords(uint* destination, in RandomStream stream, ulong firstBlock);
}

/// <summary>Bytes to floats and back in 128-bit pieces, which every layout can be made of.</summary>
internal static unsafe class LaneBytes
{
    /// <summary>2^23: added to a float from 0 to 255 it leaves the whole number in the lowest byte.</summary>
    public const float Shift = 8_388_608f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector128<float> A, Vector128<float> B, Vector128<float> C, Vector128<float> D) Load(byte* source)
    {
        var (low, high) = Vector128.Widen(Vector128.Load(source));
        var (a, b) = Vector128.Widen(low);
        var (c, d) = Vector128.Widen(high);
        return (Vector128.ConvertToSingle(a.AsInt32()), Vector128.ConvertToSingle(b.AsInt32()),
            Vector128.ConvertToSingle(c.AsInt32()), Vector128.ConvertToSingle(d.AsInt32()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(
        byte* destination, Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d)
    {
        var low = Vector128.Narrow(Whole(a), Whole(b));
        var high = Vector128.Narrow(Whole(c), Whole(d));
        Vector128.Narrow(low, high).Store(destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Whole(Vector128<float> v) =>
        (v + Vector128.Create(Shift)).AsUInt32() & Vector128.Create(0xFFu);
}

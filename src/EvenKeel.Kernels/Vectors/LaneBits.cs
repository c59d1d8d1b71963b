using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
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

internal readonly unsafe partial struct Lanes512
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 SplatBits(uint bits) => new(Vector512.Create(bits).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 AddBits(Lanes512 x, Lanes512 y) => new((x._v.AsUInt32() + y._v.AsUInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 ShiftLeft(Lanes512 x, int count) => new((x._v.AsUInt32() << count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 ShiftRight(Lanes512 x, int count) => new((x._v.AsUInt32() >> count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 ShiftRightSigned(Lanes512 x, int count) => new((x._v.AsInt32() >> count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Or(Lanes512 x, Lanes512 y) => new(x._v | y._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Xor(Lanes512 x, Lanes512 y) => new(x._v ^ y._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 ToFloat(Lanes512 x) => new(Vector512.ConvertToSingle(x._v.AsInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Equal(Lanes512 x, Lanes512 y) => new(Vector512.Equals(x._v, y._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 IsNaN(Lanes512 x) => new(Vector512.IsNaN(x._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Signs(Lanes512 a) => (uint)a._v.ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 FromSigns(uint bits)
    {
        var places = Vector512.Create(1u, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
        return new(Vector512.Equals(Vector512.Create(bits) & places, places).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadBytes(byte* source) =>
        new(Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(Vector128.Load(source))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(byte* destination, Lanes512 value) =>
        Avx512F.ConvertToVector128Byte((value._v + Vector512.Create(LaneBytes.Shift)).AsUInt32()).Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddWide(double* sums, Lanes512 value)
    {
        (Vector512.Load(sums) + Vector512.WidenLower(value._v)).Store(sums);
        (Vector512.Load(sums + 8) + Vector512.WidenUpper(value._v)).Store(sums + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddSquaresWide(double* sums, Lanes512 value)
    {
        var w0 = Vector512.WidenLower(value._v);
        (Vector512.Load(sums) + w0 * w0).Store(sums);
        var w1 = Vector512.WidenUpper(value._v);
        (Vector512.Load(sums + 8) + w1 * w1).Store(sums + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RandomWords(uint* destination, in RandomStream stream, ulong firstBlock) =>
        PhiloxLanes.Fill<Words512>(destination, stream, firstBlock);
}

internal readonly unsafe partial struct Lanes256
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 SplatBits(uint bits)
    {
        var v = Vector256.Create(bits).AsSingle();
        return new(v, v);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 AddBits(Lanes256 x, Lanes256 y) => new(
        (x._low.AsUInt32() + y._low.AsUInt32()).AsSingle(), (x._high.AsUInt32() + y._high.AsUInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 ShiftLeft(Lanes256 x, int count) => new(
        (x._low.AsUInt32() << count).AsSingle(), (x._high.AsUInt32() << count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 ShiftRight(Lanes256 x, int count) => new(
        (x._low.AsUInt32() >> count).AsSingle(), (x._high.AsUInt32() >> count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 ShiftRightSigned(Lanes256 x, int count) => new(
        (x._low.AsInt32() >> count).AsSingle(), (x._high.AsInt32() >> count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Or(Lanes256 x, Lanes256 y) => new(x._low | y._low, x._high | y._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Xor(Lanes256 x, Lanes256 y) => new(x._low ^ y._low, x._high ^ y._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 ToFloat(Lanes256 x) => new(
        Vector256.ConvertToSingle(x._low.AsInt32()), Vector256.ConvertToSingle(x._high.AsInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Equal(Lanes256 x, Lanes256 y) => new(
        Vector256.Equals(x._low, y._low), Vector256.Equals(x._high, y._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 IsNaN(Lanes256 x) => new(Vector256.IsNaN(x._low), Vector256.IsNaN(x._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Signs(Lanes256 a) => a._low.ExtractMostSignificantBits() | a._high.ExtractMostSignificantBits() << 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 FromSigns(uint bits)
    {
        var all = Vector256.Create(bits);
        var low = Vector256.Create(1u, 2, 4, 8, 16, 32, 64, 128);
        var high = low << 8;
        return new(Vector256.Equals(all & low, low).AsSingle(), Vector256.Equals(all & high, high).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadBytes(byte* source)
    {
        var (a, b, c, d) = LaneBytes.Load(source);
        return new(Vector256.Create(a, b), Vector256.Create(c, d));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(byte* destination, Lanes256 value) => LaneBytes.Store(
        destination, value._low.GetLower(), value._low.GetUpper(), value._high.GetLower(), value._high.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddWide(double* sums, Lanes256 value)
    {
        (Vector256.Load(sums) + Vector256.WidenLower(value._low)).Store(sums);
        (Vector256.Load(sums + 4) + Vector256.WidenUpper(value._low)).Store(sums + 4);
        (Vector256.Load(sums + 8) + Vector256.WidenLower(value._high)).Store(sums + 8);
        (Vector256.Load(sums + 12) + Vector256.WidenUpper(value._high)).Store(sums + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddSquaresWide(double* sums, Lanes256 value)
    {
        var w0 = Vector256.WidenLower(value._low);
        (Vector256.Load(sums) + w0 * w0).Store(sums);
        var w1 = Vector256.WidenUpper(value._low);
        (Vector256.Load(sums + 4) + w1 * w1).Store(sums + 4);
        var w2 = Vector256.WidenLower(value._high);
        (Vector256.Load(sums + 8) + w2 * w2).Store(sums + 8);
        var w3 = Vector256.WidenUpper(value._high);
        (Vector256.Load(sums + 12) + w3 * w3).Store(sums + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RandomWords(uint* destination, in RandomStream stream, ulong firstBlock) =>
        PhiloxLanes.Fill<Words256>(destination, stream, firstBlock);
}

internal readonly unsafe partial struct Lanes128
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 SplatBits(uint bits)
    {
        var v = Vector128.Create(bits).AsSingle();
        return new(v, v, v, v);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 AddBits(Lanes128 x, Lanes128 y) => new(
        (x._a.AsUInt32() + y._a.AsUInt32()).AsSingle(), (x._b.AsUInt32() + y._b.AsUInt32()).AsSingle(),
        (x._c.AsUInt32() + y._c.AsUInt32()).AsSingle(), (x._d.AsUInt32() + y._d.AsUInt32()).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 ShiftLeft(Lanes128 x, int count) => new(
        (x._a.AsUInt32() << count).AsSingle(), (x._b.AsUInt32() << count).AsSingle(),
        (x._c.AsUInt32() << count).AsSingle(), (x._d.AsUInt32() << count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 ShiftRight(Lanes128 x, int count) => new(
        (x._a.AsUInt32() >> count).AsSingle(), (x._b.AsUInt32() >> count).AsSingle(),
        (x._c.AsUInt32() >> count).AsSingle(), (x._d.AsUInt32() >> count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 ShiftRightSigned(Lanes128 x, int count) => new(
        (x._a.AsInt32() >> count).AsSingle(), (x._b.AsInt32() >> count).AsSingle(),
        (x._c.AsInt32() >> count).AsSingle(), (x._d.AsInt32() >> count).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Or(Lanes128 x, Lanes128 y) => new(x._a | y._a, x._b | y._b, x._c | y._c, x._d | y._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Xor(Lanes128 x, Lanes128 y) => new(x._a ^ y._a, x._b ^ y._b, x._c ^ y._c, x._d ^ y._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 ToFloat(Lanes128 x) => new(
        Vector128.ConvertToSingle(x._a.AsInt32()), Vector128.ConvertToSingle(x._b.AsInt32()),
        Vector128.ConvertToSingle(x._c.AsInt32()), Vector128.ConvertToSingle(x._d.AsInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Equal(Lanes128 x, Lanes128 y) => new(
        Vector128.Equals(x._a, y._a), Vector128.Equals(x._b, y._b),
        Vector128.Equals(x._c, y._c), Vector128.Equals(x._d, y._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 IsNaN(Lanes128 x) => new(
        Vector128.IsNaN(x._a), Vector128.IsNaN(x._b),
        Vector128.IsNaN(x._c), Vector128.IsNaN(x._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Signs(Lanes128 a) => a._a.ExtractMostSignificantBits() | a._b.ExtractMostSignificantBits() << 4
        | a._c.ExtractMostSignificantBits() << 8 | a._d.ExtractMostSignificantBits() << 12;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 FromSigns(uint bits)
    {
        var all = Vector128.Create(bits);
        var a = Vector128.Create(1u, 2, 4, 8);
        Vector128<uint> b = a << 4, c = a << 8, d = a << 12;
        return new(
            Vector128.Equals(all & a, a).AsSingle(), Vector128.Equals(all & b, b).AsSingle(),
            Vector128.Equals(all & c, c).AsSingle(), Vector128.Equals(all & d, d).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 LoadBytes(byte* source)
    {
        var (a, b, c, d) = LaneBytes.Load(source);
        return new(a, b, c, d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(byte* destination, Lanes128 value) =>
        LaneBytes.Store(destination, value._a, value._b, value._c, value._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddWide(double* sums, Lanes128 value)
    {
        (Vector128.Load(sums) + Vector128.WidenLower(value._a)).Store(sums);
        (Vector128.Load(sums + 2) + Vector128.WidenUpper(value._a)).Store(sums + 2);
        (Vector128.Load(sums + 4) + Vector128.WidenLower(value._b)).Store(sums + 4);
        (Vector128.Load(sums + 6) + Vector128.WidenUpper(value._b)).Store(sums + 6);
        (Vector128.Load(sums + 8) + Vector128.WidenLower(value._c)).Store(sums + 8);
        (Vector128.Load(sums + 10) + Vector128.WidenUpper(value._c)).Store(sums + 10);
        (Vector128.Load(sums + 12) + Vector128.WidenLower(value._d)).Store(sums + 12);
        (Vector128.Load(sums + 14) + Vector128.WidenUpper(value._d)).Store(sums + 14);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddSquaresWide(double* sums, Lanes128 value)
    {
        var w0 = Vector128.WidenLower(value._a);
        (Vector128.Load(sums) + w0 * w0).Store(sums);
        var w1 = Vector128.WidenUpper(value._a);
        (Vector128.Load(sums + 2) + w1 * w1).Store(sums + 2);
        var w2 = Vector128.WidenLower(value._b);
        (Vector128.Load(sums + 4) + w2 * w2).Store(sums + 4);
        var w3 = Vector128.WidenUpper(value._b);
        (Vector128.Load(sums + 6) + w3 * w3).Store(sums + 6);
        var w4 = Vector128.WidenLower(value._c);
        (Vector128.Load(sums + 8) + w4 * w4).Store(sums + 8);
        var w5 = Vector128.WidenUpper(value._c);
        (Vector128.Load(sums + 10) + w5 * w5).Store(sums + 10);
        var w6 = Vector128.WidenLower(value._d);
        (Vector128.Load(sums + 12) + w6 * w6).Store(sums + 12);
        var w7 = Vector128.WidenUpper(value._d);
        (Vector128.Load(sums + 14) + w7 * w7).Store(sums + 14);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void RandomWords(uint* destination, in RandomStream stream, ulong firstBlock) =>
        PhiloxLanes.Fill<Words128>(destination, stream, firstBlock);
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

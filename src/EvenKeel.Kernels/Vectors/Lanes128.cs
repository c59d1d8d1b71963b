using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using EvenKeel.Kernels.Random;

namespace EvenKeel.Kernels.Vectors;

/// <summary>Four 128-bit vectors (SSE, Arm64 AdvSimd, or plain software).</summary>
internal readonly unsafe struct Lanes128(
    Vector128<float> a, Vector128<float> b, Vector128<float> c, Vector128<float> d) : ILanes<Lanes128>
{
    private readonly Vector128<float> _a = a;
    private readonly Vector128<float> _b = b;
    private readonly Vector128<float> _c = c;
    private readonly Vector128<float> _d = d;

    public static Lanes128 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Splat(0f);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Splat(float value)
    {
        var v = Vector128.Create(value);
        return new(v, v, v, v);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Load(float* source) => new(
        Vector128.Load(source), Vector128.Load(source + 4), Vector128.Load(source + 8), Vector128.Load(source + 12));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* destination, Lanes128 value)
    {
        value._a.Store(destination);
        value._b.Store(destination + 4);
        value._c.Store(destination + 8);
        value._d.Store(destination + 12);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator +(Lanes128 x, Lanes128 y) =>
        new(x._a + y._a, x._b + y._b, x._c + y._c, x._d + y._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator -(Lanes128 x, Lanes128 y) =>
        new(x._a - y._a, x._b - y._b, x._c - y._c, x._d - y._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator *(Lanes128 x, Lanes128 y) =>
        new(x._a * y._a, x._b * y._b, x._c * y._c, x._d * y._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 operator /(Lanes128 x, Lanes128 y) =>
        new(x._a / y._a, x._b / y._b, x._c / y._c, x._d / y._d);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 FusedMultiplyAdd(Lanes128 x, Lanes128 y, Lanes128 z) => new(
        Vector128.FusedMultiplyAdd(x._a, y._a, z._a), Vector128.FusedMultiplyAdd(x._b, y._b, z._b),
        Vector128.FusedMultiplyAdd(x._c, y._c, z._c), Vector128.FusedMultiplyAdd(x._d, y._d, z._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Max(Lanes128 x, Lanes128 y) => new(
        Vector128.Max(x._a, y._a), Vector128.Max(x._b, y._b), Vector128.Max(x._c, y._c), Vector128.Max(x._d, y._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Min(Lanes128 x, Lanes128 y) => new(
        Vector128.Min(x._a, y._a), Vector128.Min(x._b, y._b), Vector128.Min(x._c, y._c), Vector128.Min(x._d, y._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Abs(Lanes128 x) =>
        new(Vector128.Abs(x._a), Vector128.Abs(x._b), Vector128.Abs(x._c), Vector128.Abs(x._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Sqrt(Lanes128 x) =>
        new(Vector128.Sqrt(x._a), Vector128.Sqrt(x._b), Vector128.Sqrt(x._c), Vector128.Sqrt(x._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Greater(Lanes128 x, Lanes128 y) => new(
        Vector128.GreaterThan(x._a, y._a), Vector128.GreaterThan(x._b, y._b),
        Vector128.GreaterThan(x._c, y._c), Vector128.GreaterThan(x._d, y._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 Select(Lanes128 mask, Lanes128 x, Lanes128 y) => new(
        Vector128.ConditionalSelect(mask._a, x._a, y._a), Vector128.ConditionalSelect(mask._b, x._b, y._b),
        Vector128.ConditionalSelect(mask._c, x._c, y._c), Vector128.ConditionalSelect(mask._d, x._d, y._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes128 And(Lanes128 x, Lanes128 y) =>
        new(x._a & y._a, x._b & y._b, x._c & y._c, x._d & y._d);

    // The same order as the wider layouts: lanes 0-7 with 8-15 first.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes128 x) => LaneFolds.Sum(x._a + x._c + (x._b + x._d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxLane(Lanes128 x) =>
        LaneFolds.Max(Vector128.Max(Vector128.Max(x._a, x._c), Vector128.Max(x._b, x._d)));

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

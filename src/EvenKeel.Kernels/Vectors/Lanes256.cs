using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using EvenKeel.Kernels.Random;

namespace EvenKeel.Kernels.Vectors;

/// <summary>Two 256-bit vectors (AVX2).</summary>
internal readonly unsafe struct Lanes256(Vector256<float> low, Vector256<float> high) : ILanes<Lanes256>
{
    private readonly Vector256<float> _low = low;
    private readonly Vector256<float> _high = high;

    public static Lanes256 Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector256<float>.Zero, Vector256<float>.Zero);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Splat(float value) => new(Vector256.Create(value), Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(float* source) => new(Vector256.Load(source), Vector256.Load(source + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* destination, Lanes256 value)
    {
        value._low.Store(destination);
        value._high.Store(destination + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator +(Lanes256 a, Lanes256 b) => new(a._low + b._low, a._high + b._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator -(Lanes256 a, Lanes256 b) => new(a._low - b._low, a._high - b._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator *(Lanes256 a, Lanes256 b) => new(a._low * b._low, a._high * b._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator /(Lanes256 a, Lanes256 b) => new(a._low / b._low, a._high / b._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 FusedMultiplyAdd(Lanes256 a, Lanes256 b, Lanes256 c) =>
        new(Vector256.FusedMultiplyAdd(a._low, b._low, c._low), Vector256.FusedMultiplyAdd(a._high, b._high, c._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Max(Lanes256 a, Lanes256 b) =>
        new(Vector256.Max(a._low, b._low), Vector256.Max(a._high, b._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Min(Lanes256 a, Lanes256 b) =>
        new(Vector256.Min(a._low, b._low), Vector256.Min(a._high, b._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Abs(Lanes256 a) => new(Vector256.Abs(a._low), Vector256.Abs(a._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Sqrt(Lanes256 a) => new(Vector256.Sqrt(a._low), Vector256.Sqrt(a._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Greater(Lanes256 a, Lanes256 b) =>
        new(Vector256.GreaterThan(a._low, b._low), Vector256.GreaterThan(a._high, b._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Select(Lanes256 mask, Lanes256 a, Lanes256 b) => new(
        Vector256.ConditionalSelect(mask._low, a._low, b._low),
        Vector256.ConditionalSelect(mask._high, a._high, b._high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 And(Lanes256 a, Lanes256 b) => new(a._low & b._low, a._high & b._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Lanes256 a) => LaneFolds.Sum(a._low + a._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxLane(Lanes256 a) => LaneFolds.Max(Vector256.Max(a._low, a._high));

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

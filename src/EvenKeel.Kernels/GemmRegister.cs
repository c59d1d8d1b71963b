using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace EvenKeel.Kernels;

/// <summary>
/// One vector register as the product tiles see it. Unlike <see cref="ILanes{V}"/> the number of lanes differs: a
/// tile is sized by the number of registers the machine has, so it counts registers, not lanes.
/// </summary>
internal unsafe interface IRegister<R> where R : unmanaged, IRegister<R>
{
    static abstract int Lanes { get; }

    static abstract R Load(float* source);

    static abstract R Splat(float value);

    static abstract void Store(float* destination, R value);

    static abstract R operator +(R a, R b);

    /// <summary>a·b + c, rounded once.</summary>
    static abstract R MultiplyAdd(R a, R b, R c);

    /// <summary>value where it is above zero, slope·value elsewhere.</summary>
    static abstract R LeakyRelu(R value, R slope);
}

/// <summary>A 512-bit register.</summary>
internal readonly unsafe struct Register512(Vector512<float> v) : IRegister<Register512>
{
    private readonly Vector512<float> _v = v;

    public static int Lanes => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 Load(float* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 Splat(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* destination, Register512 value) => value._v.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 operator +(Register512 a, Register512 b) => new(a._v + b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 MultiplyAdd(Register512 a, Register512 b, Register512 c) =>
        new(Vector512.FusedMultiplyAdd(a._v, b._v, c._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register512 LeakyRelu(Register512 value, Register512 slope) => new(Vector512.ConditionalSelect(
        Vector512.GreaterThan(value._v, Vector512<float>.Zero), value._v, value._v * slope._v));
}

/// <summary>A 256-bit register.</summary>
internal readonly unsafe struct Register256(Vector256<float> v) : IRegister<Register256>
{
    private readonly Vector256<float> _v = v;

    public static int Lanes => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 Load(float* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 Splat(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* destination, Register256 value) => value._v.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 operator +(Register256 a, Register256 b) => new(a._v + b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 MultiplyAdd(Register256 a, Register256 b, Register256 c) =>
        new(Vector256.FusedMultiplyAdd(a._v, b._v, c._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register256 LeakyRelu(Register256 value, Register256 slope) => new(Vector256.ConditionalSelect(
        Vector256.GreaterThan(value._v, Vector256<float>.Zero), value._v, value._v * slope._v));
}

/// <summary>A 128-bit register: SSE, Arm64, or software where neither exists.</summary>
internal readonly unsafe struct Register128(Vector128<float> v) : IRegister<Register128>
{
    private readonly Vector128<float> _v = v;

    public static int Lanes => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 Load(float* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 Splat(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* destination, Register128 value) => value._v.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 operator +(Register128 a, Register128 b) => new(a._v + b._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 MultiplyAdd(Register128 a, Register128 b, Register128 c) =>
        new(Vector128.FusedMultiplyAdd(a._v, b._v, c._v));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Register128 LeakyRelu(Register128 value, Register128 slope) => new(Vector128.ConditionalSelect(
        Vector128.GreaterThan(value._v, Vector128<float>.Zero), value._v, value._v * slope._v));
}

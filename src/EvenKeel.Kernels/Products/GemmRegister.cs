using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Products;

/// <summary>
/// What the product tiles do with one vector register. Unlike <see cref="ILanes{V}"/> the number of lanes differs: a
/// tile is sized by the number of registers the machine has, so it counts registers, not lanes.
/// </summary>
/// <typeparam name="R">The register itself, not a structure around it: the compiler adds into the register that holds
/// a sum only if it sees the sum's own variable on both sides, and else copies ten of 24 sums at every step.</typeparam>
internal unsafe interface IRegisterOps<R> where R : unmanaged
{
    static abstract int Lanes { get; }

    static abstract R Load(float* source);

    static abstract R Splat(float value);

    static abstract void Store(float* destination, R value);

    static abstract R Add(R a, R b);

    /// <summary>a·b + c, rounded once.</summary>
    static abstract R MultiplyAdd(R a, R b, R c);

    /// <summary>value where it is above zero, slope·value elsewhere.</summary>
    static abstract R LeakyRelu(R value, R slope);
}

/// <summary>512-bit registers.</summary>
internal readonly unsafe struct Register512 : IRegisterOps<Vector512<float>>
{
    public static int Lanes => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load(float* source) => Vector512.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Splat(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* destination, Vector512<float> value) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Add(Vector512<float> a, Vector512<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> MultiplyAdd(Vector512<float> a, Vector512<float> b, Vector512<float> c) =>
        Vector512.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LeakyRelu(Vector512<float> value, Vector512<float> slope) =>
        Vector512.ConditionalSelect(Vector512.GreaterThan(value, Vector512<float>.Zero), value, value * slope);
}

/// <summary>256-bit registers.</summary>
internal readonly unsafe struct Register256 : IRegisterOps<Vector256<float>>
{
    public static int Lanes => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Splat(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* destination, Vector256<float> value) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> MultiplyAdd(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Vector256.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LeakyRelu(Vector256<float> value, Vector256<float> slope) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(value, Vector256<float>.Zero), value, value * slope);
}

/// <summary>128-bit registers: SSE, Arm64, or software where neither exists.</summary>
internal readonly unsafe struct Register128 : IRegisterOps<Vector128<float>>
{
    public static int Lanes => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Splat(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* destination, Vector128<float> value) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        Vector128.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LeakyRelu(Vector128<float> value, Vector128<float> slope) =>
        Vector128.ConditionalSelect(Vector128.GreaterThan(value, Vector128<float>.Zero), value, value * slope);
}

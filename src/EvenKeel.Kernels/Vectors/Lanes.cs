using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace EvenKeel.Kernels.Vectors;

/// <summary>
/// Sixteen float lanes, however wide the machine's vectors are. A kernel is written once against this contract and
/// compiled for three layouts: one 512-bit, two 256-bit or four 128-bit vectors. Every operation is lane-wise and
/// every fold has one fixed order, so the three layouts give identical bits.
/// </summary>
/// <remarks>Comparisons return all-ones or all-zeros lanes, to be consumed by <see cref="Select"/> or
/// <see cref="And"/>.</remarks>
internal unsafe interface ILanes<V> : ILaneBits<V> where V : unmanaged, ILanes<V>
{
    /// <summary>Lanes in a vector, on every path.</summary>
    const int Count = 16;

    static abstract V Zero { get; }

    static abstract V Splat(float value);

    static abstract V Load(float* source);

    static abstract void Store(float* destination, V value);

    static abstract V operator +(V a, V b);

    static abstract V operator -(V a, V b);

    static abstract V operator *(V a, V b);

    static abstract V operator /(V a, V b);

    /// <summary>a·b + c, rounded once.</summary>
    static abstract V FusedMultiplyAdd(V a, V b, V c);

    static abstract V Max(V a, V b);

    static abstract V Min(V a, V b);

    static abstract V Abs(V a);

    static abstract V Sqrt(V a);

    /// <summary>All-ones where a &gt; b.</summary>
    static abstract V Greater(V a, V b);

    /// <summary>a where the mask is all-ones, b where it is zero.</summary>
    static abstract V Select(V mask, V a, V b);

    static abstract V And(V a, V b);

    /// <summary>Sum of the lanes, folded in halves: 16, 8, 4, 2, 1.</summary>
    static abstract float Sum(V a);

    /// <summary>Largest lane.</summary>
    static abstract float MaxLane(V a);
}

/// <summary>The last steps of a fold, shared so that every layout adds in the same order.</summary>
internal static class LaneFolds
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> v) => Sum(v.GetLower() + v.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector128<float> v) => (v[0] + v[2]) + (v[1] + v[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector256<float> v) => Max(Vector128.Max(v.GetLower(), v.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(Vector128<float> v) => MathF.Max(MathF.Max(v[0], v[2]), MathF.Max(v[1], v[3]));
}

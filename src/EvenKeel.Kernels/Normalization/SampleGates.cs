using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Normalization;

/// <summary>The activation behind a normalization, chosen when a pass is compiled.</summary>
internal interface IGate
{
    /// <summary>The activation's value.</summary>
    static abstract V Value<V>(V pre, V slope) where V : unmanaged, ILanes<V>;

    /// <summary>What of a gradient passes it, where c·rate + shift went in.</summary>
    static abstract V Passed<V>(V c, V rate, V shift, V upstream, V slope) where V : unmanaged, ILanes<V>;
}

/// <summary>No activation.</summary>
internal readonly struct OpenGate : IGate
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V>(V pre, V slope) where V : unmanaged, ILanes<V> => pre;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Passed<V>(V c, V rate, V shift, V upstream, V slope) where V : unmanaged, ILanes<V> => upstream;
}

/// <summary>v above zero, slope·v elsewhere.</summary>
internal readonly struct SlopeGate : IGate
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V>(V pre, V slope) where V : unmanaged, ILanes<V> =>
        V.Select(V.Greater(pre, V.Zero), pre, pre * slope);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Passed<V>(V c, V rate, V shift, V upstream, V slope) where V : unmanaged, ILanes<V> =>
        V.Select(V.Greater(V.FusedMultiplyAdd(c, rate, shift), V.Zero), upstream, upstream * slope);
}

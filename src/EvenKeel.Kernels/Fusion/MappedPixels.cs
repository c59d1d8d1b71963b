using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Fusion;

/// <summary>How a kernel reads sixteen channels of a pixel.</summary>
internal unsafe interface IPixels<V> where V : unmanaged
{
    /// <summary>The pixel.</summary>
    /// <param name="at">Where it is.</param>
    /// <param name="inside">True if it lies in the image; else there are zeros.</param>
    V Load(float* at, bool inside);
}

/// <summary>As they are.</summary>
internal readonly unsafe struct PlainPixels<V> : IPixels<V> where V : unmanaged, ILanes<V>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Load(float* at, bool inside) => V.Load(at);
}

/// <summary>Through a <see cref="SourceMap"/>. What lies outside of the image stays zero.</summary>
internal unsafe struct MappedPixels<V> : IPixels<V> where V : unmanaged, ILanes<V>
{
    public V Mean;
    public V Scale;
    public V Shift;
    public V Slope;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly V Load(float* at, bool inside)
    {
        if (!inside) return V.Zero;
        var before = V.FusedMultiplyAdd(V.Load(at) - Mean, Scale, Shift);
        return V.Select(V.Greater(before, V.Zero), before, before * Slope);
    }
}

using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Fusion;

/// <summary>Where the tables of a <see cref="SourceMap"/> are.</summary>
internal unsafe struct MapTables
{
    /// <summary>Null for no map.</summary>
    public float* Mean;
    public float* Scale;
    public float* Shift;
    public float Slope;

    /// <summary>The map of sixteen channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly MappedPixels<V> Of<V>(nint channel) where V : unmanaged, ILanes<V> => new()
    {
        Mean = V.Load(Mean + channel),
        Scale = V.Load(Scale + channel),
        Shift = V.Load(Shift + channel),
        Slope = V.Splat(Slope),
    };
}

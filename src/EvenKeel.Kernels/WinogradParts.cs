namespace EvenKeel.Kernels;

/// <summary>Memory of the parts of a convolution's tiles, in which each gathers what it stores.</summary>
internal unsafe struct WinogradParts
{
    /// <summary>Number of parts.</summary>
    public int Count;

    /// <summary>Tiles of a part; the last may have fewer.</summary>
    public int Tiles;

    /// <summary>Floats of a part; 0 if nothing is gathered.</summary>
    public nint PartLength;

    /// <summary>The memory, <see cref="Length"/> floats.</summary>
    public float* Memory;

    /// <summary>Floats of all parts.</summary>
    public readonly nint Length => Count * PartLength;

    /// <summary>A part's memory; null if nothing is gathered.</summary>
    public readonly float* Of(int part) => PartLength == 0 ? null : Memory + (part * PartLength);
}

namespace EvenKeel.Kernels.Fusion;

/// <summary>Memory of the parts of an operation's result, in which each gathers what it stores.</summary>
internal unsafe struct GatheredParts
{
    /// <summary>Number of parts.</summary>
    public int Count;

    /// <summary>Floats of a part; 0 if nothing is gathered.</summary>
    public nint PartLength;

    /// <summary>The memory, <see cref="Length"/> floats.</summary>
    public float* Memory;

    /// <summary>Floats of all parts.</summary>
    public readonly nint Length => Count * PartLength;

    /// <summary>A part's memory; null if nothing is gathered.</summary>
    public readonly float* Of(int part) => PartLength == 0 ? null : Memory + (part * PartLength);
}

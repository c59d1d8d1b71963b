namespace EvenKeel.Kernels;

/// <summary>How convolutions are computed.</summary>
public enum ConvMethod
{
    /// <summary>By F(4×4, 3×3) where it needs clearly fewer operations, directly elsewhere. It depends on the sizes
    /// alone.</summary>
    Auto,

    /// <summary>Directly, always.</summary>
    Direct,

    /// <summary>By F(4×4, 3×3) wherever the sizes permit it.</summary>
    Winograd,
}

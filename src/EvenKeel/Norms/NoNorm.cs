namespace EvenKeel.Norms;

/// <summary>
/// No normalization: the baseline of every comparison.
/// <para>Formula: y = x.</para>
/// <para>Shapes: any.</para>
/// <para>State: none.</para>
/// <para>Deviations: none.</para>
/// <para>Paper: none.</para>
/// </summary>
[NormMethod("none", "No normalization", "y = x", "-",
    Foldable = true,
    Notes = "The baseline of every comparison.")]
public sealed record NoNorm : Norm;

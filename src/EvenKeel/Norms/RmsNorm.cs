using EvenKeel.Autograd;
using EvenKeel.Kernels.Normalization;
using EvenKeel.Modules;
using EvenKeel.Norms.Layers;

namespace EvenKeel.Norms;

/// <summary>
/// Root mean square normalization: layer normalization without centring and without shift.
/// <para>Formula: y = γ·x/√(mean x² + ε) over the set.</para>
/// <para>Shapes: input [N,H,W,C] or [N,C]; γ [C] per position, [H,W,C] over a sample.</para>
/// <para>State: none; training and evaluation measure their input. It cannot fold into the map before it.</para>
/// <para>Deviations: ε = 1e-5 (timm 1e-6), inside the root.</para>
/// <para>Paper: Zhang and Sennrich 2019, section 4, arXiv 1910.07467.</para>
/// </summary>
[NormMethod("rms", "Root mean square normalization", "y = γ·x/√(mean_C x² + ε)", "Zhang & Sennrich 2019, section 4, arXiv 1910.07467",
    Notes = "No state: evaluation measures its input too. Neither centring nor shift; epsilon stands inside the root "
        + "(1e-5 here, 1e-6 in timm).")]
public sealed record RmsNorm : Norm
{
    /// <summary>What is normalized together.</summary>
    [NormOption("scope", "what is normalized together: channels of a position, or a sample")]
    public RowScope Scope { get; init; } = RowScope.Position;

    /// <summary>ε, greater than 0.</summary>
    [NormOption("epsilon", "keeps the scale above zero")]
    public float Epsilon { get; init; } = 1e-5f;

    /// <summary>True for a learned gain.</summary>
    [NormOption("affine", "learned gain")]
    public bool Affine { get; init; } = true;

    /// <inheritdoc/>
    public override NormLayer Activation(int channels, Activation activation) => new RowNormLayer(
        channels, new RowScale(Centers: false, Absolute: false, Epsilon, Inside: true), Scope, Affine, shift: false, activation);

    /// <inheritdoc/>
    public override void Validate()
    {
        if (!(Epsilon > 0)) throw new UserException($"rms(epsilon={Epsilon}): expected a number above 0, such as 1e-5.");
    }
}

using EvenKeel.Autograd;
using EvenKeel.Kernels.Normalization;
using EvenKeel.Modules;
using EvenKeel.Norms.Layers;

namespace EvenKeel.Norms;

/// <summary>
/// Layer normalization: the channels of each position, or all elements of each sample, are normalized together.
/// <para>Formula: y = γ·(x − μ)/s + β over the set; s = √(σ² + ε), or √(π/2)·mean|x − μ| + ε with p = 1.</para>
/// <para>Shapes: input [N,H,W,C] or [N,C]; γ, β [C] per position, [H,W,C] over a sample.</para>
/// <para>State: none; training and evaluation measure their input. It cannot fold into the map before it.</para>
/// <para>Deviations: ε = 1e-5 inside the root as in PyTorch (timm 1e-6); biased variance. Normalizing over a sample with
/// a gain per channel is <c>gn(groups=1)</c>.</para>
/// <para>Paper: Ba, Kiros and Hinton 2016, section 3, arXiv 1607.06450; p = 1: Hoffer et al. 2018, section 4, arXiv
/// 1803.01814.</para>
/// </summary>
[NormMethod(
    "ln", "Layer normalization", "y = γ·(x − μ_C)/√(σ²_C + ε) + β",
    "Ba et al. 2016, section 3, arXiv 1607.06450; p=1: Hoffer et al. 2018, arXiv 1803.01814",
    Notes = "No state: evaluation measures its input too. Gain and shift are per channel with scope=position and per "
        + "element with scope=sample; a sample with a gain per channel is gn(groups=1).")]
public sealed record LayerNorm : Norm
{
    /// <summary>What is normalized together.</summary>
    [NormOption("scope", "what is normalized together: channels of a position, or a sample")]
    public RowScope Scope { get; init; } = RowScope.Position;

    /// <summary>What is divided by: <see cref="Deviation.L2"/> or <see cref="Deviation.L1"/>.</summary>
    [NormOption("p", "what is divided by: 2, the deviation, or 1, the mean absolute deviation")]
    public Deviation P { get; init; } = Deviation.L2;

    /// <summary>ε, greater than 0.</summary>
    [NormOption("epsilon", "keeps the scale above zero")]
    public float Epsilon { get; init; } = 1e-5f;

    /// <summary>Where ε stands with p = 2; with p = 1 it is added to the scale.</summary>
    [NormOption("place", "where epsilon stands with p=2: in the root or added to the deviation")]
    public EpsilonPlace EpsilonPlace { get; init; } = EpsilonPlace.InsideRoot;

    /// <summary>True for a learned gain and shift.</summary>
    [NormOption("affine", "learned gain and shift")]
    public bool Affine { get; init; } = true;

    /// <inheritdoc/>
    public override NormLayer Activation(int channels, Activation activation) => new RowNormLayer(
        channels, new RowScale(Centers: true, P == Deviation.L1, Epsilon, EpsilonPlace == EpsilonPlace.InsideRoot), Scope,
        Affine, Affine, activation);

    /// <inheritdoc/>
    public override void Validate()
    {
        if (!(Epsilon > 0)) throw new UserException($"ln(epsilon={Epsilon}): expected a number above 0, such as 1e-5.");
        if (P is not (Deviation.L2 or Deviation.L1)) throw new UserException("ln(p=...): expected 2 or 1.");
    }
}

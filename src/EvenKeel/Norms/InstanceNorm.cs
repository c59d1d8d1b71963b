using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Norms.Layers;

namespace EvenKeel.Norms;

/// <summary>
/// Instance normalization: each channel of each sample is normalized by itself.
/// <para>Formula: y = γ·(x − μ)/√(σ² + ε) + β over the set (H, W) of each sample and channel.</para>
/// <para>Shapes: input [N,H,W,C] with more than one pixel; γ, β [C].</para>
/// <para>State: none; training and evaluation measure their input. It cannot fold.</para>
/// <para>Deviations: ε = 1e-5 inside the root, biased variance. PyTorch has no gain and shift by default
/// (<c>affine=false</c>); here they are on, as in the paper and as in the other methods.</para>
/// <para>Paper: Ulyanov, Vedaldi and Lempitsky 2016, equation 4, arXiv 1607.08022.</para>
/// </summary>
[NormMethod("in", "Instance normalization", "y = γ·(x − μ_HW)/√(σ²_HW + ε) + β", "Ulyanov et al. 2016, equation 4, arXiv 1607.08022",
    Notes = "No state: evaluation measures its input too. It needs more than one pixel: flat=pass gives dense layers "
        + "gain and shift only. These are on, as in the paper; PyTorch has none by default (affine=false).")]
public sealed record InstanceNorm : Norm
{
    /// <summary>ε, greater than 0.</summary>
    [NormOption("epsilon", "keeps the scale above zero")]
    public float Epsilon { get; init; } = 1e-5f;

    /// <summary>True for a learned gain and shift.</summary>
    [NormOption("affine", "learned gain and shift per channel")]
    public bool Affine { get; init; } = true;

    /// <summary>What to do behind dense layers, which have no pixels.</summary>
    [NormOption("flat", "behind dense layers: an error, or gain and shift only")]
    public FlatInput Flat { get; init; } = FlatInput.Error;

    /// <inheritdoc/>
    public override NormLayer Activation(int channels, Activation activation) =>
        new GroupNormLayer(
            channels, channels, new GroupOptions(Deviation.L2, Epsilon, EpsilonPlace.InsideRoot), Affine, activation,
            Flat == FlatInput.Pass);

    /// <inheritdoc/>
    public override void Validate()
    {
        if (!(Epsilon > 0)) throw new UserException($"in(epsilon={Epsilon}): expected a number above 0, such as 1e-5.");
    }
}

using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Norms.Layers;

namespace EvenKeel.Norms;

/// <summary>What to do with channels that do not divide into the groups asked for.</summary>
public enum UnevenGroups
{
    /// <summary>An error that names the layer and what would divide.</summary>
    Error,

    /// <summary>The largest number of groups below that divides the channels.</summary>
    Fewer,
}

/// <summary>
/// Group normalization: neighbouring channels of each sample share statistics, so that the batch plays no part.
/// <para>Formula: y = γ·(x − μ)/s + β over the set (C/G neighbouring channels, H, W) of each sample; s = √(σ² + ε), or
/// √(π/2)·mean|x − μ| + ε with p = 1.</para>
/// <para>Shapes: input [N,H,W,C] or [N,C]; γ, β [C], one per <em>channel</em>.</para>
/// <para>State: none; training and evaluation measure their input. It cannot fold.</para>
/// <para>Deviations: 32 groups; ε = 1e-5 inside the root as in PyTorch (Keras and TensorFlow Addons 1e-3), biased
/// variance. One group is layer normalization over the whole sample with a gain per channel, as many groups as channels
/// instance normalization. A widely copied channels-last version cut the raster into slabs instead of the channels into
/// groups: that one is <c>gn-slabs</c>.</para>
/// <para>Paper: Wu and He 2018, section 3, arXiv 1803.08494.</para>
/// </summary>
[NormMethod("gn", "Group normalization", "y = γ·(x − μ_group)/√(σ²_group + ε) + β", "Wu & He 2018, section 3, arXiv 1803.08494",
    Notes = "No state: evaluation measures its input too. One group is layer normalization over the whole sample with a "
        + "gain per channel; as many groups as channels is instance normalization.")]
public sealed record GroupNorm : Norm
{
    /// <summary>Groups G, 1 or more; the channels must be a multiple.</summary>
    [NormOption("groups", "groups of channels; the channels must be a multiple")]
    public int Groups { get; init; } = 32;

    /// <summary>What to do where they are not.</summary>
    [NormOption("uneven", "what to do where the channels are no multiple of the groups")]
    public UnevenGroups Uneven { get; init; } = UnevenGroups.Error;

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
    [NormOption("affine", "learned gain and shift per channel")]
    public bool Affine { get; init; } = true;

    /// <inheritdoc/>
    public override NormLayer Activation(int channels, Activation activation) =>
        new GroupNormLayer(channels, Divide(channels), new GroupOptions(P, Epsilon, EpsilonPlace), Affine, activation);

    /// <inheritdoc/>
    public override void Validate()
    {
        if (Groups < 1) throw new UserException($"gn(groups={Groups}): expected 1 or more.");
        if (!(Epsilon > 0)) throw new UserException($"gn(epsilon={Epsilon}): expected a number above 0, such as 1e-5.");
        if (P is not (Deviation.L2 or Deviation.L1)) throw new UserException("gn(p=...): expected 2 or 1.");
    }

    // The groups of a layer with so many channels.
    private int Divide(int channels) => ChannelGroups.Divide("gn", Groups, Uneven, channels);
}

using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Norms.Layers;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>
/// Group normalization with a published defect: each sample's raster is cut into slabs, where its channels should be cut
/// into groups. It is here to repeat results that were obtained with it; use <see cref="GroupNorm"/> for anything else.
/// <para>Formula: the H·W·C numbers of a sample, channels fastest, are cut into G slabs in that order; y = γ·(x − μ)/√(σ²
/// + ε) + β with μ, σ² of the slab. Number j of slab g takes entry g·C/G + j mod C/G of γ and β.</para>
/// <para>Shapes: input [N,H,W,C] or [N,C] (for which slabs and groups are the same); γ, β [C].</para>
/// <para>State: none; it cannot fold.</para>
/// <para>Deviations: ε = 1e-5; the defect itself: a layer for channels-first data applied to channels-last data.</para>
/// <para>Paper: none; the layer that the Fashion-MNIST report on weight standardization used (its authors' library
/// acknowledged the defect later).</para>
/// </summary>
[NormMethod(
    "gn-slabs", "Group normalization by slabs (defective)",
    "y = γ·(x − μ_slab)/√(σ²_slab + ε) + β", "the Fashion-MNIST report on weight standardization",
    Notes = "A published defect, kept to repeat results that were obtained with it: a layer for channels-first data, "
        + "applied to channels-last data, cuts slabs of the raster where it should cut groups of channels. Use gn for "
        + "anything else.")]
public sealed record GroupNormSlabs : Norm
{
    /// <summary>Slabs G; the channels must be a multiple.</summary>
    [NormOption("groups", "slabs; the channels must be a multiple")]
    public int Groups { get; init; } = 32;

    /// <summary>ε, greater than 0.</summary>
    [NormOption("epsilon", "keeps the scale above zero")]
    public float Epsilon { get; init; } = 1e-5f;

    /// <inheritdoc/>
    public override NormLayer Activation(int channels, Activation activation) => new Layer(
        channels, ChannelGroups.Divide("gn-slabs", Groups, uneven: null, channels),
        new GroupOptions(Deviation.L2, Epsilon, EpsilonPlace.InsideRoot), activation);

    /// <inheritdoc/>
    public override void Validate()
    {
        if (Groups < 1) throw new UserException($"gn-slabs(groups={Groups}): expected 1 or more.");
        if (!(Epsilon > 0)) throw new UserException($"gn-slabs(epsilon={Epsilon}): expected a number above 0, such as 1e-5.");
    }

    private sealed class Layer : GroupNormLayer
    {
        private readonly int _groups;

        public Layer(int channels, int groups, GroupOptions options, Activation activation)
            : base(channels, groups, options, affine: true, activation) => _groups = groups;

        // Neighbouring outputs of a channel belong to different entries of gain and shift.
        public override (Parameter Gain, Parameter Shift)? Affine => null;

        public override void CheckTraining(Shape input) => base.CheckTraining(Slabs(input));

        public override Tensor Forward(Pass pass, Tensor x) =>
            pass.Tape.Reshape(base.Forward(pass, pass.Tape.Reshape(x, Slabs(x.Shape))), x.Shape);

        private Shape Slabs(Shape input)
        {
            // The layer's own segments arrive here again when it checks its input.
            if (input.Channels == Channels / _groups && _groups > 1) return input;
            return input.Rank == 4
                ? new Shape(input[0] * _groups, input[1], input[2], Channels / _groups)
                : new Shape(input[0] * _groups, Channels / _groups);
        }
    }
}

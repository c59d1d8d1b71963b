using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Norms.Layers;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>
/// Batch-channel normalization: batch normalization, then normalization over groups of channels, in one layer.
/// <para>Formula: z = batch normalization of x (p = 2, with γ and β per channel), y = γ_g·(z − μ_g)/√(σ_g² + ε) + β_g over
/// the groups of each sample, one γ_g and β_g per <em>group</em>.</para>
/// <para>Shapes: input [N,H,W,C] or [N,C]; γ, β, running statistics [C]; γ_g, β_g [G].</para>
/// <para>State: running mean and (unbiased) variance of the first stage. The second stage always measures its input: the
/// method cannot fold.</para>
/// <para>Deviations: ε = 1e-5 inside both roots. The authors also have a form for tiny batches whose first stage uses
/// estimated statistics in training; it is not here.</para>
/// <para>Paper: Qiao et al. 2019, section 4, arXiv 1903.10520.</para>
/// </summary>
[NormMethod(
    "bcn", "Batch-channel normalization", "y = gn(bn(x)), gain and shift per group", "Qiao et al. 2019, section 4, arXiv 1903.10520",
    Notes = "Evaluation uses running statistics in the first stage; the second always measures its input. The authors' "
        + "form for tiny batches, with estimated statistics in training, is not here.")]
public sealed record BatchChannelNorm : Norm
{
    /// <summary>Groups of the second stage; the channels must be a multiple.</summary>
    [NormOption("groups", "groups of the second stage; the channels must be a multiple")]
    public int Groups { get; init; } = 32;

    /// <summary>What to do where they are not.</summary>
    [NormOption("uneven", "what to do where the channels are no multiple of the groups")]
    public UnevenGroups Uneven { get; init; } = UnevenGroups.Error;

    /// <summary>ε of both stages, greater than 0.</summary>
    [NormOption("epsilon", "keeps the scales above zero")]
    public float Epsilon { get; init; } = 1e-5f;

    /// <summary>Weight of the new batch in the running statistics, 0 to 1.</summary>
    [NormOption("rate", "weight of the new batch in the running statistics, 0 to 1")]
    public float RunningRate { get; init; } = 0.1f;

    /// <inheritdoc/>
    public override NormLayer Activation(int channels, Activation activation) => new Layer(
        new BatchNormLayer(new BatchNorm { Epsilon = Epsilon, RunningRate = RunningRate }, channels, Autograd.Activation.Identity),
        new GroupNormLayer(
            channels, ChannelGroups.Divide("bcn", Groups, Uneven, channels),
            new GroupOptions(Deviation.L2, Epsilon, EpsilonPlace.InsideRoot), affine: true, activation, affinePerGroup: true),
        activation);

    /// <inheritdoc/>
    public override void Validate()
    {
        if (Groups < 1) throw new UserException($"bcn(groups={Groups}): expected 1 or more.");
        if (!(Epsilon > 0)) throw new UserException($"bcn(epsilon={Epsilon}): expected a number above 0, such as 1e-5.");
        if (!(RunningRate is > 0 and <= 1)) throw new UserException($"bcn(rate={RunningRate}): expected above 0 and at most 1; it weights the new batch.");
    }

    private sealed class Layer : NormLayer
    {
        private readonly NormLayer _batch;
        private readonly NormLayer _groups;

        public Layer(NormLayer batch, NormLayer groups, Activation activation) : base(batch.Channels, activation)
        {
            _batch = Child("", batch);
            _groups = Child("", groups);
            Running = batch.Running;
        }

        public override bool UndoesScale => Statistics != StatisticsSource.Running;

        public override Tensor Forward(Pass pass, Tensor x)
        {
            (_batch.Statistics, _batch.UpdateRunning) = (Statistics, UpdateRunning);
            return _groups.Forward(pass, _batch.Forward(pass, x));
        }

        public override void CheckTraining(Shape input)
        {
            (_batch.Statistics, _batch.UpdateRunning) = (Statistics, UpdateRunning);
            _batch.CheckTraining(input);
            _groups.CheckTraining(input);
        }
    }
}

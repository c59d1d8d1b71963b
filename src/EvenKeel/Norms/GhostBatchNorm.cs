using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Norms.Layers;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>
/// Ghost batch normalization: batch normalization over parts of the batch, each with statistics of its own.
/// <para>Formula: as batch normalization with p = 2, over the samples of each part.</para>
/// <para>Shapes: input [N,H,W,C] or [N,C], N a multiple of the part's size; γ, β, running statistics [C].</para>
/// <para>State: running mean (starts 0) and variance (starts 1), moved once for every part, in order; used in
/// evaluation.</para>
/// <para>Deviations: ε = 1e-5 inside the root, biased in forward, unbiased (of the part) in the running variance;
/// RunningRate weights each part. A batch smaller than the part's size is one part.</para>
/// <para>Paper: Hoffer, Hubara and Soudry 2017, section 4, algorithm 1, arXiv 1705.08741.</para>
/// </summary>
[NormMethod(
    "ghost", "Ghost batch normalization", "y = γ·(x − μ_part)/√(σ²_part + ε) + β",
    "Hoffer et al. 2017, section 4, arXiv 1705.08741",
    Foldable = true,
    Notes = "The batch must be a multiple of the part's size; a smaller batch is one part. Running mean and variance move "
        + "once for every part and are used in evaluation.")]
public sealed record GhostBatchNorm : Norm
{
    /// <summary>Samples in a part, 1 or more.</summary>
    [NormOption("size", "samples in a part of the batch")]
    public int Size { get; init; } = 32;

    /// <summary>ε, greater than 0.</summary>
    [NormOption("epsilon", "keeps the scale above zero")]
    public float Epsilon { get; init; } = 1e-5f;

    /// <summary>Weight of each part in the running statistics, 0 to 1.</summary>
    [NormOption("rate", "weight of each part in the running statistics, 0 to 1")]
    public float RunningRate { get; init; } = 0.1f;

    /// <summary>Which variance the running statistics store.</summary>
    [NormOption("running", "variance stored in the running statistics")]
    public Variance RunningVariance { get; init; } = Variance.Unbiased;

    /// <summary>True for a learned gain and shift.</summary>
    [NormOption("affine", "learned gain and shift per channel")]
    public bool Affine { get; init; } = true;

    /// <inheritdoc/>
    public override NormLayer Activation(int channels, Activation activation) => new Layer(this, channels, activation);

    /// <inheritdoc/>
    public override void Validate()
    {
        if (Size < 1) throw new UserException($"ghost(size={Size}): expected 1 or more samples in a part.");
        AsBatchNorm().Validate();
    }

    private BatchNorm AsBatchNorm() => new()
    {
        Epsilon = Epsilon,
        RunningRate = RunningRate,
        RunningVariance = RunningVariance,
        Affine = Affine,
    };

    private sealed class Layer(GhostBatchNorm norm, int channels, Activation activation)
        : BatchNormLayer(norm.AsBatchNorm(), channels, activation)
    {
        // Its parts of the batch are measured apart.
        internal override bool MeasuresInput(Pass pass) => false;

        protected override int Segments(Shape input)
        {
            if (input[0] <= norm.Size) return 1;
            return input[0] % norm.Size == 0
                ? input[0] / norm.Size
                : throw new UserException(
                    $"Layer {Name} normalizes parts of {norm.Size} samples, and a batch of {input[0]} does not divide into " +
                    $"them: use a batch that is a multiple of {norm.Size}, or another ghost(size=...).");
        }

        protected override void TakeStatistics(PassMode mode)
        {
            for (var part = 0; part < Tables.Count; part += Channels)
                Running!.Take(mode, Tables.Rows, Tables.Mean.AsSpan(part, Channels), Tables.Spread.AsSpan(part, Channels));
        }
    }
}

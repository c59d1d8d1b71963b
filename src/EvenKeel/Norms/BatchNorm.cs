using EvenKeel.Autograd;
using EvenKeel.Kernels.Elements;
using EvenKeel.Modules;
using EvenKeel.Norms.Layers;

namespace EvenKeel.Norms;

/// <summary>Where ε stands in a scale.</summary>
public enum EpsilonPlace
{
    /// <summary>√(variance + ε).</summary>
    InsideRoot,

    /// <summary>deviation + ε.</summary>
    AddedToScale,
}

/// <summary>Which variance is meant.</summary>
public enum Variance
{
    /// <summary>Sum of squares over m.</summary>
    Biased,

    /// <summary>Sum of squares over m − 1.</summary>
    Unbiased,
}

/// <summary>What a normalizer divides by.</summary>
public enum Deviation
{
    /// <summary>The standard deviation.</summary>
    [NormText("2")]
    L2,

    /// <summary>The mean absolute deviation, times √(π/2).</summary>
    [NormText("1")]
    L1,

    /// <summary>The mean of the k largest absolute deviations, times C_n.</summary>
    [NormText("topk")]
    TopK,

    /// <summary>The largest absolute deviation, times C_n.</summary>
    [NormText("inf")]
    Inf,
}

/// <summary>Conventions by name.</summary>
public enum BatchPreset
{
    /// <summary>ε = 1e-5, running rate 0.1, unbiased running variance.</summary>
    Pytorch,

    /// <summary>ε = 1e-3, running rate 0.01, biased running variance.</summary>
    Keras,

    /// <summary>As the authors published it: with p = 2 ε = 1e-6 and running rate 0.1 as in the weight normalization
    /// authors' code (the batch normalization paper gives neither), with another p running rate 0.9.</summary>
    Paper,
}

/// <summary>
/// Batch normalization: each channel is centred and scaled over the batch, then given a learned gain and shift.
/// <para>Formula: y = γ·(x − μ)/s + β; s = √(σ² + ε) with p=2; √(π/2)·mean|x − μ| + ε with p=1; C_n·(mean of the k
/// largest |x − μ|) + ε with p=topk (p=inf: k = 1), C_n = ½(1 + √(π·ln 4))/√(2·ln n), n elements per channel. With
/// c = x − μ, x̂ = c/s, g = γ·dy and u = ∂s/∂c: dx = (g − mean g − Σ(g·x̂)·(u − mean u))/s.</para>
/// <para>Shapes: input [N,H,W,C] (set: N,H,W) or [N,C] (set: N); γ, β, statistics [C].</para>
/// <para>State: running mean (starts 0) and running variance, or with another p than 2 running scale (without ε; start
/// 1), moved by <see cref="RunningRate"/> in training, used in evaluation.</para>
/// <para>Deviations: ε = 1e-5, inside the root for p=2 unless <see cref="EpsilonPlace"/> says otherwise, always added to
/// the scale for the others; the forward variance is biased, the stored one unbiased (m/(m−1)), as in PyTorch; Keras has
/// ε = 1e-3, rate 0.01 and stores the biased one. RunningRate is the weight of the <em>new</em> batch: 0.1 in PyTorch,
/// 0.9 in the authors' code of the L1 and top-k forms, which also averages 1/s in one variant; here s itself is
/// averaged. sgn(0) = 0; among equal deviations the first in the order of the batch counts.</para>
/// <para>Paper: Ioffe and Szegedy 2015, section 3, arXiv 1502.03167; p = 1, topk, inf: Hoffer et al. 2018, section 4,
/// arXiv 1803.01814.</para>
/// </summary>
[NormMethod(
    "bn", "Batch normalization", "y = γ·(x − μ_batch)/s + β, s = √(σ²_batch + ε)",
    "Ioffe & Szegedy 2015, section 3, arXiv 1502.03167; p=1, topk, inf: Hoffer et al. 2018, section 4, arXiv 1803.01814",
    Foldable = true,
    Notes = "Evaluation uses a running mean and variance (with another p than 2 a running scale); rate weights the new "
        + "batch. By default as in PyTorch: the biased variance divides, the unbiased one is stored; preset has Keras's "
        + "and the authors' conventions.")]
public sealed record BatchNorm : Norm
{
    private readonly BatchPreset _preset;

    /// <summary>What is divided by. Set it before <see cref="Preset"/>.</summary>
    [NormOption("p", "what is divided by: deviation, mean absolute deviation, mean of the k largest, largest", Order = -2)]
    public Deviation P { get; init; } = Deviation.L2;

    /// <summary>Sets ε, rate and running variance to a framework's conventions; single options set after it win.</summary>
    [NormOption("preset", "epsilon, rate and running variance of a framework; other options still win", Order = -1)]
    public BatchPreset Preset
    {
        get => _preset;
        init
        {
            _preset = value;
            Epsilon = value == BatchPreset.Keras ? 1e-3f : value == BatchPreset.Paper && P == Deviation.L2 ? 1e-6f : 1e-5f;
            RunningRate = value == BatchPreset.Keras ? 0.01f : value == BatchPreset.Paper && P != Deviation.L2 ? 0.9f : 0.1f;
            RunningVariance = value == BatchPreset.Keras ? Variance.Biased : Variance.Unbiased;
        }
    }

    /// <summary>How many of the largest deviations p = topk averages, 1 or more.</summary>
    [NormOption("k", "how many of the largest deviations p=topk averages")]
    public int K { get; init; } = 10;

    /// <summary>True to multiply the scales of p = 1, topk, inf by the constants that make them like a deviation.</summary>
    [NormOption("constant", "multiply the scales of p=1, topk, inf by their constants")]
    public bool Constant { get; init; } = true;

    /// <summary>ε, greater than 0.</summary>
    [NormOption("epsilon", "keeps the scale above zero")]
    public float Epsilon { get; init; } = 1e-5f;

    /// <summary>Where ε stands with p = 2; with the others it is always added to the scale.</summary>
    [NormOption("place", "where epsilon stands with p=2: in the root or added to the deviation")]
    public EpsilonPlace EpsilonPlace { get; init; } = EpsilonPlace.InsideRoot;

    /// <summary>Weight of the new batch in the running statistics, 0 to 1.</summary>
    [NormOption("rate", "weight of the new batch in the running statistics, 0 to 1")]
    public float RunningRate { get; init; } = 0.1f;

    /// <summary>Which variance the running statistics store with p = 2.</summary>
    [NormOption("running", "variance stored in the running statistics with p=2")]
    public Variance RunningVariance { get; init; } = Variance.Unbiased;

    /// <summary>True for a learned gain and shift.</summary>
    [NormOption("affine", "learned gain and shift per channel")]
    public bool Affine { get; init; } = true;

    /// <summary>Which values are rounded to 16 bits and back: an imitation of half-precision training.</summary>
    [NormOption("round", "values rounded to 16 bits and back, several joined by '/'")]
    public RoundedValues Round { get; init; } = RoundedValues.None;

    /// <summary>The format they are rounded to.</summary>
    [NormOption("format", "16-bit format of the rounded values")]
    public HalfFormat Format { get; init; } = HalfFormat.Float16;

    /// <inheritdoc/>
    public override NormLayer Activation(int channels, Activation activation) => Round == RoundedValues.None
        ? new BatchNormLayer(this, channels, activation)
        : new RoundedBatchNormLayer(this, channels, activation);

    /// <inheritdoc/>
    public override void Validate()
    {
        if (!(Epsilon > 0)) throw new UserException($"bn(epsilon={Epsilon}): expected a number above 0, such as 1e-5.");
        if (!(RunningRate is > 0 and <= 1)) throw new UserException($"bn(rate={RunningRate}): expected above 0 and at most 1; it weights the new batch.");
        if (K < 1) throw new UserException($"bn(k={K}): expected 1 or more.");
        if (P != Deviation.L2 && Round.HasFlag(RoundedValues.Square) && Round != RoundedValues.All)
            throw new UserException("bn(round=square) rounds the squares of p=2: with another p there are none; leave square out.");
    }
}

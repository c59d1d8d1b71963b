using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Norms.Layers;

namespace EvenKeel.Norms;

/// <summary>
/// Switchable normalization: mean and variance are learned mixtures of those of instance, layer and batch normalization.
/// <para>Formula: y = γ·(x − μ)/√(σ² + ε) + β, μ = Σ_k w_k·μ_k, σ² = Σ_k w′_k·σ_k² over k = instance, layer, batch; w and
/// w′ are softmax of three learned logits each. Layer and batch variances are E[σ_I² + μ_I²] − μ_k², summed here from
/// centred moments.</para>
/// <para>Shapes: input [N,H,W,C] with more than one pixel; γ, β, running statistics [C]; logits [3] each, starting at 1.</para>
/// <para>State: running mean (starts 0) and variance (starts 1) of the batch part, biased over all its elements; the other
/// two parts measure their input also in evaluation, so it cannot fold.</para>
/// <para>Deviations: ε = 1e-5; the authors' code takes the unbiased instance variance, which all three are built from,
/// and starts the running variance at 0; RunningRate 0.1 weights the <em>new</em> batch.</para>
/// <para>Paper: Luo et al. 2018, section 3, arXiv 1806.10779.</para>
/// </summary>
[NormMethod(
    "switch", "Switchable normalization", "y = γ·(x − Σ w_k·μ_k)/√(Σ w′_k·σ²_k + ε) + β, k = instance, layer, batch",
    "Luo et al. 2018, section 3, arXiv 1806.10779",
    Notes = "Evaluation uses running statistics for the batch part and measures the other two. The instance variance is "
        + "the unbiased one, as in the authors' code; flat=pass gives dense layers gain and shift only.")]
public sealed record SwitchableNorm : Norm
{
    /// <summary>ε, greater than 0.</summary>
    [NormOption("epsilon", "keeps the scale above zero")]
    public float Epsilon { get; init; } = 1e-5f;

    /// <summary>Weight of the new batch in the running statistics, 0 to 1.</summary>
    [NormOption("rate", "weight of the new batch in the running statistics, 0 to 1")]
    public float RunningRate { get; init; } = 0.1f;

    /// <summary>Which instance variance the three are built from.</summary>
    [NormOption("instance", "instance variance that all three are built from")]
    public Variance InstanceVariance { get; init; } = Variance.Unbiased;

    /// <summary>What to do behind dense layers, which have no pixels.</summary>
    [NormOption("flat", "behind dense layers: an error, or gain and shift only")]
    public FlatInput Flat { get; init; } = FlatInput.Error;

    /// <inheritdoc/>
    public override NormLayer Activation(int channels, Activation activation) => new SwitchableNormLayer(this, channels, activation);

    /// <inheritdoc/>
    public override void Validate()
    {
        if (!(Epsilon > 0)) throw new UserException($"switch(epsilon={Epsilon}): expected a number above 0, such as 1e-5.");
        if (!(RunningRate is > 0 and <= 1)) throw new UserException($"switch(rate={RunningRate}): expected above 0 and at most 1; it weights the new batch.");
    }
}

using EvenKeel.Kernels.Elements;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Optim;

/// <summary>Which member of the Adam family.</summary>
public enum AdamKind
{
    /// <summary>Decay coupled: g ← g + λp.</summary>
    Adam,

    /// <summary>Decay decoupled: p ← p·(1 − ηλ) first (arXiv 1711.05101).</summary>
    AdamW,

    /// <summary>Infinity norm instead of the second moment: u ← max(β2·u, |g| + ε), p ← p − η/(1−β1^t)·m/u.</summary>
    Adamax,
}

/// <summary>
/// Adam and its relatives: m ← β1·m + (1−β1)g, v ← β2·v + (1−β2)g², p ← p − η·m̂/(√v̂ + ε), or η·m̂/√(v̂ + ε) with ε
/// inside the root; m̂ = m/(1−β1^t), v̂ = v/(1−β2^t). Kingma and Ba 2015, algorithms 1 and 2, arXiv 1412.6980.
/// </summary>
/// <remarks>β1 may change during a run: the correction then uses that step's β1 with the full t. Where what ε adds to the
/// divisor is at least 10⁻¹⁵, m below 2⁻¹⁰⁰ and v below 2⁻¹²⁶ count as zero, which saves time and moves no weight.</remarks>
public sealed class Adam : Optimizer
{
    private readonly Tensor[] _first;
    private readonly Tensor[] _second;

    /// <summary>Allocates both moments.</summary>
    public Adam(Network network, AdamKind kind = AdamKind.Adam) : base(network)
    {
        Kind = kind;
        _first = Buffers("m");
        _second = kind == AdamKind.Adamax ? Buffers("u") : Buffers("v", power: 2);
    }

    /// <summary>Which member of the family.</summary>
    public AdamKind Kind { get; }

    /// <summary>Weight of the old first moment in the next step.</summary>
    public double Beta1 { get; set; } = 0.9;

    /// <summary>Weight of the old second moment.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Keeps the division finite.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>ε inside the root instead of added to it.</summary>
    public bool EpsilonInsideRoot { get; init; }

    /// <inheritdoc/>
    protected override void Update(int index, Tensor value, Tensor gradient, float decay)
    {
        var step = new AdamStep
        {
            LearningRate = LearningRate,
            Beta1 = Beta1,
            Beta2 = Beta2,
            Epsilon = Epsilon,
            EpsilonInsideRoot = EpsilonInsideRoot,
            CoupledDecay = Kind == AdamKind.AdamW ? 0f : decay,
            DecoupledDecay = Kind == AdamKind.AdamW ? decay : 0f,
            Correction1 = 1 - Math.Pow(Beta1, Steps),
            Correction2 = 1 - Math.Pow(Beta2, Steps),
        };
        if (Kind == AdamKind.Adamax) Backend.Adamax(value, gradient, _first[index], _second[index], step);
        else Backend.Adam(value, gradient, _first[index], _second[index], step);
    }
}

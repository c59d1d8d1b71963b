using EvenKeel.Backends;
using EvenKeel.Tensors;

namespace EvenKeel.Modules;

/// <summary>
/// From stored parameters to the effective weight of a linear map. The plain map stores the weight itself; methods
/// that act on weights (weight normalization and others) bring their own.
/// </summary>
public abstract class WeightMap : Component
{
    /// <summary>The effective weight, recorded on the pass's tape: [kh,kw,in,out] or [in,out].</summary>
    public abstract Tensor Effective(Pass pass);

    /// <summary>The stored parameter of the weight's own shape: the weight itself, or the direction or raw weight that
    /// the map starts from.</summary>
    public abstract Parameter Stored { get; }

    /// <summary>Takes over a weight: stores it and starts everything else of the map from it, so that the effective
    /// weight is the given one wherever the map can express it.</summary>
    /// <param name="backend">Where the parameters live.</param>
    /// <param name="weight">In native order, as many numbers as the weight has.</param>
    public void Assign(Backend backend, ReadOnlySpan<float> weight)
    {
        Stored.Value.CopyFrom(weight);
        foreach (var parameter in Parameters())
        {
            if (parameter != Stored) parameter.Init.Fill(backend, parameter.Value, default);
        }

        foreach (var buffer in Buffers()) buffer.Init.Fill(backend, buffer.Value, default);
    }

    /// <summary>True if the effective weight does not change when <see cref="Stored"/> is multiplied by a positive
    /// number: weight decay on it then acts through the effective learning rate only.</summary>
    public virtual bool ScaleInvariant => false;
}

/// <summary>The weight itself.</summary>
public sealed class PlainWeight : WeightMap
{
    private readonly Parameter _weight;

    /// <summary>Declares the weight.</summary>
    public PlainWeight(Shape shape, Init init) => _weight = Parameter("weight", shape, ParameterKind.Weight, init);

    /// <inheritdoc/>
    public override Tensor Effective(Pass pass) => _weight.Value;

    /// <inheritdoc/>
    public override Parameter Stored => _weight;
}

/// <summary>A weight map with one magnitude per output that the first data can set (arXiv 1602.07868, section 3).</summary>
public interface IDataInitialized
{
    /// <summary>Sets the magnitudes to 1, so that the pass measures the bare directions.</summary>
    void SetUnitMagnitudes();

    /// <summary>Sets the magnitude of each output.</summary>
    void SetMagnitudes(ReadOnlySpan<float> magnitudes);

    /// <summary>ε inside the root of the measured deviation; 0 in the original.</summary>
    float InitEpsilon { get; }

    /// <summary>Factor on the standardized output; 1 in the original.</summary>
    float InitScale { get; }
}

using EvenKeel.Autograd;
using EvenKeel.Tensors;

namespace EvenKeel.Modules;

/// <summary>What convolution and dense layers share: a weight map, a bias, a fused activation, and the
/// data-dependent initialization of maps that have one.</summary>
public abstract class LinearMap : Module
{
    /// <summary>Declares the parts.</summary>
    /// <param name="weightShape">Native shape; the last dimension is the output.</param>
    /// <param name="weight">The weight map.</param>
    /// <param name="bias">How the bias starts, or null for none.</param>
    /// <param name="activation">Applied to the sum.</param>
    protected LinearMap(Shape weightShape, WeightMap weight, Init? bias, Activation activation)
    {
        WeightShape = weightShape;
        Weight = Child("", weight);
        Activation = activation;
        if (bias is not null) Bias = Parameter("bias", new Shape(weightShape.Channels), ParameterKind.Bias, bias);
    }

    /// <summary>Native shape of the weight.</summary>
    public Shape WeightShape { get; }

    /// <summary>Stored parameters to effective weight.</summary>
    public WeightMap Weight { get; }

    /// <summary>Bias [out], or null.</summary>
    public Parameter? Bias { get; }

    /// <summary>Applied to the sum in the same pass.</summary>
    public Activation Activation { get; }

    internal override Activation LastActivation => Activation;

    /// <inheritdoc/>
    public override Tensor Forward(Pass pass, Tensor x)
    {
        if (pass.Mode == PassMode.Initialize && Weight is IDataInitialized map) InitializeFrom(pass, x, map);
        return Apply(pass.Tape, x, Weight.Effective(pass), Bias?.Value, Activation);
    }

    /// <inheritdoc/>
    public override long MultiplyAdds(Shape input) => (long)OutputShape(input).Rows * WeightShape.Length;

    /// <inheritdoc/>
    public sealed override ChannelStream Follow(ChannelFlow flow, ChannelStream x)
    {
        ArgumentNullException.ThrowIfNull(flow);
        return flow.Map(this, x);
    }

    /// <inheritdoc/>
    public sealed override Module Rebuild(Rebuilder rebuilder)
    {
        ArgumentNullException.ThrowIfNull(rebuilder);
        return rebuilder.Map(this);
    }

    /// <summary>A linear map of the same geometry with other parts.</summary>
    /// <param name="weight">The weight map.</param>
    /// <param name="bias">How the bias starts, or null for none.</param>
    /// <param name="activation">Applied to the sum.</param>
    public abstract LinearMap With(WeightMap weight, Init? bias, Activation activation);

    /// <summary>The linear map with a given weight.</summary>
    protected abstract Tensor Apply(Tape tape, Tensor x, Tensor weight, Tensor? bias, Activation activation);

    // t = map(x) with unit magnitudes; then magnitude = scale/std(t) and bias = −mean(t)·magnitude, so that the
    // output of this very batch has mean 0 and deviation `scale` (reference 1.1; the population deviation).
    private void InitializeFrom(Pass pass, Tensor x, IDataInitialized map)
    {
        map.SetUnitMagnitudes();
        var t = Apply(pass.Tape, x, Weight.Effective(pass), null, Activation.Identity);
        var mean = pass.Tape.Rent(new Shape(WeightShape.Channels));
        var variance = pass.Tape.Rent(new Shape(WeightShape.Channels));
        pass.Tape.Backend.MeanVariance(t, mean, variance);
        float[] means = mean.ToArray(), magnitudes = variance.ToArray();
        for (var c = 0; c < magnitudes.Length; c++)
        {
            magnitudes[c] = map.InitScale / MathF.Sqrt(magnitudes[c] + map.InitEpsilon);
            if (!float.IsFinite(magnitudes[c]))
                throw new UserException(
                    $"Layer {Name}: output {c} is constant over the initialization batch, so weight normalization " +
                    "cannot set its magnitude; use a larger initialization batch or an init epsilon, such as wn(initEpsilon=1e-8).");
            means[c] = -means[c] * magnitudes[c];
        }

        map.SetMagnitudes(magnitudes);
        Bias?.Value.CopyFrom(means);
    }
}

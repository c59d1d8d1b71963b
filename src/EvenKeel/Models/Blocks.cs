using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace EvenKeel.Models;

/// <summary>Linear map, scheme and activation as one unit: where a scheme meets a network.</summary>
internal static class Blocks
{
    /// <summary>Convolution, then the scheme's normalizer, then the activation.</summary>
    public static Sequential Convolution(
        this Sequential sequence, string name, ModelSpec spec,
        int inputs, int outputs, int kernel, int padding, Activation activation, int stride = 1, BlockStyle? style = null)
    {
        style ??= BlockStyle.Usual;
        var shape = new Shape(kernel, kernel, inputs, outputs);
        var (init, bias) = Init.Named(spec.Init, kernel * kernel * inputs, style.InitSlope ?? activation.Slope);
        return sequence.Unit(
            name, spec.Scheme, outputs, activation, style,
            (ownBias, fused) => new Conv2d(
                shape, spec.Scheme.Weight(shape, init), ownBias ? bias : null, stride, padding, fused));
    }

    /// <summary>Dense layer, then the scheme's normalizer, then the activation.</summary>
    public static Sequential Dense(
        this Sequential sequence, string name, ModelSpec spec, int inputs, int outputs, Activation activation,
        BlockStyle? style = null)
    {
        style ??= BlockStyle.Usual;
        var shape = new Shape(inputs, outputs);
        var (init, bias) = Init.Named(spec.Init, inputs, style.InitSlope ?? activation.Slope);
        return sequence.Unit(
            name, spec.Scheme, outputs, activation, style,
            (ownBias, fused) => new Linear(shape, spec.Scheme.Weight(shape, init), ownBias ? bias : null, fused));
    }

    /// <summary>The last dense layer of a published network whose classifier no scheme touches: neither normalized nor
    /// with a weight map, so that the logits may take any size.</summary>
    public static Sequential Classifier(
        this Sequential sequence, string name, ModelSpec spec, int inputs, bool hasBias = true)
    {
        var shape = new Shape(inputs, spec.Classes);
        var (init, bias) = Init.Named(spec.Init, inputs, Activation.Identity.Slope);
        return sequence.Add(
            name, new Linear(shape, new PlainWeight(shape, init), hasBias ? bias : null, Activation.Identity));
    }

    // A normalizer directly behind the map has its own shift, so a bias before it would have zero gradient: leave it
    // out. Without such a normalizer the activation fuses into the linear map.
    private static Sequential Unit(
        this Sequential sequence, string name, Scheme scheme, int outputs, Activation activation, BlockStyle style,
        Func<bool, Activation, Module> map)
    {
        var before = style.Order == NormOrder.BeforeActivation;
        var norm = scheme.Activation(outputs, before ? activation : Activation.Identity);
        var replaced = norm is not null && before;
        var bias = style.Bias switch
        {
            BiasRule.Always => true,
            BiasRule.Never => false,
            _ => !replaced,
        };
        sequence.Add(name, map(bias, replaced ? Activation.Identity : activation));
        return norm is null ? sequence : sequence.Add($"{name}.norm", norm);
    }
}

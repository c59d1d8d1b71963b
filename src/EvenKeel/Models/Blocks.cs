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
        int inputs, int outputs, int kernel, int padding, Activation activation, int stride = 1)
    {
        var shape = new Shape(kernel, kernel, inputs, outputs);
        var (init, bias) = Init.Named(spec.Init, kernel * kernel * inputs, activation.Slope);
        return sequence.Unit(
            name, spec.Scheme, outputs, activation,
            (ownBias, fused) => new Conv2d(
                shape, spec.Scheme.Weight(shape, init), ownBias ? bias : null, stride, padding, fused));
    }

    /// <summary>Dense layer, then the scheme's normalizer, then the activation.</summary>
    public static Sequential Dense(
        this Sequential sequence, string name, ModelSpec spec, int inputs, int outputs, Activation activation)
    {
        var shape = new Shape(inputs, outputs);
        var (init, bias) = Init.Named(spec.Init, inputs, activation.Slope);
        return sequence.Unit(
            name, spec.Scheme, outputs, activation,
            (ownBias, fused) => new Linear(shape, spec.Scheme.Weight(shape, init), ownBias ? bias : null, fused));
    }

    // A normalizer of activations has its own shift, so a bias before it would have zero gradient: leave it out.
    // Without a normalizer the activation fuses into the linear map.
    private static Sequential Unit(
        this Sequential sequence, string name, Scheme scheme, int outputs, Activation activation,
        Func<bool, Activation, Module> map)
    {
        var norm = scheme.Activation(outputs, activation);
        sequence.Add(name, map(norm is null, norm is null ? activation : Activation.Identity));
        return norm is null ? sequence : sequence.Add($"{name}.norm", norm);
    }
}

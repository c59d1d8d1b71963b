using EvenKeel.Autograd;
using EvenKeel.Modules;

namespace EvenKeel.Models;

/// <summary>How a residual block's input meets an output of another shape.</summary>
internal enum Shortcut
{
    /// <summary>Every second pixel and zeros for the new channels: no parameters (option A).</summary>
    Padding,

    /// <summary>A 1×1 convolution, normalized like the others (option B).</summary>
    Projection,
}

/// <summary>The blocks of residual networks (He et al., arXiv 1512.03385, section 3.2 and figure 5). The last
/// normalizer of a block carries no activation; the sum does.</summary>
internal static class ResidualBlocks
{
    // The convolution's activation follows behind the sum, but its starting weight must assume it.
    private static readonly BlockStyle BeforeSum = new() { InitSlope = Activation.Relu.Slope };

    /// <summary>Two 3×3 convolutions; the first has the stride.</summary>
    public static Sequential Basic(
        this Sequential sequence, string name, ModelSpec spec, int inputs, int outputs, int stride, Shortcut shortcut)
    {
        var body = new Sequential()
            .Convolution("conv1", spec, inputs, outputs, 3, 1, Activation.Relu, stride)
            .Convolution("conv2", spec, outputs, outputs, 3, 1, Activation.Identity, style: BeforeSum);
        return sequence.Block(name, spec, body, inputs, outputs, stride, shortcut);
    }

    /// <summary>1×1, 3×3 and 1×1 convolutions, the last four times as wide; the 3×3 has the stride, as in the code most
    /// published figures come from (the paper has it on the first 1×1).</summary>
    public static Sequential Bottleneck(
        this Sequential sequence, string name, ModelSpec spec, int inputs, int width, int outputs, int stride)
    {
        var body = new Sequential()
            .Convolution("conv1", spec, inputs, width, 1, 0, Activation.Relu)
            .Convolution("conv2", spec, width, width, 3, 1, Activation.Relu, stride)
            .Convolution("conv3", spec, width, outputs, 1, 0, Activation.Identity, style: BeforeSum);
        return sequence.Block(name, spec, body, inputs, outputs, stride, Shortcut.Projection);
    }

    private static Sequential Block(
        this Sequential sequence, string name, ModelSpec spec, Module body, int inputs, int outputs, int stride,
        Shortcut shortcut)
    {
        Module? side = inputs == outputs && stride == 1 ? null
            : shortcut == Shortcut.Padding ? new PaddedShortcut(inputs, outputs, stride)
            : new Sequential().Convolution("conv", spec, inputs, outputs, 1, 0, Activation.Identity, stride, BeforeSum);
        return sequence.Add(name, new Residual(body, side, Activation.Relu));
    }
}

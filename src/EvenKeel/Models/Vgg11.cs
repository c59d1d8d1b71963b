using EvenKeel.Autograd;
using EvenKeel.Modules;

namespace EvenKeel.Models;

/// <summary>
/// VGG-11 for small images (Simonyan and Zisserman, arXiv 1409.1556, table 1, column A) as the authors of "Norm
/// matters" train it on CIFAR-10 (Hoffer et al., arXiv 1803.01814): eight 3×3 convolutions of 64 to 512 with five max
/// poolings, then one dense layer.
/// </summary>
/// <remarks>The convolutions keep their biases under every scheme, as in that code: with batch normalization 9,231,114
/// parameters on 32×32×3 images and 10 classes. Larger images are averaged before the classifier.</remarks>
public static class Vgg11
{
    // Widths; 0 is a pooling.
    private static readonly int[] Layout = [64, 0, 128, 0, 256, 256, 0, 512, 512, 0, 512, 512, 0];

    internal static ModelCatalog Entry { get; } = new(
        "vgg-11", "VGG-11 of the weight decay study, 8 convolutions, 9.2 M parameters", Build);

    /// <summary>Makes the modules; images must be at least 32×32.</summary>
    /// <exception cref="UserException">The images are too small.</exception>
    public static Module Build(ModelSpec spec)
    {
        spec.RequireSide("vgg-11", 32);
        var style = new BlockStyle { Bias = BiasRule.Always };
        var net = new Sequential();
        int inputs = spec.Image[3], convolutions = 0, pools = 0;
        foreach (var width in Layout)
        {
            if (width == 0)
            {
                net.Add($"pool{++pools}", new MaxPool2d(2, 2));
                continue;
            }

            net.Convolution($"conv{++convolutions}", spec, inputs, spec.Scaled(width), 3, 1, Activation.Relu, style: style);
            inputs = spec.Scaled(width);
        }

        return net.Add("average", new GlobalAveragePool()).Classifier("dense", spec, inputs);
    }
}

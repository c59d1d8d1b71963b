using EvenKeel.Autograd;
using EvenKeel.Modules;

namespace EvenKeel.Models;

/// <summary>
/// ConvPool-CNN-C with the weight normalization paper's changes (Springenberg et al., arXiv 1412.6806, table 1;
/// Salimans and Kingma, arXiv 1602.07868, section 5.1): Gaussian noise 0.15; three 3×3 convolutions of 96; max pooling
/// and dropout 0.5; three of 192; the same again; one 3×3 of 192 without padding (8 → 6); two 1×1 of 192; global
/// average pooling; a dense layer, normalized too. Leaky ReLU of slope 0.1 throughout.
/// </summary>
/// <remarks>On 32×32×3 images and 10 classes 1,405,344 weights; with biases 1,406,794.</remarks>
public static class ConvPoolCnnC
{
    internal static IReadOnlyList<ModelCatalog> Entries { get; } =
    [
        new("convpool-cnn-c", "all-convolutional net of the weight normalization paper, 9 convolutions, 1.4 M parameters", Build),
        new("convpool-cnn-c-plain", "the same with a dense layer that no scheme touches", spec => Build(spec, plainDense: true)),
    ];

    /// <summary>Makes the modules as published; images must be at least 12×12.</summary>
    /// <param name="spec">What to build.</param>
    /// <exception cref="UserException">The images are too small.</exception>
    public static Module Build(ModelSpec spec) => Build(spec, plainDense: false);

    /// <summary>Makes the modules.</summary>
    /// <param name="spec">What to build.</param>
    /// <param name="plainDense">True to leave the scheme out of the dense layer. With it, data-dependent initialization
    /// gives logits the deviation 1 from features that vary little, by large magnitudes, and the first steps of weight
    /// normalization with Adam have large losses.</param>
    /// <exception cref="UserException">The images are too small.</exception>
    public static Module Build(ModelSpec spec, bool plainDense)
    {
        ArgumentNullException.ThrowIfNull(spec);
        spec.RequireSide("convpool-cnn-c", 12);
        var image = spec.Image;
        int narrow = spec.Scaled(96), wide = spec.Scaled(192);
        var leaky = Activation.LeakyRelu(0.1f);
        var net = new Sequential()
            .Add("noise", new GaussianNoise(0.15f))
            .Convolution("conv1", spec, image[3], narrow, 3, 1, leaky)
            .Convolution("conv2", spec, narrow, narrow, 3, 1, leaky)
            .Convolution("conv3", spec, narrow, narrow, 3, 1, leaky)
            .Add("pool1", new MaxPool2d(2, 2))
            .Add("drop1", new Dropout(0.5f))
            .Convolution("conv4", spec, narrow, wide, 3, 1, leaky)
            .Convolution("conv5", spec, wide, wide, 3, 1, leaky)
            .Convolution("conv6", spec, wide, wide, 3, 1, leaky)
            .Add("pool2", new MaxPool2d(2, 2))
            .Add("drop2", new Dropout(0.5f))
            .Convolution("conv7", spec, wide, wide, 3, 0, leaky)
            .Convolution("nin1", spec, wide, wide, 1, 0, leaky)
            .Convolution("nin2", spec, wide, wide, 1, 0, leaky)
            .Add("pool3", new GlobalAveragePool());
        return plainDense
            ? net.Classifier("dense", spec, wide)
            : net.Dense("dense", spec, wide, spec.Classes, Activation.Identity);
    }
}

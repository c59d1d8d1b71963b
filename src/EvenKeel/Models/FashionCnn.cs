using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Models;

/// <summary>
/// The Fashion-MNIST network of the reproduction of weight standardization (Qiao et al., arXiv 1903.10520): two 3×3
/// convolutions of 32, max pooling, dropout 0.25; two of 64, max pooling, dropout 0.25; a dense layer of 512, dropout
/// 0.5; the classifier. ReLU throughout.
/// </summary>
/// <remarks>The reproduction normalizes behind the ReLU, which <c>fashion-cnn</c> follows: its linear maps keep their
/// biases, which act there. <c>fashion-cnn-pre</c> normalizes at the usual place, between linear map and ReLU. On 28×28
/// images with 10 classes, batch normalization and behind the ReLU: 1,677,674 parameters.</remarks>
public static class FashionCnn
{
    private static readonly Shape FashionMnist = new(1, 28, 28, 1);

    internal static IReadOnlyList<ModelCatalog> Entries { get; } =
    [
        new("fashion-cnn", "Fashion-MNIST net of the weight standardization study, normalized behind the ReLU as there, 1.7 M parameters", Build) { Image = FashionMnist },
        new("fashion-cnn-pre", "the same with the normalizer before the ReLU, the usual place", BuildPre) { Image = FashionMnist },
    ];

    /// <summary>Makes the modules with the normalizer behind the ReLU, as in the report.</summary>
    /// <exception cref="UserException">The images are too small.</exception>
    public static Module Build(ModelSpec spec) => Build(spec, new BlockStyle { Order = NormOrder.AfterActivation });

    /// <summary>Makes the modules with the normalizer before the ReLU.</summary>
    /// <exception cref="UserException">The images are too small.</exception>
    public static Module BuildPre(ModelSpec spec) => Build(spec, BlockStyle.Usual);

    private static Sequential Build(ModelSpec spec, BlockStyle style)
    {
        spec.RequireSide("fashion-cnn", 4);
        var image = spec.Image;
        int narrow = spec.Scaled(32), wide = spec.Scaled(64), hidden = spec.Scaled(512);
        return new Sequential()
            .Convolution("conv1", spec, image[3], narrow, 3, 1, Activation.Relu, style: style)
            .Convolution("conv2", spec, narrow, narrow, 3, 1, Activation.Relu, style: style)
            .Add("pool1", new MaxPool2d(2, 2))
            .Add("drop1", new Dropout(0.25f))
            .Convolution("conv3", spec, narrow, wide, 3, 1, Activation.Relu, style: style)
            .Convolution("conv4", spec, wide, wide, 3, 1, Activation.Relu, style: style)
            .Add("pool2", new MaxPool2d(2, 2))
            .Add("drop2", new Dropout(0.25f))
            .Add("flatten", new Flatten())
            .Dense("dense1", spec, image[1] / 4 * (image[2] / 4) * wide, hidden, Activation.Relu, style)
            .Add("drop3", new Dropout(0.5f))
            .Classifier("dense2", spec, hidden);
    }
}

using EvenKeel.Autograd;
using EvenKeel.Modules;

namespace EvenKeel.Models;

/// <summary>
/// Residual networks in ImageNet form (He et al., arXiv 1512.03385, table 1): a 7×7 convolution of 64 with stride 2, max
/// pooling 3/2, four stages of 64 to 512 channels (four times that with bottlenecks), global average pooling, the
/// classifier. 18 and 34 layers have basic blocks, 50 has bottlenecks; shortcuts between stages are projections.
/// </summary>
/// <remarks>With batch normalization and 1,000 classes 11,689,512 parameters (18) and 25,557,032 (50). Made for
/// 224×224, they take any size: the stem and the later stages divide it by 32, down to one pixel. Biases as in
/// <see cref="CifarResNet"/>.</remarks>
public static class ImageNetResNet
{
    internal static IReadOnlyList<ModelCatalog> Entries { get; } =
    [
        Entry(18, [2, 2, 2, 2], isBottleneck: false),
        Entry(34, [3, 4, 6, 3], isBottleneck: false),
        Entry(50, [3, 4, 6, 3], isBottleneck: true),
    ];

    /// <summary>Makes the modules.</summary>
    /// <param name="spec">What to build.</param>
    /// <param name="blocks">Blocks of each stage.</param>
    /// <param name="isBottleneck">True for blocks of three convolutions.</param>
    public static Module Build(ModelSpec spec, IReadOnlyList<int> blocks, bool isBottleneck)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        var inputs = spec.Scaled(64);
        var net = new Sequential()
            .Convolution("stem", spec, spec.Image[3], inputs, 7, 3, Activation.Relu, stride: 2)
            .Add("pool", new MaxPool2d(3, 2, 1));
        for (var stage = 0; stage < blocks.Count; stage++)
        {
            var width = spec.Scaled(64 << stage);
            var outputs = isBottleneck ? 4 * width : width;
            for (var block = 0; block < blocks[stage]; block++)
            {
                var name = $"stage{stage + 1}.block{block + 1}";
                var stride = stage > 0 && block == 0 ? 2 : 1;
                if (isBottleneck) net.Bottleneck(name, spec, inputs, width, outputs, stride);
                else net.Basic(name, spec, inputs, outputs, stride, Shortcut.Projection);
                inputs = outputs;
            }
        }

        return net.Add("average", new GlobalAveragePool()).Classifier("dense", spec, inputs);
    }

    private static ModelCatalog Entry(int layers, int[] blocks, bool isBottleneck) => new(
        $"resnet-{layers}",
        $"residual network in ImageNet form, {layers} layers, {(isBottleneck ? "bottleneck" : "basic")} blocks",
        spec => Build(spec, blocks, isBottleneck));
}

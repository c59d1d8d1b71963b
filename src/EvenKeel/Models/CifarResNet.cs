using EvenKeel.Autograd;
using EvenKeel.Modules;

namespace EvenKeel.Models;

/// <summary>
/// Residual networks for small images (He et al., arXiv 1512.03385, section 4.2): a 3×3 convolution of 16, three stages
/// of (N − 2)/6 basic blocks of 16, 32 and 64 channels, the later ones at half the size, global average pooling, the
/// classifier.
/// </summary>
/// <remarks>Shortcuts between stages are projections (option B, as in the code of "Norm matters"); the names that end
/// in <c>-a</c> have subsampling and zero channels instead (option A of the paper). On 32×32×3 images, 10 classes and
/// batch normalization the network of 56 layers has 855,770 and 853,018 parameters. Convolutions have a bias only where
/// the scheme places no normalizer behind them, as everywhere here; the published networks have none.</remarks>
public static class CifarResNet
{
    internal static IReadOnlyList<ModelCatalog> Entries { get; } =
    [
        .. from shortcut in new[] { Shortcut.Projection, Shortcut.Padding }
           from layers in new[] { 20, 32, 44, 56, 110 }
           select new ModelCatalog(
               $"resnet-{layers}{(shortcut == Shortcut.Padding ? "-a" : "")}",
               $"residual network for small images, {layers} layers, {(shortcut == Shortcut.Padding ? "padded shortcuts (option A)" : "projection shortcuts (option B)")}",
               spec => Build(spec, layers, shortcut)),
    ];

    /// <summary>Makes the modules.</summary>
    internal static Module Build(ModelSpec spec, int layers, Shortcut shortcut)
    {
        var blocks = (layers - 2) / 6;
        var inputs = spec.Scaled(16);
        var net = new Sequential().Convolution("stem", spec, spec.Image[3], inputs, 3, 1, Activation.Relu);
        for (var stage = 0; stage < 3; stage++)
        {
            var outputs = spec.Scaled(16 << stage);
            for (var block = 0; block < blocks; block++)
            {
                net.Basic(
                    $"stage{stage + 1}.block{block + 1}", spec, inputs, outputs, stage > 0 && block == 0 ? 2 : 1, shortcut);
                inputs = outputs;
            }
        }

        return net.Add("average", new GlobalAveragePool()).Classifier("dense", spec, inputs);
    }
}

using EvenKeel.Autograd;
using EvenKeel.Modules;

namespace EvenKeel.Models;

/// <summary>
/// The multilayer perceptron of the equi-normalization study (Stock et al. 2019, section 4.1, arXiv 1902.10416): the
/// pixels to 500, N intermediate layers of 500, the classifier; ReLU between; no biases.
/// </summary>
/// <remarks>On 32×32×3 images and 10 classes 1,541,000 + 250,000·N weights; batch normalization of the hidden layers
/// adds 1,000·(N + 1). <c>mlp-N-bias</c> gives every linear map a bias unless a normalizer follows it directly.</remarks>
public static class Mlp
{
    private const int MostLayers = 99;

    internal static IReadOnlyList<ModelCatalog> Entries { get; } =
    [
        ModelCatalog.Family(
            "mlp-N", "perceptron of the equi-normalization study: N intermediate layers of 500, no biases", MostLayers,
            (spec, layers) => Build(spec, layers, hasBiases: false)),
        ModelCatalog.Family(
            "mlp-N-bias", "the same with biases", MostLayers, (spec, layers) => Build(spec, layers, hasBiases: true)),
    ];

    /// <summary>Makes the modules.</summary>
    /// <param name="spec">What to build.</param>
    /// <param name="intermediate">Layers between the first hidden one and the classifier, 0 or more.</param>
    /// <param name="hasBiases">True for biases.</param>
    public static Module Build(ModelSpec spec, int intermediate, bool hasBiases)
    {
        var style = new BlockStyle { Bias = hasBiases ? BiasRule.WhereUseful : BiasRule.Never };
        var width = spec.Scaled(500);
        var net = new Sequential()
            .Add("flatten", new Flatten())
            .Dense("dense1", spec, spec.Image.Length, width, Activation.Relu, style);
        for (var i = 0; i < intermediate; i++) net.Dense($"dense{i + 2}", spec, width, width, Activation.Relu, style);
        return net.Classifier($"dense{intermediate + 2}", spec, width, hasBiases);
    }
}

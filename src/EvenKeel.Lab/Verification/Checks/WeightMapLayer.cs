using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace EvenKeel.Lab.Verification.Checks;

/// <summary>A layer whose weight map is looked at, as a network of its own.</summary>
internal static class WeightMapLayer
{
    /// <summary>The network for a weight of a native shape; its root is the layer.</summary>
    public static (Network Network, WeightMap Map) Create(GoldenCase golden, Norm norm, Shape shape)
    {
        norm.Validate();
        var map = norm.Weight(shape, Init.Constant(1f)) ?? throw new NotUnderstoodException($"{norm} does not act on weights");
        LinearMap layer = shape.Rank == 4
            ? new Conv2d(shape, map, null, 1, 0, Activation.Identity)
            : new Linear(shape, map, null, Activation.Identity);

        // The smallest image the layer takes; only its weight is looked at.
        var input = shape.Rank == 4 ? new Shape(1, shape[0], shape[1], shape[2]) : new Shape(1, shape[0]);
        return (new Network(layer, input, golden.Backend, seed: 0), map);
    }
}

namespace EvenKeel.Modules;

/// <summary>Which weights of a network do not change its training output when they are multiplied by a positive
/// number: decay on them acts through the effective learning rate only (arXiv 1803.01814, section 2).</summary>
public static class ScaleInvariance
{
    /// <summary>The stored weights whose map is scale invariant, and those of linear maps without a bias whose every
    /// reader is a normalizer that undoes their scale.</summary>
    /// <param name="network">The network.</param>
    public static IReadOnlySet<Parameter> Weights(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var flow = ChannelFlow.Of(network, throughNormalizers: false);
        return network.Root.DescendantsAndSelf().OfType<LinearMap>()
            .Where(map => map.Weight.ScaleInvariant || (map is { Bias: null, Weight: PlainWeight } && flow.IsScaleInvariant(map)))
            .Select(map => map.Weight.Stored)
            .ToHashSet();
    }
}

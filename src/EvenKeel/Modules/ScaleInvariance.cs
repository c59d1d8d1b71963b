namespace EvenKeel.Modules;

/// <summary>Which weights of a network do not change its training output when they are multiplied by a positive
/// number: decay on them acts through the effective learning rate only (arXiv 1803.01814, section 2).</summary>
public static class ScaleInvariance
{
    /// <summary>The stored weights whose map is scale invariant, and those of linear maps without a bias whose output
    /// goes straight into a normalizer that undoes its scale.</summary>
    /// <param name="root">The modules.</param>
    public static IReadOnlySet<Parameter> Weights(Module root)
    {
        var modules = root.DescendantsAndSelf().ToArray();
        var weights = modules.OfType<LinearMap>().Where(map => map.Weight.ScaleInvariant).Select(map => map.Weight.Stored).ToHashSet();
        foreach (var sequence in modules.OfType<Sequential>())
        {
            var flat = Flat(sequence).ToArray();
            foreach (var (first, second) in flat.Zip(flat.Skip(1)))
            {
                if (first is LinearMap { Bias: null, Weight: PlainWeight plain } && second is NormLayer { UndoesScale: true })
                    weights.Add(plain.Stored);
            }
        }

        return weights;
    }

    private static IEnumerable<Component> Flat(Component module) =>
        module is Sequential ? module.Children.SelectMany(Flat) : [module];
}

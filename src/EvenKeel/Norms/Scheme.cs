using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Optim;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>
/// A normalization scheme: a list of methods that act together, as text <c>wn+mobn</c> or
/// <c>bn(epsilon=1e-3,rate=0.01)</c>. Any scheme applies to any network.
/// </summary>
public sealed class Scheme
{
    /// <summary>A scheme from methods.</summary>
    /// <exception cref="UserException">Two methods act on activations, or two on weights.</exception>
    public Scheme(params IReadOnlyList<Norm> norms)
    {
        Norms = norms;
        Only("activations", norms.Where(n => n.Places.HasFlag(NormPlaces.Activations)));
        Only("weights", norms.Where(n => n.Places.HasFlag(NormPlaces.Weights)));
    }

    /// <summary>The methods.</summary>
    public IReadOnlyList<Norm> Norms { get; }

    /// <summary>True if a method normalizes activations: linear maps then need no bias of their own.</summary>
    public bool NormalizesActivations => Norms.Any(n => n.Places.HasFlag(NormPlaces.Activations));

    /// <summary>Reads scheme text.</summary>
    /// <exception cref="UserException">An unknown method or option, or a bad value; the message lists what exists.</exception>
    public static Scheme Parse(string text) => SchemeText.Parse(text);

    /// <summary>The module after a linear map, or null.</summary>
    public NormLayer? Activation(int channels, Activation activation)
    {
        foreach (var norm in Norms)
        {
            if (norm.Activation(channels, activation) is not { } layer) continue;
            layer.Maker = () => Activation(channels, activation)!;
            layer.Method = SchemeText.Format([norm]);
            return layer;
        }

        return null;
    }

    /// <summary>The weight map; the plain one if no method acts on weights.</summary>
    public WeightMap Weight(Shape shape, Init init) =>
        Norms.Select(n => n.Weight(shape, init)).FirstOrDefault(m => m is not null) ?? new PlainWeight(shape, init);

    /// <summary>The hooks to run around each optimizer step, in the order of the methods.</summary>
    /// <exception cref="UserException">A method cannot act on this network or with this optimizer.</exception>
    public IReadOnlyList<StepHook> Hooks(Network network, Optimizer optimizer)
    {
        StepHook[] hooks = [.. Norms.Select(n => n.Hook(network, optimizer)).OfType<StepHook>()];
        if (hooks.Length > 0) hooks[0].Lead(optimizer);
        return hooks;
    }

    /// <summary>The shortest text that reads back as this scheme.</summary>
    public override string ToString() => SchemeText.Format(Norms);

    private static void Only(string place, IEnumerable<Norm> norms)
    {
        var names = norms.Select(n => SchemeText.Format([n])).ToArray();
        if (names.Length > 1)
            throw new UserException(
                $"{string.Join(" and ", names)} both normalize {place}: a scheme takes one such method; remove one of them.");
    }
}

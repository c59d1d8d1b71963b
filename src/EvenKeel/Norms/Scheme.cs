using EvenKeel.Autograd;
using EvenKeel.Modules;
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
        Only("activations", norms.Where(n => n.Activation(2, Autograd.Activation.Identity) is not null));
        Only("weights", norms.Where(n => n.Weight(new Shape(2, 2), Init.Constant(1f)) is not null));
    }

    /// <summary>The methods.</summary>
    public IReadOnlyList<Norm> Norms { get; }

    /// <summary>True if a method normalizes activations: linear maps then need no bias of their own.</summary>
    public bool NormalizesActivations => Norms.Any(n => n.Activation(2, Autograd.Activation.Identity) is not null);

    /// <summary>Reads scheme text.</summary>
    /// <exception cref="UserException">An unknown method or option, or a bad value; the message lists what exists.</exception>
    public static Scheme Parse(string text) => SchemeText.Parse(text);

    /// <summary>The module after a linear map, or null.</summary>
    public NormLayer? Activation(int channels, Activation activation) =>
        Norms.Select(n => n.Activation(channels, activation)).FirstOrDefault(m => m is not null);

    /// <summary>The weight map; the plain one if no method acts on weights.</summary>
    public WeightMap Weight(Shape shape, Init init) =>
        Norms.Select(n => n.Weight(shape, init)).FirstOrDefault(m => m is not null) ?? new PlainWeight(shape, init);

    /// <summary>The hooks to run after each optimizer step.</summary>
    public IReadOnlyList<StepHook> AfterStep(Network network) =>
        [.. Norms.Select(n => n.AfterStep(network)).OfType<StepHook>()];

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

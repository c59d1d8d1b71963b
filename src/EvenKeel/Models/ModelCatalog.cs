using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace EvenKeel.Models;

/// <summary>What a model is built from.</summary>
/// <param name="Image">Shape of one image [1,H,W,C].</param>
/// <param name="Classes">Outputs.</param>
/// <param name="Scheme">Normalization scheme.</param>
/// <param name="Width">Factor on every hidden width; 1 is the published network.</param>
/// <param name="Init">Starting weights, by name (see <see cref="Modules.Init.Named"/>).</param>
public sealed record ModelSpec(Shape Image, int Classes, Scheme Scheme, double Width = 1, string Init = "he")
{
    /// <summary>A hidden width times the factor, at least 1.</summary>
    public int Scaled(int width) => Math.Max(1, (int)Math.Round(width * Width, MidpointRounding.AwayFromZero));

    /// <summary>Refuses images that a model cannot halve as often as it does.</summary>
    /// <param name="model">Name of the model.</param>
    /// <param name="side">Least height and width, in pixels.</param>
    /// <exception cref="UserException">The images are smaller.</exception>
    internal void RequireSide(string model, int side)
    {
        if (Image[1] < side || Image[2] < side)
            throw new UserException($"{model} halves the image and needs at least {side}x{side} pixels; the data has {Image[1]}x{Image[2]}.");
    }
}

/// <summary>A network that can be asked for by name: one file and one line in <see cref="All"/>.</summary>
/// <param name="Name">Name in specs and on the command line; where the letter N stands in it, a number is given, as in
/// <c>mlp-3</c> for <c>mlp-N</c>.</param>
/// <param name="Description">One line: what it is and where it comes from.</param>
/// <param name="Build">Makes the modules.</param>
public sealed record ModelCatalog(string Name, string Description, Func<ModelSpec, Module> Build)
{
    private const char NumberSign = 'N';

    /// <summary>Shape of one image [1,H,W,C] on which it is timed: the size of its data set, CIFAR's unless it says
    /// otherwise.</summary>
    public Shape Image { get; init; } = new(1, 32, 32, 3);

    /// <summary>Classes with which it is timed.</summary>
    public int Classes { get; init; } = 10;

    private Func<int, Func<ModelSpec, Module>>? _ofNumber;
    private int _largest;

    /// <summary>Every network.</summary>
    public static IReadOnlyList<ModelCatalog> All { get; } =
    [
        .. ConvPoolCnnC.Entries,
        .. FashionCnn.Entries,
        .. Mlp.Entries,
        .. CifarResNet.Entries,
        .. ImageNetResNet.Entries,
        Vgg11.Entry,
    ];

    /// <summary>The network of a name.</summary>
    /// <exception cref="UserException">It does not exist; the message lists those that do.</exception>
    public static ModelCatalog Find(string name) =>
        All.FirstOrDefault(m => m.Name == name) ?? All.Select(m => m.Numbered(name)).FirstOrDefault(m => m is not null)
        ?? throw new UserException($"Model '{name}' does not exist: {NearestName.Expected(name, All.Select(m => m.Name))}");

    /// <summary>Networks that differ in one number, from 1 to a largest.</summary>
    internal static ModelCatalog Family(
        string name, string description, int largest, Func<ModelSpec, int, Module> build) => new(
            name, description,
            _ => throw new UserException($"Model {name} needs a number for the N, from 1 to {largest}: such as {name.Replace(NumberSign, '3')}."))
        {
            _largest = largest,
            _ofNumber = number => spec => build(spec, number),
        };

    // The member of a family, or null if the name is not of this family.
    private ModelCatalog? Numbered(string name)
    {
        var at = Name.IndexOf(NumberSign, StringComparison.Ordinal);
        if (_ofNumber is null || name.Length < Name.Length || !name.StartsWith(Name[..at], StringComparison.Ordinal)
            || !name.EndsWith(Name[(at + 1)..], StringComparison.Ordinal)) return null;
        var digits = name[at..^(Name.Length - at - 1)];
        if (!digits.All(char.IsAsciiDigit)) return null;
        if (!int.TryParse(digits, out var number) || number < 1 || number > _largest)
            throw new UserException($"Model '{name}' does not exist: expected {Name} with a number from 1 to {_largest}.");
        return this with { Name = name, Build = _ofNumber(number), _ofNumber = null };
    }
}

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
}

/// <summary>A network that can be asked for by name: one file and one line in <see cref="All"/>.</summary>
/// <param name="Name">Name in specs and on the command line.</param>
/// <param name="Description">One line: what it is and where it comes from.</param>
/// <param name="Build">Makes the modules.</param>
public sealed record ModelCatalog(string Name, string Description, Func<ModelSpec, Module> Build)
{
    /// <summary>Every network.</summary>
    public static IReadOnlyList<ModelCatalog> All { get; } =
    [
        ConvPoolCnnC.Entry,
    ];

    /// <summary>The network of a name.</summary>
    /// <exception cref="UserException">It does not exist; the message lists those that do.</exception>
    public static ModelCatalog Find(string name) => All.FirstOrDefault(m => m.Name == name)
        ?? throw new UserException($"Model '{name}' does not exist: {NearestName.Expected(name, All.Select(m => m.Name))}");
}

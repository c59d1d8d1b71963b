using EvenKeel.Data;
using EvenKeel.Models;
using EvenKeel.Norms;

namespace EvenKeel.Training;

/// <summary>Finds mistakes in a spec that need neither data nor network, so that a comparison of many runs does not
/// fail at its last one.</summary>
internal static class SpecCheck
{
    /// <summary>Looks up every name and parses every text.</summary>
    /// <exception cref="UserException">The first mistake.</exception>
    public static void Check(RunSpec spec)
    {
        Scheme.Parse(spec.Scheme);
        ModelCatalog.Find(spec.Model);
        DataSource.Find(spec.Data);
        Preprocessing.Find(spec.Preprocess);
        Augmentations.Find(spec.Augment);
        SpecParts.Schedule(spec.Schedule);
        if (spec.Epochs < 1) throw new UserException($"Epochs is {spec.Epochs}: expected 1 or more.");
        if (spec.Diagnostics < 0)
            throw new UserException($"Diagnostics is {spec.Diagnostics}: expected a number of moments, such as 20, or 0 for none.");
        if (!(spec.Width > 0)) throw new UserException($"Width is {spec.Width}: expected a factor above 0, such as 0.25.");
    }
}

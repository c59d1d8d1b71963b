using EvenKeel.Training;

namespace EvenKeel.Lab.Studies;

/// <summary>A study at one size and in one reading, with every run it consists of.</summary>
internal sealed record StudyPlan
{
    /// <summary>The study.</summary>
    public required StudySpec Study { get; init; }

    /// <summary>Its size; null when the study has no profiles.</summary>
    public StudyProfile? Profile { get; init; }

    /// <summary>Its reading; null when the study has no variants.</summary>
    public StudyVariant? Variant { get; init; }

    /// <summary>The seeds, the same ones for every scheme.</summary>
    public required IReadOnlyList<ulong> Seeds { get; init; }

    /// <summary>The runs: all schemes with the first seed, then all with the next.</summary>
    public required IReadOnlyList<RunSpec> Runs { get; init; }

    /// <summary>What is smaller than it should be for a sound answer; null when nothing is.</summary>
    public string? Reduced { get; init; }

    /// <summary>The command that makes the same runs and report again; null when it is not known.</summary>
    public string? Command { get; init; }

    /// <summary>Name of the report's folder within the study's.</summary>
    public string ReportName => string.Join('-', Parts("report"));

    /// <summary>Plans a study.</summary>
    /// <param name="study">The study.</param>
    /// <param name="profile">Name of a profile; null for the first.</param>
    /// <param name="variant">Name of a variant; null for the first.</param>
    /// <param name="seeds">Seeds in place of the planned ones; null for those.</param>
    /// <param name="command">Command that makes the same plan again; null for <c>evenkeel study run …</c>.</param>
    /// <exception cref="UserException">A name is unknown.</exception>
    public static StudyPlan Make(
        StudySpec study, string? profile = null, string? variant = null, IReadOnlyList<ulong>? seeds = null,
        string? command = null)
    {
        StudyProfile? size = Pick(study.Profiles, profile, item => item.Name, "profile", study.Name);
        StudyVariant? reading = Pick(study.Variants, variant, item => item.Name, "variant", study.Name);
        IReadOnlyList<ulong> used = seeds is { Count: > 0 } ? seeds : size?.Seeds ?? study.Seeds;

        RunSpec common = SpecChange.Apply(study.Base, reading?.Change, $"variant {reading?.Name}");
        common = SpecChange.Apply(common, size?.Change, $"profile {size?.Name}");
        List<RunSpec> runs = [];
        foreach (ulong seed in used.Distinct())
        {
            foreach (StudyScheme scheme in study.Schemes)
            {
                RunSpec own = SpecChange.Apply(common, scheme.Change, $"scheme {scheme.Scheme}");
                runs.Add(own with { Scheme = scheme.Scheme, Seed = seed });
            }
        }

        StudyPlan plan = new()
        {
            Study = study,
            Profile = size,
            Variant = reading,
            Reduced = size?.Reduced,
            Seeds = [.. used.Distinct()],
            Runs = runs,
        };
        return plan with { Command = command ?? plan.StudyCommand(seeds is { Count: > 0 }) };
    }

    /// <summary>The folder that holds the folders of the runs and of the reports.</summary>
    /// <param name="root">Folder of all studies, such as <c>runs</c>.</param>
    public string StudyFolder(string root) => Path.Combine(root, RunFolder.Safe(Study.Name));

    private static T? Pick<T>(
        IReadOnlyList<T> items, string? name, Func<T, string> nameOf, string what, string study)
        where T : class
    {
        if (name is null)
            return items.Count > 0 ? items[0] : null;
        string[] names = [.. items.Select(nameOf)];
        int at = Array.IndexOf(names, name);
        if (at >= 0)
            return items[at];
        string known = names.Length == 0 ? "It has none" : $"It has: {string.Join(", ", names)}";
        throw new UserException($"The study {study} has no {what} {name}. {known}.");
    }

    private IEnumerable<string> Parts(string first)
    {
        yield return first;
        if (Profile is not null)
            yield return Profile.Name;
        if (Variant is not null && Variant != Study.Variants[0])
            yield return Variant.Name;
    }

    private string StudyCommand(bool ownSeeds)
    {
        string command = $"evenkeel study run {Study.Name}";
        if (Profile is not null)
            command += $" --profile {Profile.Name}";
        if (Variant is not null)
            command += $" --variant {Variant.Name}";
        if (ownSeeds)
            command += $" --seeds {string.Join(',', Seeds)}";
        return command;
    }
}

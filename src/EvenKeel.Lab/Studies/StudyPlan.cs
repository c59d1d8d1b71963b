using EvenKeel.Training;

namespace EvenKeel.Lab.Studies;

/// <summary>A study at one size and in one reading, with every run it consists of.</summary>
internal sealed record StudyPlan
{
    /// <summary>The study.</summary>
    public required StudySpec Study { get; init; }

    /// <summary>Its size; null when the study has no profiles.</summary>
    public StudyProfile? Profile { get; init; }

    /// <summary>Its readings; several make the variant an axis, none is for a study without variants.</summary>
    public IReadOnlyList<StudyVariant> Variants { get; init; } = [];

    /// <summary>Its reading; null when the study has none, or the plan several.</summary>
    public StudyVariant? Variant => Variants.Count == 1 ? Variants[0] : null;

    /// <summary>The axes of the plan, the variant among them where there are several.</summary>
    public IReadOnlyList<StudyAxis> Axes { get; init; } = [];

    /// <summary>Which values of axes were asked for, such as <c>depth=1,5</c>; empty for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>The seeds, the same ones for every scheme.</summary>
    public required IReadOnlyList<ulong> Seeds { get; init; }

    /// <summary>The runs in the order of training, each with its scheme and setting.</summary>
    public required IReadOnlyList<PlannedRun> Planned { get; init; }

    /// <summary>The runs: all schemes with the first seed, then all with the next.</summary>
    public IReadOnlyList<RunSpec> Runs => [.. Planned.Select(run => run.Spec)];

    /// <summary>The settings that occur, in order.</summary>
    public IReadOnlyList<Setting> Settings => [.. Planned.Select(run => run.Setting).Distinct()];

    /// <summary>What is smaller than it should be for a sound answer; null when nothing is.</summary>
    public string? Reduced { get; init; }

    /// <summary>Which part of the study this is, where only some of its settings were chosen; null for all of it. Its runs
    /// are no smaller for that.</summary>
    public string? Part { get; init; }

    /// <summary>What keeps a plan from being the whole study, each with its name; the gravest first.</summary>
    public IEnumerable<(string Name, string Text)> Limits
    {
        get
        {
            if (Reduced is not null)
                yield return (nameof(Reduced), Reduced);
            if (Part is not null)
                yield return (nameof(Part), Part);
        }
    }

    /// <summary>The command that makes the same runs and report again; null when it is not known.</summary>
    public string? Command { get; init; }

    /// <summary>Start of the name of a report's folder.</summary>
    public const string ReportPrefix = "report";

    /// <summary>Name of the report's folder within the study's.</summary>
    public string ReportName => string.Join('-', Parts(ReportPrefix));

    /// <summary>Plans a study.</summary>
    /// <param name="study">The study.</param>
    /// <param name="profile">Name of a profile; null for the first.</param>
    /// <param name="variant">Names of variants, separated by commas, or <c>all</c>; null for the profile's, or the
    /// first.</param>
    /// <param name="seeds">Seeds in place of the planned ones; null for those.</param>
    /// <param name="command">Command that makes the same plan again; null for <c>evenkeel study run …</c>.</param>
    /// <param name="only">Values of axes to keep, such as <c>depth=1,5</c>; null for all.</param>
    /// <exception cref="UserException">A name is unknown.</exception>
    public static StudyPlan Make(
        StudySpec study, string? profile = null, string? variant = null, IReadOnlyList<ulong>? seeds = null,
        string? command = null, IReadOnlyList<string>? only = null)
    {
        StudyProfile? size = Pick(study.Profiles, profile, item => item.Name, "profile", study.Name);
        IReadOnlyList<string>? names = variant is null ? size?.Variants
            : variant == "all" ? [.. study.Variants.Select(item => item.Name)]
            : variant.Split(',', StringSplitOptions.TrimEntries);
        IReadOnlyList<StudyVariant> readings = names is not null
            ? [.. names.Distinct(StringComparer.Ordinal).Select(name => Pick(study.Variants, name, item => item.Name, "variant", study.Name)!)]
            : [.. study.Variants.Take(1)];
        ulong[] used = [.. (seeds is { Count: > 0 } ? seeds : size?.Seeds ?? study.Seeds).Distinct()];
        StudyExpansion expansion = new(study, size, readings, only);
        IReadOnlyList<PlannedRun> runs = expansion.Runs(used);
        if (runs.Count == 0)
            throw new UserException($"The study {study.Name} has no runs in this profile and variant: its rules leave all out.");
        StudyPlan plan = new()
        {
            Study = study,
            Profile = size,
            Variants = readings,
            Axes = expansion.Axes(),
            Only = expansion.Only.Texts,
            Reduced = size?.Reduced,
            Part = expansion.Only.Words,
            Seeds = used,
            Planned = runs,
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
        bool usual = Profile?.Variants is { } planned
            ? planned.SequenceEqual(Variants.Select(variant => variant.Name), StringComparer.Ordinal)
            : Variants.Count == 0 || (Variants.Count == 1 && Variants[0] == Study.Variants[0]);
        if (!usual)
            yield return string.Join('+', Variants.Select(variant => variant.Name));
        foreach (string choice in Only)
            yield return choice.Replace('=', '-').Replace(',', '+');
    }

    private string StudyCommand(bool ownSeeds)
    {
        string command = $"evenkeel study run {Study.Name}";
        if (Profile is not null)
            command += $" --profile {Profile.Name}";
        if (Variants.Count > 0)
            command += $" --variant {string.Join(',', Variants.Select(variant => variant.Name))}";
        if (ownSeeds)
            command += $" --seeds {string.Join(',', Seeds)}";
        return command + string.Concat(Only.Select(choice => $" --only {choice}"));
    }
}

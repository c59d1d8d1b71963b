using EvenKeel.Training;

namespace EvenKeel.Lab.Studies;

/// <summary>Studies without a file: from options of the command, or from run folders that are already there.</summary>
internal static class AdHocStudy
{
    private static readonly Dictionary<string, string> KnownLabels = new(StringComparer.Ordinal)
    {
        ["none"] = "No normalization",
        ["bn"] = "Batch norm",
        ["mobn"] = "Mean-only batch norm",
        ["wn"] = "Weight norm",
        ["wn+mobn"] = "Weight norm + mean-only BN",
        ["gn"] = "Group norm",
        ["ln"] = "Layer norm",
        ["in"] = "Instance norm",
        ["ws"] = "Weight standardization",
        ["gn+ws"] = "Group norm + weight standardization",
    };

    /// <summary>Name of a scheme for people; a scheme with options keeps its text.</summary>
    public static string LabelOf(string scheme) => KnownLabels.GetValueOrDefault(scheme, scheme);

    /// <summary>A comparison of schemes that differ in nothing else.</summary>
    /// <param name="name">Name of the folder under which the runs lie.</param>
    /// <param name="common">What all runs share.</param>
    /// <param name="schemes">Scheme texts; the first is the one that differences are taken against.</param>
    /// <param name="seeds">Seeds, the same for every scheme.</param>
    /// <param name="command">The command that makes the same comparison again.</param>
    /// <param name="reduced">What is smaller than it should be for a sound answer, if anything.</param>
    public static StudyPlan Compare(
        string name, RunSpec common, IReadOnlyList<string> schemes, IReadOnlyList<ulong> seeds, string? command,
        string? reduced = null)
    {
        StudySpec study = new()
        {
            Name = name,
            Title = $"{common.Model} on {common.Data}: {schemes.Count} normalization schemes",
            Question = $"Which of {string.Join(", ", schemes)} trains {common.Model} best on {common.Data}, "
                + "everything else being equal?",
            Base = common,
            Schemes = [.. schemes.Select(scheme => new StudyScheme { Scheme = scheme, Label = LabelOf(scheme) })],
            Seeds = seeds,
        };
        return StudyPlan.Make(StudyCheck.Checked(study, "The comparison")) with
        {
            Command = command,
            Reduced = reduced,
        };
    }

    /// <summary>
    /// A study of the runs that lie in a folder, for a report on them. Only runs that differ in scheme and seed alone
    /// can be compared, so of several settings the one with the most runs is taken, and the question says so.
    /// </summary>
    /// <param name="studyFolder">Folder that holds run folders.</param>
    /// <exception cref="UserException">It holds none.</exception>
    public static StudyPlan FromRuns(string studyFolder)
    {
        RunSpec[] all = [.. RunFolder.All(studyFolder).Select(folder => folder.Read()!.Spec)];
        if (all.Length == 0)
            throw new UserException($"{studyFolder} holds no runs: a run is a folder with a run.json.");

        RunSpec[] specs = [.. all.GroupBy(spec => (spec with { Scheme = "", Seed = 0 }).Hash, StringComparer.Ordinal)
            .OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key, StringComparer.Ordinal)
            .First()];
        int others = all.Length - specs.Length;
        StudyScheme[] schemes = [.. specs.Select(spec => spec.Scheme).Distinct(StringComparer.Ordinal)
            .Select(scheme => new StudyScheme { Scheme = scheme, Label = LabelOf(scheme) })];
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(studyFolder)));
        return new StudyPlan
        {
            Study = new StudySpec
            {
                Name = name,
                Title = $"{specs[0].Model} on {specs[0].Data}: the runs in {name}",
                Question = others == 0 ? "" : $"Left out: {others} more run{(others == 1 ? "" : "s")} with other settings.",
                Base = specs[0],
                Schemes = schemes,
            },
            Seeds = [.. specs.Select(spec => spec.Seed).Distinct().Order()],
            Planned = [.. specs.Select(spec => new PlannedRun(
                spec, schemes.First(scheme => scheme.Scheme == spec.Scheme), Setting.Only))],
        };
    }
}

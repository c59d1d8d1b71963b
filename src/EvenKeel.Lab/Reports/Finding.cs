using EvenKeel.Training;

namespace EvenKeel.Lab.Reports;

/// <summary>The result of a study in a sentence or two, as plain text; claims no more than the seeds carry.</summary>
internal static class Finding
{
    /// <summary>The sentences.</summary>
    public static string Of(StudyData data) =>
        (data.Settings.Count == 1 ? One(data.Settings[0]) : Several(data)) + Missing(data);

    private static string One(ReportData data)
    {
        SchemeResult[] ranked = Ranked(data);
        if (ranked.Length == 0)
            return "No run has finished yet; what follows is how far they have come.";

        SchemeResult lowest = ranked[0];
        if (ranked.Length > 1 && lowest.Last!.Mean == ranked[^1].Last!.Mean)
            return $"All {ranked.Length} schemes have the same {data.Metric.LowerName} after the last epoch, {Show.Interval(lowest.Last, 2)}%.";
        string text = $"{lowest.Scheme} has the lowest {data.Metric.LowerName} after the last epoch, {Show.Interval(lowest.Last, 2)}%";
        if (ranked.Length > 1)
            text += $"; {ranked[^1].Scheme} has the highest, {Show.Interval(ranked[^1].Last, 2)}%";
        text += ".";
        if (lowest.Difference is { HalfWidth: { } half } difference)
        {
            string verdict = Math.Abs(difference.Mean) > half ? "beyond chance at 95%" : "not beyond chance at 95%";
            text += $" Against {data.Schemes[0].Scheme}, seed by seed, that is {Show.Difference(difference, 2)} points: {verdict}.";
        }
        else if (data.Plan.Seeds.Count == 1 && ranked.Length > 1)
        {
            text += " With one seed, small differences may be chance.";
        }

        return text;
    }

    private static string Several(StudyData data)
    {
        string[] lowest = [.. data.Settings.Select(Ranked).Where(ranked => ranked.Length > 1).Select(ranked => ranked[0].Scheme)];
        if (lowest.Length == 0)
            return "No setting has two finished schemes yet; what follows is how far they have come.";
        string counts = string.Join(", ", lowest.CountBy(scheme => scheme, StringComparer.Ordinal)
            .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"{pair.Key} in {pair.Value}"));
        string seeds = data.Plan.Seeds.Count == 1 ? " With one seed, small differences may be chance." : "";
        return $"Of {lowest.Length} settings, the lowest mean {data.Metric.LowerName} has {counts}.{seeds}";
    }

    private static SchemeResult[] Ranked(ReportData data) => [.. data.Schemes
        .Where(scheme => scheme is { Last: not null, Provisional: false })
        .OrderBy(scheme => scheme.Last!.Mean)
        .ThenBy(scheme => scheme.Index)];

    private static string Missing(StudyData data)
    {
        // Variants may share runs.
        RunData[] runs = [.. data.Runs.DistinctBy(run => run.FolderName)];
        RunData[] missing = [.. runs.Where(run => run.Status != RunStatus.Finished)];
        int restarts = runs.Sum(run => run.Restarts);
        string again = restarts == 0 ? "" : $" {restarts} start{(restarts == 1 ? "" : "s")} diverged and began again from other weights.";
        if (missing.Length == 0)
            return again;
        string states = string.Join(", ", missing.GroupBy(run => run.StatusText, StringComparer.Ordinal)
            .Select(group => $"{group.Count()} {group.Key}"));
        return $"{again} {missing.Length} of {runs.Length} runs did not finish: {states}.";
    }
}

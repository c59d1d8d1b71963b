using EvenKeel.Training;

namespace EvenKeel.Lab.Reports;

/// <summary>The sentences below the table of results: what keeps a reader from reading too much into it.</summary>
internal static class SummaryNotes
{
    /// <summary>All notes, the gravest first.</summary>
    public static IReadOnlyList<string> Of(ReportData data)
    {
        List<string> notes = [.. data.Plan.Limits.Select(limit => $"{limit.Name}: {limit.Text}")];
        notes.AddRange(data.Schemes.Select(Unfinished).OfType<string>());

        notes.AddRange(data.Schemes.Where(scheme => scheme.Restarts > 0).Select(scheme =>
            $"{scheme.Scheme}: started again from other weights {scheme.Restarts} time{(scheme.Restarts == 1 ? "" : "s")} after a divergence; "
            + "the mean is over the runs that survived."));

        int seeds = data.Plan.Seeds.Count;
        notes.Add(seeds == 1
            ? "One seed: there is no interval, and small differences may be chance."
            : $"Means over {seeds} seeds, the same for every scheme, with 95% intervals by Student’s t.");
        if (seeds > 1 && data.Schemes.Any(scheme => scheme.Difference is not null))
        {
            notes.Add(
                $"“vs {data.Schemes[0].Scheme}” is the mean difference between runs of the same seed; "
                + "an interval that excludes zero is beyond chance at 95% for this one comparison.");
        }

        string on = ReferenceEquals(data.Metric, ErrorMetric.Test) ? "the test images" : "the same images";
        notes.Add($"Best is the lowest error of any epoch; as it is picked on {on}, it flatters.");
        notes.AddRange(data.Published.Select(published => published.Note).OfType<string>());
        return notes;
    }

    /// <summary>A sentence about the runs of a scheme that did not finish; null when all did.</summary>
    private static string? Unfinished(SchemeResult scheme)
    {
        string[] parts = [.. scheme.Runs
            .Where(run => run.Status != RunStatus.Finished)
            .Select(run => $"seed {run.Seed} {run.StatusText}"
                + (run.Status is null ? "" : $" after epoch {run.LastEpoch} of {run.Spec.Epochs}")
                + (run.History?.Record.Message is { Length: > 0 } message ? $" ({message.TrimEnd('.')})" : ""))];
        if (parts.Length == 0)
            return null;
        string left = scheme.Finished > 0 ? " The means leave this out." : "";
        return $"{scheme.Scheme}: {string.Join("; ", parts)}.{left}";
    }
}

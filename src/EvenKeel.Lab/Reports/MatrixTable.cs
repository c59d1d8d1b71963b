using EvenKeel.Lab.Studies;

namespace EvenKeel.Lab.Reports;

/// <summary>The overview of a study with several settings: schemes down, the values of one axis across, one table for
/// each combination of the other axes.</summary>
internal static class MatrixTable
{
    /// <summary>The tables; those of a study with one setting are its results whole.</summary>
    public static IReadOnlyList<SummaryTable> Overview(StudyData data)
    {
        if (data.Settings.Count == 1 || data.ChartAxis is not { } axis)
            return [.. data.Settings.Select(SummaryTable.Of)];
        Setting[] groups = [.. data.Settings.Select(setting => setting.Setting.Without(axis.Name)).Distinct()];
        return [.. groups.Select(group => Table(data, axis, group))];
    }

    /// <summary>What a reader of the whole study must know.</summary>
    public static IReadOnlyList<string> Notes(StudyData data)
    {
        IEnumerable<string> all = data.Settings.SelectMany(SummaryNotes.Of).Distinct(StringComparer.Ordinal);
        string[] notes = data.Settings.Count == 1 ? [.. all] : [.. all.Where(note => !note.StartsWith('“'))];
        string[] mark = data.Settings.Count == 1 ? [] : ["* The lowest mean of its column; behind a mean with lost runs stands how many finished."];
        return [.. mark, .. notes, .. data.Agreements.Select(agreement => agreement.Sentence)];
    }

    private static SummaryTable Table(StudyData data, StudyAxis axis, Setting group)
    {
        ReportData[] columns = [.. axis.Values
            .Select(value => data.Settings.FirstOrDefault(
                setting => setting.Setting[axis.Name] == value.Name && setting.Setting.Without(axis.Name).Equals(group)))
            .OfType<ReportData>()];
        double?[] lowest = [.. columns.Select(column => column.Schemes.Min(scheme => scheme.Last?.Mean))];
        List<SummaryRow> rows = [];
        foreach ((int index, StudyScheme scheme) in data.Schemes)
        {
            SchemeResult?[] cells = [.. columns.Select(column => column.Find(scheme.Key))];
            if (cells.All(cell => cell is null))
                continue;
            rows.Add(new SummaryRow(
                index, scheme.Key, scheme.Label,
                [scheme.Key, .. cells.Select((cell, i) => Cell(cell, lowest[i]))],
                IsLowest: false));
        }

        string title = $"{data.Metric.Name}, %, by {axis.Title}" + (group.Key.Length > 0 ? $": {group.Key}" : "");
        return new SummaryTable(
            title,
            [new("Scheme", false), .. columns.Select(column => new SummaryColumn($"{axis.Name} {column.Setting[axis.Name]}", true))],
            rows,
            []);
    }

    // The lowest of a column has a mark that survives plain text.
    private static string Cell(SchemeResult? cell, double? lowest) => cell switch
    {
        null => "",
        { Last: { } last } => Show.Interval(last, 2) + (last.Mean == lowest ? " *" : "") + (cell.Provisional ? " so far" : "")
            + (cell.Finished < cell.Runs.Count && !cell.Provisional ? $" ({cell.Finished}/{cell.Runs.Count})" : ""),
        _ when cell.Diverged > 0 => "diverged",
        _ when cell.Runs.All(run => run.Status is null) => "not run",
        _ => "not yet",
    };
}

using EvenKeel.Lab.Statistics;
using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Lab.Reports;

/// <summary>A column of a table.</summary>
/// <param name="Header">Its heading.</param>
/// <param name="Numeric">Whether it is set flush right.</param>
internal sealed record SummaryColumn(string Header, bool Numeric);

/// <summary>A row of a table.</summary>
/// <param name="Index">Place of the scheme in the study.</param>
/// <param name="Scheme">Name of the scheme, the first cell.</param>
/// <param name="Label">Its name for people.</param>
/// <param name="Cells">One text for each column, the scheme's among them.</param>
/// <param name="IsLowest">Whether the scheme has the lowest mean error.</param>
internal sealed record SummaryRow(int Index, string Scheme, string Label, IReadOnlyList<string> Cells, bool IsLowest);

/// <summary>The result of a study as a plain table, for the terminal and the report alike.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Columns">Columns.</param>
/// <param name="Rows">Rows, in the order of the study.</param>
/// <param name="Notes">What a reader must know, a sentence or two each.</param>
internal sealed record SummaryTable(
    string Title, IReadOnlyList<SummaryColumn> Columns, IReadOnlyList<SummaryRow> Rows, IReadOnlyList<string> Notes)
{
    /// <summary>The table of a report's data.</summary>
    public static SummaryTable Of(ReportData data)
    {
        List<(SummaryColumn Column, Func<SchemeResult, string> Cell)> columns =
        [
            (new("Scheme", false), scheme => scheme.Scheme),
            (new($"{data.Metric.Name}, %", true), LastCell),
            (new("Best, %", true), scheme => Show.Interval(scheme.Best, 2)),
        ];
        if (data.Published.Any(figures => figures.Metric == PublishedMetric.TestAccuracy))
            columns.Add((new("Accuracy, %", true), scheme => Show.Interval(Complement(scheme.Last), 2)));
        if (data.Published.Any(figures => figures.Metric == PublishedMetric.TestLoss))
            columns.Add((new("Loss, nats", true), scheme => Show.Interval(scheme.LastLoss, 3)));
        if (data.Schemes.Count > 1 && data.Schemes.Any(scheme => scheme.Difference is not null))
        {
            columns.Add((
                new($"vs {data.Schemes[0].Scheme}", true),
                scheme => scheme == data.Schemes[0] ? "" : Show.Difference(scheme.Difference, 2)));
        }

        foreach (PublishedFigures published in data.Published)
        {
            columns.Add((
                new($"{published.Label}, {published.Unit}", true),
                scheme => published.Values.TryGetValue(scheme.Scheme, out double value)
                    ? PublishedText(published.Metric, value)
                    : Show.Nothing));
        }

        columns.Add((new("s/epoch", true), scheme => Measured(scheme.EpochSeconds)));
        columns.Add((new("Images/s", true), scheme => Measured(scheme.ImagesPerSecond)));
        columns.Add((new("Parameters", true), scheme => scheme.Parameters is { } count ? Show.Count(count) : Show.Nothing));
        columns.Add((new("Runs", true), RunsCell));
        if (data.Schemes.Any(scheme => scheme.Restarts > 0))
            columns.Add((new("Restarts", true), scheme => Show.Count(scheme.Restarts)));

        double? lowest = data.Schemes.Where(scheme => !scheme.Provisional).Min(scheme => scheme.Last?.Mean);
        return new SummaryTable(
            $"{data.Metric.Name} after {data.Epochs} epoch{(data.Epochs == 1 ? "" : "s")}" + (data.Number == 0 ? "" : $", {data.Setting.Key}"),
            [.. columns.Select(column => column.Column)],
            [.. data.Schemes.Select(scheme => new SummaryRow(
                scheme.Index,
                scheme.Scheme,
                scheme.Label,
                [.. columns.Select(column => column.Cell(scheme))],
                lowest is not null && !scheme.Provisional && scheme.Last?.Mean == lowest))],
            SummaryNotes.Of(data));
    }

    /// <summary>A published figure with the decimals it is usually printed with.</summary>
    public static string PublishedText(PublishedMetric metric, double value) => Show.Number(value, metric switch
    {
        PublishedMetric.RunTime or PublishedMetric.EpochTime => 1,
        PublishedMetric.TestLoss => 3,
        _ => 2,
    });

    /// <summary>Accuracy from an error in percent.</summary>
    public static Estimate? Complement(Estimate? error) => error is null ? null : error with { Mean = 100 - error.Mean };

    private static string LastCell(SchemeResult scheme)
    {
        if (scheme.Last is not null)
            return Show.Interval(scheme.Last, 2) + (scheme.Provisional ? " so far" : "");
        if (scheme.Runs.Any(run => run.Status == RunStatus.Diverged))
            return "diverged";
        return scheme.Runs.All(run => run.Status is null) ? "not run" : "not yet";
    }

    private static string RunsCell(SchemeResult scheme) => scheme.Finished == scheme.Runs.Count
        ? $"{scheme.Finished}"
        : $"{scheme.Finished} of {scheme.Runs.Count}";

    private static string Measured(double? value) => value is { } number ? Show.Rough(number) : Show.Nothing;
}

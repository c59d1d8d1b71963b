using EvenKeel.Training.Diagnostics;

namespace EvenKeel.Lab.Reports.Inside;

/// <summary>Schemes at their last moments as a table, a line each.</summary>
internal static class InsideTable
{
    private static readonly (string Header, Func<InsideSummary, double?> Of, Func<double, string> Text)[] Columns =
    [
        ("Eff. step", summary => summary.EffectiveStep, Show.Scientific),
        ("‖v‖", summary => summary.WeightNorm, Show.Rough),
        ("‖∇v‖", summary => summary.GradientNorm, Show.Scientific),
        ("Dead, %", summary => 100 * summary.Dead, value => Show.Number(value, 1)),
        ("Gap", summary => summary.Gap, value => Show.Number(value, 4)),
        ("Means off", summary => summary.MeanDistance, value => Show.Number(value, 3)),
        ("Vars off", summary => summary.VarianceDistance, value => Show.Number(value, 3)),
    ];

    private static readonly string[] Notes =
    [
        "At the last moment measured; medians over the layers, means over the seeds. Eff. step is the",
        "learning rate over ‖v‖², v the stored weight; ‖∇v‖ its gradient; dead units are above zero nowhere",
        "on the batch; gap is the loss with running less that with batch statistics, in nats; means and",
        "variances off: running from batch ones, in batch deviations and as the logarithm of their ratio.",
    ];

    /// <summary>The table of a setting; null when nothing was measured.</summary>
    public static SummaryTable? Of(ReportData data) => Of(
        $"Inside the networks{(data.Number == 0 ? "" : $", {data.Setting.Key}")}",
        [.. data.Schemes.Select(scheme => (
            scheme.Index, scheme.Scheme, scheme.Label,
            scheme.Runs.Select(run => run.Diagnostics.LastOrDefault()).OfType<DiagnosticRecord>()))]);

    /// <summary>The table of schemes with the last moments of their runs; null when there are none.</summary>
    public static SummaryTable? Of(
        string title, IReadOnlyList<(int Index, string Scheme, string Label, IEnumerable<DiagnosticRecord> Last)> schemes)
    {
        var measured = schemes
            .Select(scheme => (scheme.Index, scheme.Scheme, scheme.Label, Runs: scheme.Last.Select(InsideSummary.Of).ToArray()))
            .Where(scheme => scheme.Runs.Length > 0).ToArray();
        if (measured.Length == 0)
            return null;
        return new SummaryTable(
            title,
            [new SummaryColumn("Scheme", false), .. Columns.Select(column => new SummaryColumn(column.Header, true))],
            [.. measured.Select(scheme => new SummaryRow(
                scheme.Index, scheme.Scheme, scheme.Label,
                [scheme.Scheme, .. Columns.Select(column => Cell(scheme.Runs.Select(column.Of), column.Text))],
                IsLowest: false))],
            Notes);
    }

    private static string Cell(IEnumerable<double?> values, Func<double, string> text)
    {
        double[] known = [.. values.OfType<double>()];
        return known.Length == 0 ? Show.Nothing : text(known.Average());
    }
}

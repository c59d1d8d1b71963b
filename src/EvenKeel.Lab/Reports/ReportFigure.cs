using EvenKeel.Lab.Reports.Inside;
using EvenKeel.Lab.Studies;

namespace EvenKeel.Lab.Reports;

/// <summary>A figure of a report.</summary>
/// <param name="Id">Its identifier in the page, which also names its files.</param>
/// <param name="Title">Its title.</param>
/// <param name="Caption">What it shows, a sentence or two.</param>
/// <param name="Warning">What must not be overlooked; empty for nothing.</param>
/// <param name="Chart">The drawing; null when there is nothing to draw yet.</param>
/// <param name="Setting">Place of its setting in the plan, from 1; 0 for a figure of the whole study.</param>
internal sealed record ReportFigure(string Id, string Title, string Caption, string Warning, IChart? Chart, int Setting)
{
    /// <summary>Whether it shows the inside of networks, which has a section of its own.</summary>
    public bool IsInside { get; init; }

    /// <summary>All figures: of the whole study first, then setting by setting.</summary>
    public static IReadOnlyList<ReportFigure> All(StudyData data) =>
    [
        .. data.Plan.Study.Figures.SelectMany(figure => AxisFigures.Of(data, figure)),
        .. data.Settings.SelectMany(PublishedFigure),
        .. data.Settings.SelectMany(setting => data.Plan.Study.Figures.SelectMany(figure => SettingFigures.Of(setting, figure))),
        .. data.Settings.SelectMany(InsideFigures.Of),
    ];

    /// <summary>The warning of a figure from reduced runs.</summary>
    public static string ReducedWarning(StudyPlan plan) => plan.Reduced is null ? "" : "Reduced runs.";

    /// <summary>Writes the drawing as SVG and PNG; nothing when there is none.</summary>
    /// <param name="folder">Folder of the figures.</param>
    /// <exception cref="UserException">It cannot be written.</exception>
    public void Save(string folder)
    {
        if (Chart is null)
            return;
        FigureFile file = FigureFile.Of(Chart.DrawWide(), Title);
        WholeFile.Write(Path.Combine(folder, $"{Id}.svg"), file.Svg, durable: false);
        WholeFile.Write(Path.Combine(folder, $"{Id}.png"), file.WritePng, durable: false);
    }

    private static IEnumerable<ReportFigure> PublishedFigure(ReportData data)
    {
        PublishedFigures[] errors = [.. data.Published.Select(PublishedChart.AsError).OfType<PublishedFigures>()];
        if (errors.Length == 0)
            yield break;
        string measured = data.Plan.Reduced is null ? "Measured" : "Measured, reduced runs";
        string interval = data.Schemes.Any(scheme => scheme.Last?.HalfWidth is not null) ? " The bar is the 95% interval." : "";
        yield return new ReportFigure(
            $"{data.Prefix}published",
            "Measured beside published" + (data.Number == 0 ? "" : $", {data.Setting.Key}"),
            $"{data.Metric.Name} after the last epoch.{interval}",
            data.Plan.Reduced is null ? "" : "The measured runs are reduced, the published ones are not: compare the order, not the height.",
            new PublishedChart(data.Schemes, errors, measured),
            data.Number);
    }
}

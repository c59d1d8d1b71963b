using System.Globalization;
using System.Text;

namespace EvenKeel.Lab.Reports;

/// <summary>The figures of a report as parts of its page, each with its title, its caption and the values for reading
/// off.</summary>
internal static class ChartSection
{
    /// <summary>Writes the buttons that hide or show schemes in all charts.</summary>
    public static void WriteLegend(StringBuilder html, StudyData data)
    {
        html.Append("<div class=\"legend\" role=\"group\" aria-label=\"Show or hide schemes\">\n");
        foreach ((int index, Studies.StudyScheme scheme) in data.Schemes)
        {
            html.Append($"<button type=\"button\" class=\"s{index}\" data-scheme=\"{index}\" "
                + $"aria-pressed=\"true\"><i></i><b>{Show.Escape(scheme.Key)}</b>"
                + (scheme.Label == scheme.Key ? "" : $" <span>{Show.Escape(scheme.Label)}</span>")
                + "</button>\n");
        }

        html.Append("</div>\n");
    }

    /// <summary>Writes figures side by side.</summary>
    public static void WriteAll(StringBuilder html, IEnumerable<ReportFigure> figures)
    {
        html.Append("<div class=\"charts\">\n");
        foreach (ReportFigure figure in figures)
            Write(html, figure);
        html.Append("</div>\n");
    }

    /// <summary>Writes a figure.</summary>
    public static void Write(StringBuilder html, ReportFigure figure)
    {
        if (figure.Chart is null)
        {
            html.Append($"<figure><h3>{Show.Escape(figure.Title)}</h3><p class=\"empty\">Not measured yet.</p></figure>\n");
            return;
        }

        string wide = figure.Chart is PublishedChart ? " class=\"full\"" : "";
        html.Append($"<figure id=\"chart-{figure.Id}\"{wide}><h3>{Show.Escape(figure.Title)}</h3>\n{figure.Chart.Draw()}");
        html.Append($"<figcaption>{Show.Escape(figure.Caption)}");
        if (figure.Warning.Length > 0)
            html.Append($" <em>{Show.Escape(figure.Warning)}</em>");
        html.Append("</figcaption>\n");
        if (figure.Chart is LineChart lines)
            WriteValues(html, lines);
        html.Append("</figure>\n");
    }

    // The values behind the lines, for the read-out; the page works without them.
    private static void WriteValues(StringBuilder html, LineChart chart)
    {
        string names = chart.TickNames is { } ticks
            ? $",\"names\":[{string.Join(',', ticks.Select(tick => $"\"{Show.Escape(tick)}\""))}]"
            : "";
        html.Append($"<script type=\"application/json\" data-values=\"{chart.Id}\">{{\"x\":\"{Show.Escape(chart.XTitle)}\"{names},\"series\":[");
        html.Append(string.Join(',', chart.Series.Where(series => series.Curve.Count > 0).Select(series =>
            $"{{\"i\":{series.Index},\"x\":[{Numbers(series.Curve.X)}],\"y\":[{Numbers(series.Curve.Mean)}]}}")));
        html.Append("]}</script>\n");
    }

    private static string Numbers(double[] values) => string.Join(
        ',', values.Select(value => value.ToString("G5", CultureInfo.InvariantCulture)));
}

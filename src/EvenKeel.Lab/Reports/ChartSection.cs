using System.Globalization;
using System.Text;
using System.Text.Json;

namespace EvenKeel.Lab.Reports;

/// <summary>The figures of a report as parts of its page, each with its title, its caption and the values for reading
/// off.</summary>
internal static class ChartSection
{
    // With more schemes the buttons have short names only, or they would fill the screen.
    private const int MostLongNames = 6;

    // Windows that the reader may smooth over, in epochs.
    private static readonly int[] Windows = [3, 5, 11, 21, 51];

    /// <summary>Writes what acts on all charts: the buttons that hide or show schemes, and the choice of smoothing.</summary>
    public static void WriteLegend(StringBuilder html, StudyData data)
    {
        string many = data.Schemes.Count > MostLongNames ? " many" : "";
        html.Append($"<div class=\"legend{many}\" role=\"group\" aria-label=\"Show or hide schemes\">\n");
        foreach ((int index, Studies.StudyScheme scheme) in data.Schemes)
        {
            html.Append($"<button type=\"button\" class=\"s{index}\" data-scheme=\"{index}\" "
                + $"aria-pressed=\"true\"><i></i><b>{Show.Escape(scheme.Key)}</b>"
                + (scheme.Label == scheme.Key ? "" : $" <span>{Show.Escape(scheme.Label)}</span>")
                + "</button>\n");
        }

        WriteSmoothing(html, data.Settings.Max(setting => setting.Runs.Max(run => run.LastEpoch)));
        html.Append("</div>\n");
    }

    /// <summary>Writes figures side by side.</summary>
    public static void WriteAll(StringBuilder html, IReadOnlyCollection<ReportFigure> figures)
    {
        if (figures.Count == 0)
            return;
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

    // Smoothing takes a script, which brings it into view, and more epochs than the smallest window.
    private static void WriteSmoothing(StringBuilder html, int epochs)
    {
        int[] windows = [.. Windows.Where(window => window < epochs)];
        if (windows.Length == 0)
            return;
        html.Append("<label class=\"smoothing\" hidden>Smoothing <select autocomplete=\"off\"><option value=\"1\">as measured</option>");
        foreach (int window in windows)
            html.Append($"<option value=\"{window}\">mean of {window} epochs</option>");
        html.Append("</select></label>\n");
    }

    // The values behind the lines, for reading off, zoom and smoothing; the page works without them.
    private static void WriteValues(StringBuilder html, LineChart chart)
    {
        string names = chart.TickNames is { } ticks ? $",\"names\":[{string.Join(',', ticks.Select(Quoted))}]" : "";
        string smoothed = chart.Series.Any(series => series.Behind is not null) ? ",\"smoothed\":true" : "";
        html.Append($"<script type=\"application/json\" data-values=\"{chart.Id}\">{{\"x\":{Quoted(chart.XTitle)},")
            .Append($"\"whole\":{(chart.WholeX ? "true" : "false")}{names}{smoothed},\"series\":[")
            .AppendJoin(',', chart.Series.Where(series => series.Curve.Count > 0).Select(Values))
            .Append("]}</script>\n");
    }

    private static string Values(LineSeries series)
    {
        Curve curve = series.Curve;
        string band = curve.HasBand ? $",\"low\":[{Numbers(curve.Low)}],\"high\":[{Numbers(curve.High)}]" : "";
        string raw = series.Behind is { } behind ? $",\"raw\":[{Numbers(behind.Mean)}]" : "";
        return $"{{\"i\":{series.Index},\"x\":[{Numbers(curve.X)}],\"y\":[{Numbers(curve.Mean)}]{band}{raw}}}";
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private static string Numbers(double[] values) => string.Join(
        ',', values.Select(value => value.ToString("G5", CultureInfo.InvariantCulture)));
}

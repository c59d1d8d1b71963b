using System.Globalization;
using System.Text;
using EvenKeel.Lab.Statistics;
using EvenKeel.Lab.Studies;

namespace EvenKeel.Lab.Reports;

/// <summary>The charts of a report, each with its title, its caption and the values for reading off.</summary>
internal static class ChartSection
{
    /// <summary>Points of the smoothing window of the course report on weight normalization.</summary>
    public const int SmoothingWindow = 51;

    /// <summary>Degree of its polynomial.</summary>
    public const int SmoothingDegree = 10;

    /// <summary>Writes the section.</summary>
    public static void Write(StringBuilder html, ReportData data)
    {
        html.Append("<section id=\"curves\"><h2>Curves</h2>\n");
        WriteLegend(html, data);
        html.Append("<div class=\"charts\">\n");
        foreach (StudyFigure figure in data.Plan.Study.Figures)
            WriteFigure(html, data, figure);
        html.Append("</div></section>\n");
    }

    private static void WriteLegend(StringBuilder html, ReportData data)
    {
        html.Append("<div class=\"legend\" role=\"group\" aria-label=\"Show or hide schemes\">\n");
        foreach (SchemeResult scheme in data.Schemes)
        {
            html.Append($"<button type=\"button\" class=\"s{scheme.Index}\" data-scheme=\"{scheme.Index}\" "
                + $"aria-pressed=\"true\"><i></i><b>{Show.Escape(scheme.Scheme)}</b>"
                + (scheme.Label == scheme.Scheme ? "" : $" <span>{Show.Escape(scheme.Label)}</span>")
                + "</button>\n");
        }

        html.Append("</div>\n");
    }

    private static void WriteFigure(StringBuilder html, ReportData data, StudyFigure figure)
    {
        string over = data.Plan.Seeds.Count > 1 ? " Mean over the seeds that reached the epoch; the band spans the lowest and the highest." : "";
        string reduced = data.Plan.Reduced is null ? "" : " <em>Reduced runs.</em>";
        string metric = data.Metric.LowerName;
        switch (figure)
        {
            case StudyFigure.TestError:
                WriteLines(html, data.Metric.Name, $"After each epoch.{over}{reduced}",
                    ErrorChart(data, "error", scheme => new LineSeries(
                        scheme.Index, scheme.Scheme, Curve.OverEpochs(scheme.Runs, data.Metric.Of, 100))));
                break;
            case StudyFigure.TestErrorSmoothed:
                WriteSmoothed(html, data, reduced);
                break;
            case StudyFigure.TrainLoss:
                WriteLines(html, "Training loss", $"Mean over each epoch, measured while training.{over}{reduced}",
                    Chart(data, "train-loss", "Training loss", "nats per image", scheme => new LineSeries(
                        scheme.Index, scheme.Scheme, Curve.OverEpochs(scheme.Runs, epoch => epoch.TrainLoss, 1))));
                break;
            case StudyFigure.TrainError:
                WriteLines(html, "Training error", $"Over each epoch, measured while training.{over}{reduced}",
                    Chart(data, "train-error", "Training error", "percent", scheme => new LineSeries(
                        scheme.Index, scheme.Scheme, Curve.OverEpochs(scheme.Runs, epoch => epoch.TrainError, 100))));
                break;
            case StudyFigure.TestErrorByTime:
                WriteLines(html, $"{data.Metric.Name} over time",
                    $"The same {metric} over the minutes each scheme took on this machine, evaluation included.{reduced}",
                    ErrorChart(data, "error-by-time", scheme => new LineSeries(
                        scheme.Index, scheme.Scheme,
                        Curve.OverEpochs(scheme.Runs, data.Metric.Of, 100).OverMinutes(scheme.Runs))) with
                    {
                        XTitle = "minutes",
                        WholeX = false,
                    });
                break;
            case StudyFigure.EpochSeconds:
                WriteBars(html, data, reduced);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(figure), figure, "A figure without a drawing.");
        }
    }

    private static LineChart Chart(
        ReportData data, string id, string title, string unit, Func<SchemeResult, LineSeries> series) =>
        new(id, title, unit, "epoch", WholeX: true, [.. data.Schemes.Select(series)]);

    private static LineChart ErrorChart(ReportData data, string id, Func<SchemeResult, LineSeries> series) =>
        Chart(data, id, data.Metric.Name, "percent", series) with { CutsStart = true };

    private static void WriteSmoothed(StringBuilder html, ReportData data, string reduced)
    {
        SortedDictionary<(int Window, int Degree), List<string>> filters = [];
        LineChart chart = ErrorChart(data, "error-smoothed", scheme =>
        {
            Curve raw = Curve.OverEpochs(scheme.Runs, data.Metric.Of, 100);
            if (raw.Count == 0)
                return new LineSeries(scheme.Index, scheme.Scheme, raw);
            SavitzkyGolay filter = SavitzkyGolay.For(raw.Count, SmoothingWindow, SmoothingDegree);
            double[] smooth = filter.Smooth(raw.Mean);
            (int Window, int Degree) key = (filter.Window, filter.Degree);
            if (!filters.TryGetValue(key, out List<string>? schemes))
                filters[key] = schemes = [];
            schemes.Add(scheme.Scheme);
            return new LineSeries(scheme.Index, scheme.Scheme, new Curve(raw.X, smooth, smooth, smooth), raw);
        });
        WriteLines(html, $"{data.Metric.Name}, smoothed", Show.Escape(SmoothingCaption(filters)) + reduced, chart);
    }

    private static string SmoothingCaption(SortedDictionary<(int Window, int Degree), List<string>> filters)
    {
        if (filters.Keys.All(key => key.Window == 1))
            return "Shown raw: so few epochs cannot be smoothed.";
        string used = string.Join("; ", filters.Select(pair =>
            (pair.Key.Window == 1 ? "none" : $"window {pair.Key.Window}, degree {pair.Key.Degree}")
            + (filters.Count > 1 ? $" for {string.Join(", ", pair.Value)}" : "")));
        string why = filters.Keys.Any(key => key.Window < SmoothingWindow)
            ? $", in place of window {SmoothingWindow}, degree {SmoothingDegree}, which takes {SmoothingWindow} epochs"
            : "";
        return $"Savitzky-Golay filter: {used}{why}. The raw curve lies faintly behind.";
    }

    private static void WriteLines(StringBuilder html, string title, string caption, LineChart chart)
    {
        if (!chart.HasPoints)
        {
            WriteEmpty(html, title);
            return;
        }

        if (chart.Beyond is { } beyond)
            caption += $" {beyond}";
        html.Append($"<figure id=\"chart-{chart.Id}\"><h3>{Show.Escape(title)}</h3>\n{chart.Draw()}");
        html.Append($"<figcaption>{caption}</figcaption>\n");
        WriteValues(html, chart);
        html.Append("</figure>\n");
    }

    private static void WriteBars(StringBuilder html, ReportData data, string reduced)
    {
        SchemeResult[] timed = [.. data.Schemes.Where(scheme => scheme.EpochSeconds > 0)];
        if (timed.Length == 0)
        {
            WriteEmpty(html, "Time per epoch");
            return;
        }

        html.Append($"<figure id=\"chart-time\"><h3>Time per epoch</h3>\n{new TimeBars(timed).Draw()}");
        html.Append("<figcaption>Median over all epochs and seeds, divided by what the time went into.");
        html.Append($"{reduced}</figcaption></figure>\n");
    }

    private static void WriteEmpty(StringBuilder html, string title) => html.Append(
        $"<figure><h3>{Show.Escape(title)}</h3><p class=\"empty\">Not measured yet.</p></figure>\n");

    // The values behind the lines, for the read-out; the page works without them.
    private static void WriteValues(StringBuilder html, LineChart chart)
    {
        html.Append($"<script type=\"application/json\" data-values=\"{chart.Id}\">{{\"x\":\"{chart.XTitle}\",\"series\":[");
        html.Append(string.Join(',', chart.Series.Where(series => series.Curve.Count > 0).Select(series =>
            $"{{\"i\":{series.Index},\"x\":[{Numbers(series.Curve.X)}],\"y\":[{Numbers(series.Curve.Mean)}]}}")));
        html.Append("]}</script>\n");
    }

    private static string Numbers(double[] values) => string.Join(
        ',', values.Select(value => value.ToString("G5", CultureInfo.InvariantCulture)));
}

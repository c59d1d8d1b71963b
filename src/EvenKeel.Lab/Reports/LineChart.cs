using System.Text;

namespace EvenKeel.Lab.Reports;

/// <summary>A line of a chart.</summary>
/// <param name="Index">Place of the scheme in the study, which fixes the colour.</param>
/// <param name="Name">Name at the end of the line.</param>
/// <param name="Curve">Points to draw strongly.</param>
/// <param name="Behind">Points to draw faintly behind, as raw ones behind smoothed ones; null for none.</param>
internal sealed record LineSeries(int Index, string Name, Curve Curve, Curve? Behind = null);

/// <summary>A line chart, drawn as SVG that is complete without any script.</summary>
/// <param name="Id">Its identifier in the page.</param>
/// <param name="YTitle">What the vertical axis shows.</param>
/// <param name="XTitle">What the horizontal axis shows.</param>
/// <param name="WholeX">Whether the horizontal axis has whole numbers only.</param>
/// <param name="Series">The lines.</param>
internal sealed record LineChart(string Id, string YTitle, string XTitle, bool WholeX, IReadOnlyList<LineSeries> Series)
{
    private const int MostMarkedPoints = 12;

    private const double LabelHeight = 15;

    /// <summary>Whether there is anything to draw.</summary>
    public bool HasPoints => Series.Any(series => series.Curve.Count > 0);

    /// <summary>Points that lie above the drawing, because they would press all others flat.</summary>
    public int PointsBeyond => Vertical is var axis
        ? Values(mean: true).Count(value => value > axis.High)
        : 0;

    private Axis Horizontal => Axis.FromZero(
        Series.Where(series => series.Curve.Count > 0).Max(series => series.Curve.X[^1]), 6, WholeX);

    private Axis Vertical
    {
        get
        {
            double[] sorted = [.. Values(mean: false).Order()];
            double low = sorted[0];
            double high = sorted[^1];
            double most = sorted[(int)(0.95 * (sorted.Length - 1))];
            // A run that blows up, or a start far above the rest, must not press the other curves flat.
            if (high - low > 3 * (most - low) && most > low)
                high = most + (0.25 * (most - low));
            return Axis.Around(low, high, 5);
        }
    }

    /// <summary>Both drawings, one after the other.</summary>
    public string Draw()
    {
        double labels = Math.Clamp(Series.Max(series => Shortened(series.Name).Length) * 7.2 + 14, 40, 130);
        StringBuilder svg = new();
        Draw(svg, new ChartFrame("wide", 560, 340, 46, labels, 34, 36));
        Draw(svg, new ChartFrame("narrow", 360, 270, 40, 10, 32, 34));
        return svg.ToString();
    }

    private static string Shortened(string name) => name.Length <= 16 ? name : name[..15] + "…";

    private IEnumerable<double> Values(bool mean) => Series.SelectMany(series =>
        mean ? series.Curve.Mean : [.. series.Curve.Low, .. series.Curve.High, .. series.Behind?.Mean ?? []]);

    private void Draw(StringBuilder svg, ChartFrame frame)
    {
        Axis x = Horizontal;
        Axis y = Vertical;
        string ends = string.Join("; ", Series.Where(series => series.Curve.Count > 0)
            .Select(series => $"{series.Name} {Show.Rough(series.Curve.Mean[^1])}"));
        frame.Open(
            svg,
            $"{YTitle} by {XTitle}. At the end: {ends}.",
            $" tabindex=\"0\" data-chart=\"{Id}\" data-left=\"{Show.Place(frame.Left)}\" "
            + $"data-end=\"{Show.Place(frame.End)}\" data-top=\"{Show.Place(frame.Top)}\" "
            + $"data-floor=\"{Show.Place(frame.Floor)}\" data-high=\"{Precise(x.High)}\" "
            + $"data-ylow=\"{Precise(y.Low)}\" data-yhigh=\"{Precise(y.High)}\"");
        DrawAxes(svg, frame, x, y);
        string clip = $"{Id}-{frame.Name}";
        svg.Append($"<clipPath id=\"{clip}\"><rect x=\"{Show.Place(frame.Left)}\" y=\"{Show.Place(frame.Top - 3)}\" "
            + $"width=\"{Show.Place(frame.End - frame.Left + 3)}\" height=\"{Show.Place(frame.Floor - frame.Top + 6)}\"/>"
            + "</clipPath>\n");
        svg.Append($"<g clip-path=\"url(#{clip})\">\n");
        foreach (LineSeries series in Series)
            DrawSeries(svg, frame, x, y, series);
        svg.Append("</g>\n<g class=\"reading\"></g>\n");
        if (frame.IsWide)
            DrawNames(svg, frame, x, y);
        svg.Append("</svg>\n");
    }

    private void DrawAxes(StringBuilder svg, ChartFrame frame, Axis x, Axis y)
    {
        ChartFrame.Text(svg, 0, 14, YTitle, "title");
        foreach (double tick in y.Ticks)
        {
            double at = y.Place(tick, frame.Floor, frame.Top);
            ChartFrame.Line(svg, frame.Left, at, frame.End, at, Math.Abs(tick - y.Low) < y.Step / 2 ? "base" : "grid");
            ChartFrame.Text(svg, frame.Left - 8, at + 4.2, Show.Number(tick, y.Decimals), "tick", "end");
        }

        foreach (double tick in x.Ticks)
        {
            double at = x.Place(tick, frame.Left, frame.End);
            ChartFrame.Line(svg, at, frame.Floor, at, frame.Floor + 4, "base");
            ChartFrame.Text(svg, at, frame.Floor + 17, Show.Number(tick, x.Decimals), "tick", "middle");
        }

        ChartFrame.Text(svg, frame.End, frame.Height - 3, XTitle, "tick", "end");
    }

    private static void DrawSeries(StringBuilder svg, ChartFrame frame, Axis x, Axis y, LineSeries series)
    {
        Curve curve = series.Curve;
        if (curve.Count == 0)
            return;
        string Point(double px, double py) =>
            $"{Show.Place(x.Place(px, frame.Left, frame.End))} {Show.Place(y.Place(py, frame.Floor, frame.Top))}";

        svg.Append($"<g class=\"s{series.Index}\">\n");
        if (curve.Low.Zip(curve.High).Any(pair => pair.First < pair.Second))
        {
            IEnumerable<string> edge = curve.X.Select((px, i) => Point(px, curve.High[i]))
                .Concat(Enumerable.Range(1, curve.Count).Select(i => Point(curve.X[^i], curve.Low[^i])));
            svg.Append($"<path class=\"band\" d=\"M{string.Join('L', edge)}Z\"/>\n");
        }

        if (series.Behind is { Count: > 1 } behind)
            svg.Append($"<path class=\"behind\" d=\"M{string.Join('L', behind.X.Select((px, i) => Point(px, behind.Mean[i])))}\"/>\n");
        if (curve.Count > 1)
            svg.Append($"<path class=\"line\" d=\"M{string.Join('L', curve.X.Select((px, i) => Point(px, curve.Mean[i])))}\"/>\n");
        if (curve.Count <= MostMarkedPoints)
        {
            for (int i = 0; i < curve.Count; i++)
            {
                svg.Append($"<circle class=\"mark\" cx=\"{Show.Place(x.Place(curve.X[i], frame.Left, frame.End))}\" "
                    + $"cy=\"{Show.Place(y.Place(curve.Mean[i], frame.Floor, frame.Top))}\" r=\"3\"/>\n");
            }
        }

        svg.Append("</g>\n");
    }

    // Names stand at the ends of their lines, pushed apart where lines end close together.
    private void DrawNames(StringBuilder svg, ChartFrame frame, Axis x, Axis y)
    {
        var ends = Series.Where(series => series.Curve.Count > 0)
            .Select(series => (
                Series: series,
                X: x.Place(series.Curve.X[^1], frame.Left, frame.End),
                Y: Math.Clamp(y.Place(series.Curve.Mean[^1], frame.Floor, frame.Top), frame.Top, frame.Floor)))
            .OrderBy(end => end.Y)
            .ToArray();
        double[] places = Spread([.. ends.Select(end => end.Y)], frame.Top, frame.Floor);
        for (int i = 0; i < ends.Length; i++)
        {
            string classes = $"s{ends[i].Series.Index}";
            svg.Append($"<g class=\"{classes}\">");
            svg.Append($"<path class=\"lead\" d=\"M{Show.Place(ends[i].X + 2)} {Show.Place(ends[i].Y)}"
                + $"L{Show.Place(frame.End + 8)} {Show.Place(places[i])}\"/>");
            ChartFrame.Text(svg, frame.End + 11, places[i] + 4.3, Shortened(ends[i].Series.Name), "name");
            svg.Append("</g>\n");
        }
    }

    private static double[] Spread(double[] wanted, double top, double floor)
    {
        double[] places = [.. wanted];
        for (int i = 1; i < places.Length; i++)
            places[i] = Math.Max(places[i], places[i - 1] + LabelHeight);
        double excess = places.Length == 0 ? 0 : places[^1] - floor;
        for (int i = places.Length - 1; i >= 0 && excess > 0; i--)
        {
            places[i] = Math.Min(places[i], floor - ((places.Length - 1 - i) * LabelHeight));
            places[i] = Math.Max(places[i], top - LabelHeight);
        }

        return places;
    }

    private static string Precise(double value) =>
        value.ToString("G6", System.Globalization.CultureInfo.InvariantCulture);
}

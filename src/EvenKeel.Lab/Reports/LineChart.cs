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
/// <param name="Title">What the vertical axis shows.</param>
/// <param name="Unit">In which unit.</param>
/// <param name="XTitle">What the horizontal axis shows.</param>
/// <param name="WholeX">Whether the horizontal axis has whole numbers only.</param>
/// <param name="Series">The lines.</param>
internal sealed record LineChart(string Id, string Title, string Unit, string XTitle, bool WholeX, IReadOnlyList<LineSeries> Series)
    : IChart
{
    /// <summary>Height of the wide drawing.</summary>
    public const double WideHeight = 360;

    private const int MostMarkedPoints = 12;

    private const double LabelHeight = 15;

    // Cutting off the start must gain this much height, or the whole curve is worth more.
    private const double SmallestCut = 1.25;

    /// <summary>Whether there is anything to draw.</summary>
    public bool HasPoints => Series.Any(series => series.Curve.Count > 0);

    /// <summary>Whether the first eighth of a long run may lie above the drawing, for the sake of the rest.</summary>
    public bool CutsStart { get; init; }

    /// <summary>Names below the horizontal axis, for points at 1, 2, 3, …; null for the numbers themselves.</summary>
    public IReadOnlyList<string>? TickNames { get; init; }

    /// <summary>A sentence about points that lie above the drawing; null when all are in it.</summary>
    public string? Beyond
    {
        get
        {
            Axis axis = Vertical;
            double most = Values(series => series.Curve.Mean).Max();
            return most <= axis.High
                ? null
                : $"The axis stops at {Show.Number(axis.High, axis.Decimals)}; "
                + $"the curves reach {Show.Number(most, axis.Decimals + 1)}.";
        }
    }

    // Whole numbers of a short run start at the first one; a long run starts at zero, where training does.
    private Axis Horizontal
    {
        get
        {
            if (TickNames is { } names)
                return names.Count == 1 ? new Axis(0.5, 1.5, 1) : new Axis(1, names.Count, 1);
            double last = Series.Where(series => series.Curve.Count > 0).Max(series => series.Curve.X[^1]);
            return (WholeX, last) switch
            {
                (true, <= 1) => new Axis(0.5, 1.5, 1),
                (true, <= MostMarkedPoints) => new Axis(1, last, 1),
                _ => Axis.FromZero(last, 6, WholeX),
            };
        }
    }

    private Axis Vertical
    {
        get
        {
            double[] sorted = [.. Values(series => [.. series.Curve.Low, .. series.Curve.High, .. series.Behind?.Mean ?? []])
                .Order()];
            double low = sorted[0];
            double high = sorted[^1];
            // A run that blows up must not press the other curves flat.
            double most = sorted[(int)(0.95 * (sorted.Length - 1))];
            if (high - low > 3 * (most - low) && most > low)
                high = most + (0.25 * (most - low));
            double later = HighAfterStart();
            if (CutsStart && high - low > SmallestCut * (later - low) && later > low)
                high = later;
            return Axis.Around(low, high, 6);
        }
    }

    private ChartFrame WideFrame => new(
        "wide", 560, WideHeight, 46, Math.Clamp(Series.Max(series => Shortened(series.Name).Length) * 9 + 20, 40, 150), 34, 38);

    /// <inheritdoc/>
    public string Draw()
    {
        StringBuilder svg = new();
        Draw(svg, WideFrame);
        Draw(svg, new ChartFrame("narrow", 360, 290, 40, 10, 32, 34));
        return svg.ToString();
    }

    /// <inheritdoc/>
    public string DrawWide()
    {
        StringBuilder svg = new();
        Draw(svg, WideFrame);
        return svg.ToString();
    }

    private static string Shortened(string name) => name.Length <= 16 ? name : name[..15] + "…";

    private IEnumerable<double> Values(Func<LineSeries, IEnumerable<double>> of) => Series.SelectMany(of);

    // The highest point once an eighth of the points is over; short runs are drawn whole.
    private double HighAfterStart() => Values(series => series.Curve.Count <= MostMarkedPoints
        ? series.Curve.High
        : series.Curve.High.Skip(series.Curve.Count / 8)).Max();

    private void Draw(StringBuilder svg, ChartFrame frame)
    {
        Axis x = Horizontal;
        Axis y = Vertical;
        string ends = string.Join("; ", Series.Where(series => series.Curve.Count > 0)
            .Select(series => $"{series.Name} {Show.Rough(series.Curve.Mean[^1])}"));
        frame.Open(
            svg,
            $"{Title} in {Unit} by {XTitle}. At the end: {ends}.",
            $" tabindex=\"0\" data-chart=\"{Id}\" data-left=\"{Show.Place(frame.Left)}\" "
            + $"data-end=\"{Show.Place(frame.End)}\" data-top=\"{Show.Place(frame.Top)}\" "
            + $"data-floor=\"{Show.Place(frame.Floor)}\" data-low=\"{Precise(x.Low)}\" "
            + $"data-high=\"{Precise(x.High)}\" "
            + $"data-ylow=\"{Precise(y.Low)}\" data-yhigh=\"{Precise(y.High)}\"");
        svg.Append("<g class=\"axes\">\n");
        DrawAxes(svg, frame, x, y);
        svg.Append("</g>\n");
        string clip = $"{Id}-{frame.Name}";
        svg.Append($"<clipPath id=\"{clip}\"><rect x=\"{Show.Place(frame.Left - 4)}\" y=\"{Show.Place(frame.Top - 3)}\" "
            + $"width=\"{Show.Place(frame.End - frame.Left + 8)}\" height=\"{Show.Place(frame.Floor - frame.Top + 6)}\"/>"
            + "</clipPath>\n");
        svg.Append($"<g class=\"lines\" clip-path=\"url(#{clip})\">\n");
        foreach (LineSeries series in Series)
            DrawSeries(svg, frame, x, y, series);
        svg.Append("</g>\n");
        if (frame.IsWide)
        {
            svg.Append("<g class=\"names\">\n");
            DrawNames(svg, frame, x, y);
            svg.Append("</g>\n");
        }

        svg.Append("<g class=\"reading\"></g>\n");
        svg.Append("</svg>\n");
    }

    private void DrawAxes(StringBuilder svg, ChartFrame frame, Axis x, Axis y)
    {
        ChartFrame.Text(svg, 0, 14, Unit, "title");
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
            string text = TickNames is { } names ? names[(int)tick - 1] : Show.Number(tick, x.Decimals);
            ChartFrame.Text(svg, at, frame.Floor + 17, text, "tick", "middle");
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
        if (curve.HasBand)
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

using System.Text;
using EvenKeel.Lab.Studies;

namespace EvenKeel.Lab.Reports;

/// <summary>Measured errors beside published ones: a row for each scheme, a mark for each figure.</summary>
/// <param name="Schemes">The schemes.</param>
/// <param name="Published">Published test errors in percent.</param>
/// <param name="Measured">What the filled mark shows.</param>
internal sealed record PublishedChart(
    IReadOnlyList<SchemeResult> Schemes, IReadOnlyList<PublishedFigures> Published, string Measured) : IChart
{
    private const double RowHeight = 32;

    private const int MostShapes = 3;

    private double Names => Math.Clamp((Schemes.Max(scheme => scheme.Scheme.Length) * 9.4) + 16, 46, 150);

    private double Height => (Schemes.Count * RowHeight) + 92;

    /// <summary>Published figures as test errors in percent; null when they are none.</summary>
    public static PublishedFigures? AsError(PublishedFigures figures) => figures.Metric switch
    {
        PublishedMetric.TestError => figures,
        PublishedMetric.TestAccuracy => figures with
        {
            Values = figures.Values.ToDictionary(pair => pair.Key, pair => 100 - pair.Value, StringComparer.Ordinal),
        },
        _ => null,
    };

    /// <inheritdoc/>
    public string Draw()
    {
        StringBuilder svg = new(DrawWide());
        Draw(svg, new ChartFrame("narrow", 360, Height, Names, 14, 50, 42));
        return svg.ToString();
    }

    /// <inheritdoc/>
    public string DrawWide()
    {
        StringBuilder svg = new();
        Draw(svg, new ChartFrame("wide", 1140, Height, Names, 20, 50, 42));
        return svg.ToString();
    }

    private void Draw(StringBuilder svg, ChartFrame frame)
    {
        List<double> values = [.. Published.SelectMany(figures => figures.Values.Values)];
        foreach (SchemeResult scheme in Schemes)
        {
            if (scheme.Last is not { } last)
                continue;
            values.Add(last.Mean - Math.Min(last.HalfWidth ?? 0, last.Mean));
            values.Add(Math.Min(100, last.Mean + (last.HalfWidth ?? 0)));
        }

        Axis axis = Axis.Around(values.Min(), values.Max(), frame.IsWide ? 10 : 5);
        string summary = string.Join("; ", Schemes.Select(
            scheme => $"{scheme.Scheme} measured {Show.Interval(scheme.Last, 2)}" + string.Concat(Published.Select(
                figures => figures.Values.TryGetValue(scheme.Scheme, out double value)
                    ? $", {figures.Label} {Show.Number(value, 2)}"
                    : ""))));
        frame.Open(svg, $"Test error in percent. {summary}.");
        DrawKey(svg, frame);
        foreach (double tick in axis.Ticks)
        {
            double at = axis.Place(tick, frame.Left, frame.End);
            ChartFrame.Line(svg, at, frame.Top, at, frame.Floor, "grid");
            ChartFrame.Text(svg, at, frame.Floor + 17, Show.Number(tick, axis.Decimals), "tick", "middle");
        }

        ChartFrame.Text(svg, frame.End, frame.Height - 3, "test error, %", "tick", "end");
        for (int i = 0; i < Schemes.Count; i++)
            DrawRow(svg, frame, axis, Schemes[i], frame.Top + ((i + 0.5) * RowHeight));
        svg.Append("</svg>\n");
    }

    private void DrawRow(StringBuilder svg, ChartFrame frame, Axis axis, SchemeResult scheme, double y)
    {
        svg.Append($"<g class=\"s{scheme.Index}\">");
        ChartFrame.Line(svg, frame.Left, y, frame.End, y, "row");
        ChartFrame.Text(svg, frame.Left - 10, y + 4.3, scheme.Scheme, "name", "end");
        for (int i = 0; i < Published.Count; i++)
        {
            if (Published[i].Values.TryGetValue(scheme.Scheme, out double value))
            {
                Shape(svg, i, axis.Place(value, frame.Left, frame.End), y,
                    $"{scheme.Scheme}, {Published[i].Label}: {Show.Number(value, 2)}%");
            }
        }

        if (scheme.Last is { } last)
        {
            double at = axis.Place(last.Mean, frame.Left, frame.End);
            if (last.HalfWidth is { } half)
            {
                double from = axis.Place(Math.Max(axis.Low, last.Mean - half), frame.Left, frame.End);
                double to = axis.Place(Math.Min(axis.High, last.Mean + half), frame.Left, frame.End);
                ChartFrame.Line(svg, from, y, to, y, "interval");
            }

            svg.Append($"<circle class=\"dot\" cx=\"{Show.Place(at)}\" cy=\"{Show.Place(y)}\" r=\"5.5\">"
                + $"<title>{Show.Escape($"{scheme.Scheme}, measured: {Show.Interval(last, 2)}%")}</title></circle>");
        }

        svg.Append("</g>\n");
    }

    private void DrawKey(StringBuilder svg, ChartFrame frame)
    {
        double x = 7;
        double y = 12;
        svg.Append($"<circle class=\"dot key\" cx=\"{Show.Place(x)}\" cy=\"{Show.Place(y)}\" r=\"5.5\"/>");
        ChartFrame.Text(svg, x + 11, y + 4.3, Measured, "tick");
        x += (Measured.Length * 7.4) + 34;
        for (int i = 0; i < Published.Count; i++)
        {
            if (x + 60 > frame.Width)
            {
                x = 7;
                y += 20;
            }

            Shape(svg, i, x, y, Published[i].Label);
            ChartFrame.Text(svg, x + 11, y + 4.3, Published[i].Label, "tick");
            x += (Published[i].Label.Length * 7.4) + 34;
        }
    }

    // Diamond, square, triangle: told apart by shape, since colour already means the scheme.
    private static void Shape(StringBuilder svg, int index, double x, double y, string title)
    {
        string X(double offset) => Show.Place(x + offset);
        string Y(double offset) => Show.Place(y + offset);
        string path = (index % MostShapes) switch
        {
            0 => $"M{X(0)} {Y(-6)}L{X(6)} {Y(0)}L{X(0)} {Y(6)}L{X(-6)} {Y(0)}Z",
            1 => $"M{X(-4.5)} {Y(-4.5)}L{X(4.5)} {Y(-4.5)}L{X(4.5)} {Y(4.5)}L{X(-4.5)} {Y(4.5)}Z",
            _ => $"M{X(0)} {Y(-6)}L{X(5.5)} {Y(4)}L{X(-5.5)} {Y(4)}Z",
        };
        svg.Append($"<path class=\"shape\" d=\"{path}\"><title>{Show.Escape(title)}</title></path>");
    }
}

using System.Text;
using EvenKeel.Training;

namespace EvenKeel.Lab.Reports;

/// <summary>Seconds per epoch as bars, one for each scheme, divided by what the time went into.</summary>
/// <param name="Schemes">The schemes that have a time.</param>
internal sealed record TimeBars(IReadOnlyList<SchemeResult> Schemes) : IChart
{
    private const double Margins = 76;

    private static readonly (string Name, Func<PhaseSeconds, double> Of)[] Phases =
    [
        ("forward", phases => phases.Forward),
        ("backward", phases => phases.Backward),
        ("optimizer", phases => phases.Optimizer),
        ("data", phases => phases.Data),
        ("evaluation", phases => phases.Evaluate),
    ];

    // As high as the line charts beside it, unless there are many or few rows.
    private double RowHeight => Math.Clamp((LineChart.WideHeight - Margins) / Schemes.Count, 30, 56);

    private double Names => Math.Clamp((Schemes.Max(scheme => scheme.Scheme.Length) * 9.4) + 12, 46, 160);

    private double Height => (Schemes.Count * RowHeight) + Margins;

    /// <inheritdoc/>
    public string Draw()
    {
        StringBuilder svg = new(DrawWide());
        Draw(svg, new ChartFrame("narrow", 360, Height + 18, Names, 62, 30, 64));
        return svg.ToString();
    }

    /// <inheritdoc/>
    public string DrawWide()
    {
        StringBuilder svg = new();
        Draw(svg, new ChartFrame("wide", 560, Height, Names, 128, 30, 46));
        return svg.ToString();
    }

    private void Draw(StringBuilder svg, ChartFrame frame)
    {
        Axis axis = Axis.FromZero(Schemes.Max(scheme => scheme.EpochSeconds!.Value), frame.IsWide ? 5 : 3, whole: false);
        string times = string.Join("; ", Schemes.Select(
            scheme => $"{scheme.Scheme} {Show.Rough(scheme.EpochSeconds!.Value)}"));
        frame.Open(svg, $"Seconds per epoch: {times}.");
        ChartFrame.Text(svg, 0, 14, "seconds", "title");
        foreach (double tick in axis.Ticks)
        {
            double at = axis.Place(tick, frame.Left, frame.End);
            ChartFrame.Line(svg, at, frame.Top, at, frame.Floor, tick == 0 ? "base" : "grid");
            ChartFrame.Text(svg, at, frame.Floor + 16, Show.Number(tick, axis.Decimals), "tick", "middle");
        }

        for (int i = 0; i < Schemes.Count; i++)
            DrawRow(svg, frame, axis, Schemes[i], frame.Top + (i * RowHeight));
        if (Schemes.Any(scheme => scheme.PhaseShares is not null))
            DrawKey(svg, frame);
        svg.Append("</svg>\n");
    }

    private void DrawRow(StringBuilder svg, ChartFrame frame, Axis axis, SchemeResult scheme, double top)
    {
        double seconds = scheme.EpochSeconds!.Value;
        double end = axis.Place(seconds, frame.Left, frame.End);
        double middle = top + (RowHeight / 2);
        svg.Append($"<g class=\"s{scheme.Index}\">");
        ChartFrame.Text(svg, frame.Left - 9, middle + 4.3, scheme.Scheme, "name", "end");
        Bar(svg, frame.Left, end, middle, "part5", $"{scheme.Scheme}: {Show.Rough(seconds)} s");
        if (scheme.PhaseShares is { } shares)
        {
            double from = 0;
            for (int phase = 0; phase < Phases.Length; phase++)
            {
                double spent = Phases[phase].Of(shares) * seconds;
                double start = axis.Place(from, frame.Left, frame.End);
                from = Math.Min(seconds, from + spent);
                Bar(svg, start, axis.Place(from, frame.Left, frame.End), middle, $"part{phase}",
                    $"{scheme.Scheme}, {Phases[phase].Name}: {Show.Rough(spent)} s");
            }
        }

        string value = $"{Show.Rough(seconds)} s";
        if (frame.IsWide && scheme.ImagesPerSecond is { } speed)
            value += $", {Show.Rough(speed)} img/s";
        ChartFrame.Text(svg, end + 7, middle + 4.3, value, "value");
        svg.Append("</g>\n");
    }

    private void Bar(StringBuilder svg, double from, double to, double middle, string part, string title)
    {
        double thickness = RowHeight * 0.52;
        if (to - from < 0.05)
            return;
        svg.Append($"<rect class=\"bar {part}\" x=\"{Show.Place(from)}\" y=\"{Show.Place(middle - (thickness / 2))}\" "
            + $"width=\"{Show.Place(to - from)}\" height=\"{Show.Place(thickness)}\">"
            + $"<title>{Show.Escape(title)}</title></rect>");
    }

    private static void DrawKey(StringBuilder svg, ChartFrame frame)
    {
        string[] names = [.. Phases.Select(phase => phase.Name), "other"];
        double all = names.Sum(KeyWidth);
        double x = frame.IsWide ? Math.Clamp(frame.Width - all, 0, frame.Left) : 0;
        double y = frame.Floor + 38;
        for (int i = 0; i < names.Length; i++)
        {
            double width = KeyWidth(names[i]);
            if (x + width > frame.Width)
            {
                x = 0;
                y += 18;
            }

            svg.Append($"<rect class=\"key part{i}\" x=\"{Show.Place(x)}\" y=\"{Show.Place(y - 9)}\" width=\"10\" height=\"10\"/>");
            ChartFrame.Text(svg, x + 14, y, names[i], "tick");
            x += width;
        }
    }

    private static double KeyWidth(string name) => (name.Length * 7.4) + 26;
}

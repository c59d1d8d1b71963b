using System.Text;

namespace EvenKeel.Lab.Reports;

/// <summary>
/// The size of a drawing and its margins. Every chart is drawn twice, wide and narrow, and the style sheet shows the
/// one that fits: scaling one drawing down to a phone would make its text unreadable.
/// </summary>
/// <param name="Name">Class of the drawing.</param>
/// <param name="Width">Width in user units, which are pixels at full size.</param>
/// <param name="Height">Height.</param>
/// <param name="Left">Left margin.</param>
/// <param name="Right">Right margin.</param>
/// <param name="Top">Top margin.</param>
/// <param name="Bottom">Bottom margin.</param>
internal sealed record ChartFrame(
    string Name, double Width, double Height, double Left, double Right, double Top, double Bottom)
{
    /// <summary>Right edge of the plot.</summary>
    public double End => Width - Right;

    /// <summary>Bottom edge of the plot.</summary>
    public double Floor => Height - Bottom;

    /// <summary>Whether there is room for names at the ends of lines.</summary>
    public bool IsWide => Name == "wide";

    /// <summary>Opens the drawing.</summary>
    public void Open(StringBuilder svg, string summary, string attributes = "") =>
        svg.Append($"<svg class=\"chart {Name}\" viewBox=\"0 0 {Show.Place(Width)} {Show.Place(Height)}\" role=\"img\" "
            + $"aria-label=\"{Show.Escape(summary)}\"{attributes}>\n");

    /// <summary>Draws a text.</summary>
    public static void Text(
        StringBuilder svg, double x, double y, string text, string classes, string anchor = "start") =>
        svg.Append($"<text x=\"{Show.Place(x)}\" y=\"{Show.Place(y)}\" class=\"{classes}\""
            + (anchor == "start" ? "" : $" text-anchor=\"{anchor}\"") + $">{Show.Escape(text)}</text>\n");

    /// <summary>Draws a straight line.</summary>
    public static void Line(StringBuilder svg, double x1, double y1, double x2, double y2, string classes) =>
        svg.Append($"<line x1=\"{Show.Place(x1)}\" y1=\"{Show.Place(y1)}\" x2=\"{Show.Place(x2)}\" "
            + $"y2=\"{Show.Place(y2)}\" class=\"{classes}\"/>\n");
}

using System.Globalization;
using System.Xml.Linq;

namespace EvenKeel.Lab.Reports;

/// <summary>
/// Paints a figure's file as a picture: the part of SVG that <see cref="FigureFile"/> writes, which is groups, clip
/// rectangles, lines, rectangles, circles, straight paths and texts. No package that draws SVG needs nothing native.
/// </summary>
internal sealed class FigurePainter
{
    private const double BoldStroke = 0.125;
    private const double PlainStroke = 0.085;
    private const int CirclePoints = 24;

    private readonly double _scale;
    private readonly double _left;
    private readonly double _top;
    private readonly Raster _raster;
    private readonly Dictionary<string, (double Left, double Top, double Right, double Bottom)> _clips = new(StringComparer.Ordinal);

    /// <summary>Paints a figure.</summary>
    /// <param name="root">The <c>svg</c> element.</param>
    /// <param name="scale">Dots for a unit.</param>
    public FigurePainter(XElement root, int scale)
    {
        double[] box = [.. root.Attribute("viewBox")!.Value.Split(' ').Select(FigureFile.Number)];
        (_scale, _left, _top) = (scale, box[0], box[1]);
        _raster = new Raster((int)Math.Ceiling(box[2] * scale), (int)Math.Ceiling(box[3] * scale));

        // The first rectangle is the paper, and the picture starts white.
        foreach (XElement part in root.Elements().Where(part => part != root.Element(root.Name.Namespace + "rect")))
            Paint(part);
    }

    /// <summary>Columns.</summary>
    public int Width => _raster.Width;

    /// <summary>Rows.</summary>
    public int Height => _raster.Height;

    /// <summary>The picture, [height,width,3].</summary>
    public byte[] Pixels() => _raster.Pixels();

    private void Paint(XElement part)
    {
        switch (part.Name.LocalName)
        {
            case "clipPath":
                XElement rect = part.Elements().First();
                double left = X(Value(rect, "x"));
                double top = Y(Value(rect, "y"));
                _clips[part.Attribute("id")!.Value] =
                    (left, top, left + (Value(rect, "width") * _scale), top + (Value(rect, "height") * _scale));
                break;
            case "g":
                PaintGroup(part);
                break;
            case "text":
                PaintText(part);
                break;
            case "line":
                Stroke(part, [[(X(Value(part, "x1")), Y(Value(part, "y1"))), (X(Value(part, "x2")), Y(Value(part, "y2")))]]);
                break;
            case "rect":
                Fill(part, Rectangle(part));
                break;
            case "circle":
                (double X, double Y)[] circle = Circle(part);
                Fill(part, circle);
                Stroke(part, [[.. circle, circle[0]]]);
                break;
            case "path":
                (double X, double Y)[] path = Path(part.Attribute("d")!.Value);
                Fill(part, path);
                Stroke(part, [path]);
                break;
        }
    }

    private void PaintGroup(XElement group)
    {
        string? clip = group.Attribute("clip-path")?.Value;
        if (clip is not null)
            _raster.Clip = _clips[clip[(clip.IndexOf('#', StringComparison.Ordinal) + 1)..^1]];
        foreach (XElement part in group.Elements())
            Paint(part);
        if (clip is not null)
            _raster.Clip = null;
    }

    private void PaintText(XElement text)
    {
        double size = Value(text, "font-size", 12.5) * _scale;
        string content = text.Value;
        double width = StrokeFont.Width(content) * size;
        double x = X(Value(text, "x")) - (text.Attribute("text-anchor")?.Value switch { "end" => width, "middle" => width / 2, _ => 0 });
        double y = Y(Value(text, "y"));
        double thickness = size * (text.Attribute("font-weight") is null ? PlainStroke : BoldStroke);
        (double X, double Y)[][] strokes = [.. StrokeFont.Strokes(content)
            .Select(stroke => stroke.Select(point => (x + (point.X * size), y + (point.Y * size))).ToArray())];
        _raster.Stroke(strokes, thickness, Colour(text, "fill") ?? (90, 96, 104), 1);
    }

    private void Fill(XElement part, (double X, double Y)[] outline)
    {
        bool plain = part.Attribute("fill") is null && part.Attribute("stroke") is not null;
        if (!plain && Colour(part, "fill") is { } colour)
            _raster.Fill(outline, colour, Value(part, "opacity", 1));
    }

    private void Stroke(XElement part, (double X, double Y)[][] lines)
    {
        if (Colour(part, "stroke") is not { } colour)
            return;
        if (part.Attribute("stroke-dasharray")?.Value.Split(' ') is [var on, var off])
            lines = [.. lines.SelectMany(line => Dashes.Of(line, FigureFile.Number(on) * _scale, FigureFile.Number(off) * _scale))];
        _raster.Stroke(lines, Value(part, "stroke-width", 1) * _scale, colour, Value(part, "opacity", 1));
    }

    private (double X, double Y)[] Rectangle(XElement rect)
    {
        double left = X(Value(rect, "x"));
        double top = Y(Value(rect, "y"));
        double right = left + (Value(rect, "width") * _scale);
        double bottom = top + (Value(rect, "height") * _scale);
        return [(left, top), (right, top), (right, bottom), (left, bottom)];
    }

    private (double X, double Y)[] Circle(XElement circle)
    {
        double radius = Value(circle, "r") * _scale;
        double x = X(Value(circle, "cx"));
        double y = Y(Value(circle, "cy"));
        return [.. Enumerable.Range(0, CirclePoints).Select(i =>
        {
            (double sine, double cosine) = Math.SinCos(2 * Math.PI * i / CirclePoints);
            return (x + (radius * cosine), y + (radius * sine));
        })];
    }

    // M and L with absolute places, closed by Z or not: what the charts write.
    private (double X, double Y)[] Path(string text)
    {
        bool closed = text.EndsWith('Z');
        (double X, double Y)[] points = [.. text.Trim('M', 'Z').Split('L').Select(place =>
        {
            string[] parts = place.Split(' ');
            return (X(FigureFile.Number(parts[0])), Y(FigureFile.Number(parts[1])));
        })];
        return closed ? [.. points, points[0]] : points;
    }

    private double X(double value) => (value - _left) * _scale;

    private double Y(double value) => (value - _top) * _scale;

    private static double Value(XElement part, string name, double usual = 0) =>
        part.Attribute(name) is { } attribute ? FigureFile.Number(attribute.Value) : usual;

    private static (byte Red, byte Green, byte Blue)? Colour(XElement part, string name)
    {
        string? text = part.Attribute(name)?.Value;
        if (text is null || text[0] != '#')
            return null;
        int value = int.Parse(text.AsSpan(1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return ((byte)(value >> 16), (byte)(value >> 8), (byte)value);
    }
}

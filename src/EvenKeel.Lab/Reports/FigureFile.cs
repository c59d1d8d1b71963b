using System.Globalization;
using System.Xml.Linq;

namespace EvenKeel.Lab.Reports;

/// <summary>A figure as a file of its own: the page's drawing with its title above, on white, and with every colour and
/// size written out, so that it looks the same in any program.</summary>
internal sealed class FigureFile
{
    private const double TitleHeight = 34;
    private const double Margin = 10;

    // Dots of the picture for a unit of the drawing: sharp on paper and on dense screens.
    private const int PngScale = 2;

    private static readonly XNamespace Namespace = "http://www.w3.org/2000/svg";

    private readonly XElement _root;

    private FigureFile(XElement root) => _root = root;

    /// <summary>The drawing as an SVG document.</summary>
    public string Svg => _root.ToString().ReplaceLineEndings("\n") + "\n";

    /// <summary>The file of a drawing.</summary>
    /// <param name="drawing">The drawing as the page has it.</param>
    /// <param name="title">Its title.</param>
    public static FigureFile Of(string drawing, string title)
    {
        XElement page = XElement.Parse(drawing);
        double[] box = [.. page.Attribute("viewBox")!.Value.Split(' ').Select(Number)];
        (double width, double height) = (box[2] + (2 * Margin), box[3] + TitleHeight + Margin);
        XElement root = new(
            Namespace + "svg",
            new XAttribute("width", Text(width)),
            new XAttribute("height", Text(height)),
            new XAttribute("viewBox", $"{Text(-Margin)} {Text(-TitleHeight)} {Text(width)} {Text(height)}"),
            new XAttribute("font-family", "Helvetica, Arial, sans-serif"),
            new XElement(Namespace + "desc", page.Attribute("aria-label")?.Value ?? title),
            new XElement(
                Namespace + "rect",
                new XAttribute("x", Text(-Margin)), new XAttribute("y", Text(-TitleHeight)),
                new XAttribute("width", Text(width)), new XAttribute("height", Text(height)), new XAttribute("fill", "#ffffff")),
            new XElement(
                Namespace + "text",
                new XAttribute("x", "0"), new XAttribute("y", "-13"), new XAttribute("font-size", "15"),
                new XAttribute("font-weight", "600"), new XAttribute("fill", "#1c1f24"), title));
        foreach (XElement part in page.Elements())
            Add(root, part, FigureStyle.Soft, null);
        return new FigureFile(root);
    }

    /// <summary>Writes the drawing as a PNG picture.</summary>
    public void WritePng(Stream stream)
    {
        FigurePainter painter = new(_root, PngScale);
        PngFile.Write(stream, painter.Width, painter.Height, painter.Pixels());
    }

    /// <summary>A number of a drawing.</summary>
    public static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(double value) => Show.Place(value);

    private static void Add(XElement parent, XElement part, string colour, string? dashes)
    {
        string[] classes = part.Attribute("class")?.Value.Split(' ') ?? [];
        if (classes.Contains("reading", StringComparer.Ordinal))
            return;
        if (classes.FirstOrDefault(name => name.Length > 1 && name[0] == 's' && char.IsAsciiDigit(name[1])) is { } scheme)
        {
            int index = int.Parse(scheme.AsSpan(1), CultureInfo.InvariantCulture);
            (colour, dashes) = (FigureStyle.ColourOf(index), FigureStyle.DashesOf(index));
        }

        XElement copy = new(Namespace + part.Name.LocalName);
        foreach (XAttribute attribute in part.Attributes().Where(attribute => attribute.Name != "class"))
            copy.Add(attribute);
        foreach ((string name, string value) in FigureStyle.Of(classes))
            copy.SetAttributeValue(name, value == FigureStyle.SchemeColour ? colour : value);
        if (dashes is not null && classes.Contains("line", StringComparer.Ordinal))
            copy.SetAttributeValue("stroke-dasharray", dashes);
        foreach (XNode node in part.Nodes())
        {
            if (node is XElement child)
                Add(copy, child, colour, dashes);
            else
                copy.Add(node);
        }

        parent.Add(copy);
    }
}

namespace EvenKeel.Lab.Reports;

/// <summary>How the classes of the page's style sheet look on paper, as SVG attributes: a figure's file must not need the
/// page. <see cref="SchemeColour"/> stands for the colour of the scheme that a part belongs to.</summary>
internal static class FigureStyle
{
    /// <summary>The colour of the scheme, or soft grey outside of one.</summary>
    public const string SchemeColour = "scheme";

    /// <summary>Colour of texts that no class sets.</summary>
    public const string Soft = "#5a6068";

    private const string Ink = "#1c1f24";
    private const string Paper = "#ffffff";
    private const string Grid = "#e6e3dd";
    private const string Base = "#a9a69f";

    // As in the style sheet, light.
    private static readonly string[] Colours =
        ["#5b6068", "#0072b2", "#d55e00", "#009e73", "#b8478f", "#c98a00", "#3fa0d8", "#7a5cc0"];

    private static readonly Dictionary<string, (string Name, string Value)[]> Classes = new(StringComparer.Ordinal)
    {
        ["title"] = [("font-size", "13"), ("fill", Soft)],
        ["tick"] = [("font-size", "12.5"), ("fill", Soft)],
        ["name"] = [("font-size", "13"), ("fill", SchemeColour), ("font-weight", "600")],
        ["value"] = [("font-size", "12.5"), ("fill", Ink)],
        ["grid"] = [("stroke", Grid), ("stroke-width", "1")],
        ["row"] = [("stroke", Grid), ("stroke-width", "1")],
        ["base"] = [("stroke", Base), ("stroke-width", "1")],
        ["line"] = [("fill", "none"), ("stroke", SchemeColour), ("stroke-width", "2"), ("stroke-linejoin", "round")],
        ["behind"] = [("fill", "none"), ("stroke", SchemeColour), ("stroke-width", "1"), ("opacity", "0.45")],
        ["lead"] = [("fill", "none"), ("stroke", SchemeColour), ("stroke-width", "1"), ("opacity", "0.55")],
        ["band"] = [("fill", SchemeColour), ("opacity", "0.15")],
        ["mark"] = [("fill", SchemeColour)],
        ["bar"] = [("fill", SchemeColour)],
        ["interval"] = [("stroke", SchemeColour), ("stroke-width", "3.5"), ("opacity", "0.45"), ("stroke-linecap", "round")],
        ["dot"] = [("fill", SchemeColour), ("stroke", Paper), ("stroke-width", "1.5")],
        ["shape"] = [("fill", Paper), ("stroke", SchemeColour), ("stroke-width", "1.8")],
        ["key"] = [("fill", Soft)],
        ["part0"] = [("opacity", "1")],
        ["part1"] = [("opacity", "0.74")],
        ["part2"] = [("opacity", "0.52")],
        ["part3"] = [("opacity", "0.36")],
        ["part4"] = [("opacity", "0.24")],
        ["part5"] = [("opacity", "0.12")],
    };

    /// <summary>How many colours there are, which color-blind readers can tell apart; later schemes take them again.</summary>
    public static int ColourCount => Colours.Length;

    /// <summary>Colour of the scheme with that place in the study.</summary>
    public static string ColourOf(int index) => Colours[index % Colours.Length];

    /// <summary>Dashes of the scheme's lines, which tell schemes of the same colour apart; null for the first ones.</summary>
    public static string? DashesOf(int index) => index < Colours.Length ? null : $"{index / Colours.Length * 4} 3";

    /// <summary>The attributes that some classes stand for together; later ones win.</summary>
    public static IReadOnlyDictionary<string, string> Of(IEnumerable<string> classes)
    {
        Dictionary<string, string> attributes = new(StringComparer.Ordinal);
        foreach ((string name, string value) in classes.SelectMany(name => Classes.GetValueOrDefault(name, [])))
            attributes[name] = value;
        return attributes;
    }
}

using System.Text;
using EvenKeel.Lab.Claims;

namespace EvenKeel.Lab.Reports;

/// <summary>The first screen of a page: the finding, how the claims fared, and the figure that matters most.</summary>
internal static class SummarySection
{
    /// <summary>The figures that stand here and not further down: the first curves of the study, two where there are no
    /// claims to stand beside them. A study with settings but without curves over them shows those of its first.</summary>
    public static IReadOnlyList<ReportFigure> Figures(StudyData data, IReadOnlyList<ReportFigure> figures)
    {
        ReportFigure[] curves = [.. figures.Where(figure => figure is { Setting: 0 or 1, IsInside: false, Chart: LineChart })];
        int setting = curves.Any(figure => figure.Setting == 0) ? 0 : 1;
        return [.. curves.Where(figure => figure.Setting == setting).Take(data.Claims.Count > 0 ? 1 : 2)];
    }

    /// <summary>Writes the section.</summary>
    /// <param name="html">The page.</param>
    /// <param name="data">What the report shows.</param>
    /// <param name="figures">The figures of this section.</param>
    public static void Write(StringBuilder html, StudyData data, IReadOnlyList<ReportFigure> figures)
    {
        if (data.Claims.Count == 0 && figures.Count == 0)
            return;
        html.Append("<section id=\"summary\" aria-label=\"Summary\">\n<div class=\"charts\">\n");
        if (data.Claims.Count > 0)
            WriteVerdicts(html, data.Claims);
        foreach (ReportFigure figure in figures)
        {
            string setting = figure.Setting == 0 ? "" : $", {data.Settings[figure.Setting - 1].Setting.Key}";
            ChartSection.Write(html, figure with { Title = figure.Title + setting });
        }

        html.Append("</div>\n</section>\n");
    }

    private static void WriteVerdicts(StringBuilder html, IReadOnlyList<ClaimReport> claims)
    {
        string counts = string.Join(", ", ((Verdict[])[Verdict.Holds, Verdict.Contradicted, Verdict.Undecided])
            .Select(verdict => (Word: ClaimTable.Word(verdict), Count: claims.Count(claim => claim.Verdict == verdict)))
            .Where(item => item.Count > 0)
            .Select(item => $"{item.Count} {(item.Word == "holds" && item.Count > 1 ? "hold" : item.Word)}"));
        html.Append($"<div class=\"verdicts\"><h3>{claims.Count} claim{(claims.Count == 1 ? "" : "s")}: {counts}</h3>\n<ul>\n");
        for (int i = 0; i < claims.Count; i++)
        {
            string word = ClaimTable.Word(claims[i].Verdict);
            html.Append($"<li><span class=\"verdict {word}\">{word}</span> "
                + $"<a href=\"#claim-{i + 1}\">{Show.Escape(claims[i].Claim.Words)}</a></li>\n");
        }

        html.Append("</ul></div>\n");
    }
}

using System.Reflection;
using System.Text;
using EvenKeel.Lab.Reports.Inside;
using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Lab.Reports;

/// <summary>The page <c>report.html</c>: one file, no network, the same bytes from the same journals.</summary>
internal static class ReportPage
{
    // In the order in which they build on each other; together they are one function.
    private static readonly string[] Scripts = ["page.js", "numbers.js", "drawing.js", "chart.js", "reading.js", "controls.js"];

    /// <summary>The page as text.</summary>
    public static string Write(ReportFiles files, IReadOnlyList<ReportFigure> figures)
    {
        StudyData data = files.Data;
        StringBuilder html = new();
        html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.Append("<meta name=\"color-scheme\" content=\"light dark\">\n");
        html.Append($"<title>{Show.Escape(data.Plan.Study.Title)} · EvenKeel</title>\n");
        html.Append($"<style>\n{Asset("report.css")}{SchemeRules(data)}</style>\n</head>\n<body>\n");
        IReadOnlyList<ReportFigure> first = SummarySection.Figures(data, figures);
        WriteHeader(html, data);
        html.Append("<main>\n");
        foreach ((string limit, string words) in data.Plan.Limits)
            html.Append($"<p class=\"reduced\"><b>{limit}.</b> This is not the whole study: {Show.Escape(words)}</p>\n");
        html.Append($"<p class=\"finding\">{Show.Escape(Finding.Of(data))}</p>\n");
        ChartSection.WriteLegend(html, data);
        SummarySection.Write(html, data, first);
        WriteFacts(html, data);
        ResultSection.Write(html, files);
        ResultSection.WriteClaims(html, files);
        WriteFigures(html, data, [.. figures.Where(figure => !figure.IsInside).Except(first)]);
        InsideSection.Write(html, data, figures);
        WriteAbout(html, data);
        SettingsSection.Write(html, data);
        html.Append("</main>\n");
        WriteFooter(html, data);
        html.Append("<div id=\"tip\" role=\"status\" aria-live=\"polite\" hidden></div>\n");
        html.Append($"<script>\n(() => {{\n  \"use strict\";\n{string.Concat(Scripts.Select(Asset))}}})();\n</script>\n</body>\n</html>\n");
        return html.ToString();
    }

    // Figures of the whole study lie open; of several settings only the first does, or the page would be too long.
    private static void WriteFigures(StringBuilder html, StudyData data, IReadOnlyList<ReportFigure> figures)
    {
        html.Append("<section id=\"curves\"><h2>Curves</h2>\n"
            + "<p class=\"hint\">Drag across a chart to zoom in, double-click to zoom out. With the keyboard: arrow keys read, + and − zoom, 0 resets.</p>\n");
        WriteSetting(html, [.. figures.Where(figure => figure.Setting == 0)]);
        if (data.Settings.Count > 1)
            html.Append("<button type=\"button\" class=\"unfold\" hidden>Open all settings</button>\n");
        IGrouping<string, ReportData>[] groups = [.. data.Settings.Where(setting => setting.Number > 0)
            .GroupBy(setting => data.ChartAxis is { } axis ? setting.Setting.Without(axis.Name).Key : "", StringComparer.Ordinal)];
        foreach (IGrouping<string, ReportData> group in groups)
        {
            if (groups.Length > 1)
                html.Append($"<h3 class=\"group\">{Show.Escape(group.Key)}</h3>\n");
            foreach (ReportData setting in group)
            {
                string name = groups.Length > 1 ? $"{data.ChartAxis!.Name}={setting.Setting[data.ChartAxis.Name]}" : setting.Setting.Key;
                html.Append($"<details{(setting.Number == 1 ? " open" : "")}><summary>{Show.Escape(name)}</summary>\n");
                ResultSection.WriteTable(html, SummaryTable.Of(setting), "results", data.Plan.Reduced is null ? "" : " · reduced runs");
                WriteSetting(html, [.. figures.Where(figure => figure.Setting == setting.Number)]);
                html.Append("</details>\n");
            }
        }

        html.Append("</section>\n");
    }

    private static void WriteSetting(StringBuilder html, IReadOnlyList<ReportFigure> figures)
    {
        foreach (ReportFigure figure in figures.Where(figure => figure.Chart is PublishedChart))
            ChartSection.Write(html, figure);
        ChartSection.WriteAll(html, [.. figures.Where(figure => figure.Chart is not PublishedChart)]);
    }

    private static void WriteHeader(StringBuilder html, StudyData data)
    {
        StudySpec study = data.Plan.Study;
        html.Append("<header>\n<div class=\"bar\"><span class=\"brand\">EvenKeel</span>");
        WriteContents(html, data);
        html.Append("<span class=\"theme\" role=\"group\" aria-label=\"Colours\">"
            + "<button type=\"button\" data-theme-choice=\"\" aria-pressed=\"true\">Auto</button>"
            + "<button type=\"button\" data-theme-choice=\"light\" aria-pressed=\"false\">Light</button>"
            + "<button type=\"button\" data-theme-choice=\"dark\" aria-pressed=\"false\">Dark</button></span></div>\n");
        html.Append($"<h1>{Show.Escape(study.Title)}</h1>\n");
        if (study.Question.Length > 0)
            html.Append($"<p class=\"question\">{Show.Escape(study.Question)}</p>\n");
        html.Append("</header>\n");
    }

    private static void WriteContents(StringBuilder html, StudyData data)
    {
        html.Append("<nav aria-label=\"Contents\">");
        foreach ((string id, string title, bool there) in ((string, string, bool)[])
        [
            ("results", "Results", true), ("claims", "Claims", data.Claims.Count > 0), ("curves", "Curves", true),
            ("about", "About", HasAbout(data)), ("settings", "Settings", true), ("runs", "Runs", true),
        ])
        {
            if (there)
                html.Append($"<a href=\"#{id}\">{title}</a> ");
        }

        html.Append("</nav>\n");
    }

    private static void WriteFacts(StringBuilder html, StudyData data)
    {
        IReadOnlyList<RunSpec> runs = data.Plan.Runs;
        html.Append("<dl class=\"facts\">\n");
        Fact(html, "Network", Several(runs, run => run.Model + (run.Width == 1 ? "" : $", width {Show.Number(run.Width, 2)}")));
        Fact(html, "Data", Several(runs, run => run.Data + (run.TrainImages is { } images ? $", {Show.Count(images)} images" : "")));
        Fact(html, "Epochs", Several(runs, run => Show.Count(run.Epochs)));
        foreach (StudyAxis axis in data.Plan.Axes.Where(axis => axis.Values.Count > 1))
            Fact(html, axis.Title, string.Join(", ", axis.Values.Select(value => value.Name)));
        Fact(html, data.Plan.Seeds.Count == 1 ? "Seed" : "Seeds", string.Join(", ", data.Plan.Seeds));
        if (data.Plan.Profile is { } profile)
            Fact(html, "Profile", profile.Name + (data.Plan.Reduced is null ? "" : " (reduced)"));
        if (data.Plan.Variant is { } variant)
            Fact(html, "Variant", variant.Name);
        html.Append("</dl>\n");
    }

    private static string Several(IReadOnlyList<RunSpec> runs, Func<RunSpec, string> text)
    {
        string[] all = [.. runs.Select(text).Distinct(StringComparer.Ordinal)];
        return all.Length <= 4 ? string.Join(", ", all) : $"{all[0]} to {all[^1]}";
    }

    private static void Fact(StringBuilder html, string name, string value) =>
        html.Append($"<div><dt>{name}</dt><dd>{Show.Escape(value)}</dd></div>\n");

    private static bool HasAbout(StudyData data) => data.Plan.Study.Description.Count > 0 || data.Plan.Study.Sources.Count > 0;

    private static void WriteAbout(StringBuilder html, StudyData data)
    {
        StudySpec study = data.Plan.Study;
        if (!HasAbout(data))
            return;
        html.Append("<section id=\"about\"><h2>About this study</h2>\n<div class=\"prose\">\n");
        foreach (string paragraph in study.Description)
            html.Append($"<p>{Show.Escape(paragraph)}</p>\n");
        foreach (StudyVariant variant in data.Plan.Variants)
            html.Append($"<p>Variant <b>{Show.Escape(variant.Name)}</b>. {Show.Escape(variant.Description)}</p>\n");
        if (study.Sources.Count > 0)
            html.Append("<h3>Sources</h3>\n");
        foreach (StudySource source in study.Sources)
        {
            html.Append($"<p class=\"source\"><b>{Show.Escape(source.Key)}</b> "
                + (source.Authors.Length > 0 ? $"{Show.Escape(source.Authors.TrimEnd('.'))}. " : "")
                + $"<cite>{Show.Escape(source.Title)}</cite>."
                + (source.Arxiv is { } number
                    ? $" <a href=\"https://arxiv.org/abs/{Show.Escape(number)}\" rel=\"noreferrer\">arXiv:{Show.Escape(number)}</a>."
                    : "")
                + (source.Note is { } note ? $" {Show.Escape(note)}" : "") + "</p>\n");
        }

        html.Append("</div></section>\n");
    }

    private static void WriteFooter(StringBuilder html, StudyData data)
    {
        html.Append("<footer>\n");
        if (data.Plan.Command is { } command)
            html.Append($"<p>Runs and report again, skipping what is finished:</p>\n<pre><code>{Show.Escape(command)}</code></pre>\n");
        html.Append("<p>Written from the runs’ journals alone. The same figures lie beside this page in "
            + "<code>report.md</code>, <code>tables.tex</code>, <code>*.csv</code> and <code>figures/</code>.</p>\n</footer>\n");
    }

    // Rules for each scheme: its colour, from the ninth on dashed; that a pressed legend hides it in charts; and that
    // other lines step back while its button is pointed at.
    private static string SchemeRules(StudyData data)
    {
        StringBuilder css = new();
        foreach (int index in data.Schemes.Select(scheme => scheme.Index))
        {
            css.Append($".s{index}{{--c:var(--c{index % FigureStyle.ColourCount})}}");
            if (FigureStyle.DashesOf(index) is { } dashes)
                css.Append($".s{index} .line{{stroke-dasharray:{dashes}}}");
            css.Append($".off{index} .chart .s{index}{{display:none}}.off{index} tr.s{index}{{opacity:.4}}")
                .Append($"[data-mark=\"{index}\"] .chart .lines>g:not(.s{index}){{opacity:.15}}\n");
        }

        return css.ToString();
    }

    private static string Asset(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"reports/{name}")
            ?? throw new InvalidOperationException($"The assembly lacks reports/{name}.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}

using System.Text;
using EvenKeel.Training.Diagnostics;

namespace EvenKeel.Lab.Reports.Inside;

/// <summary>The section of the page about the inside of the networks: a table, curves over the steps, and every layer at
/// the last moment.</summary>
internal static class InsideSection
{
    /// <summary>Writes the section; nothing when nothing was measured.</summary>
    public static void Write(StringBuilder html, StudyData data, IReadOnlyList<ReportFigure> figures)
    {
        ReportData[] settings = [.. data.Settings.Where(setting => InsideTable.Of(setting) is not null)];
        if (settings.Length == 0)
            return;
        html.Append("<section id=\"inside\"><h2>Inside the networks</h2>\n");
        foreach (ReportData setting in settings)
        {
            bool folded = setting.Number > 0;
            if (folded)
                html.Append($"<details{(setting == settings[0] ? " open" : "")}><summary>{Show.Escape(setting.Setting.Key)}</summary>\n");
            SummaryTable table = InsideTable.Of(setting)!;
            ResultSection.WriteTable(html, table, "results", data.Plan.Reduced is null ? "" : " · reduced runs");
            ResultSection.WriteNotes(html, [string.Join(' ', table.Notes)]);
            ChartSection.WriteAll(html, [.. figures.Where(figure => figure.IsInside && figure.Setting == setting.Number)]);
            foreach (SchemeResult scheme in setting.Schemes)
                WriteLayers(html, scheme);
            if (folded)
                html.Append("</details>\n");
        }

        html.Append("</section>\n");
    }

    // Of the first seed that has any: every seed would fill the page.
    private static void WriteLayers(StringBuilder html, SchemeResult scheme)
    {
        if (scheme.Runs.FirstOrDefault(run => run.Diagnostics.Count > 0) is not { } run)
            return;
        DiagnosticRecord last = run.Diagnostics[^1];
        html.Append($"<details><summary>Layers of {Show.Escape(scheme.Scheme)}, seed {run.Spec.Seed}, after step {Show.Count(last.Step)}</summary>\n");
        WriteTable(html, $"Layers of {scheme.Scheme}", LayerTable.LayerColumns, LayerTable.Layers(last));
        if (last.Gains.Count + last.Biases.Count > 0)
            WriteTable(html, $"Gains and biases of {scheme.Scheme}", LayerTable.ValueColumns, LayerTable.Values(last));
        html.Append("</details>\n");
    }

    private static void WriteTable(
        StringBuilder html, string title, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        html.Append($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{Show.Escape(title)}\"><table class=\"runs\">\n<thead><tr>");
        html.Append(string.Concat(columns.Select((column, i) => $"<th scope=\"col\"{(i == 0 ? "" : " class=\"n\"")}>{column}</th>")));
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (IReadOnlyList<string> row in rows)
        {
            html.Append($"<tr><th scope=\"row\">{Show.Escape(row[0])}</th>");
            html.Append(string.Concat(row.Skip(1).Select(cell => $"<td class=\"n\">{Show.Escape(cell)}</td>")));
            html.Append("</tr>\n");
        }

        html.Append("</tbody></table></div>\n");
    }
}

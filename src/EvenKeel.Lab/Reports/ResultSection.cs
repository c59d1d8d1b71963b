using System.Text;
using EvenKeel.Lab.Statistics;
using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Lab.Reports;

/// <summary>The result of a study: a sentence, the table of errors, and measured beside published figures.</summary>
internal static class ResultSection
{
    /// <summary>Writes the section.</summary>
    public static void Write(StringBuilder html, ReportData data, SummaryTable table)
    {
        html.Append("<section id=\"results\"><h2>Results</h2>\n");
        html.Append($"<p class=\"finding\">{Finding(data)}{Missing(data)}</p>\n");
        WriteTable(html, data, table);
        WritePublished(html, data);
        html.Append("</section>\n");
    }

    /// <summary>The result in a sentence or two, as HTML; claims no more than the seeds carry.</summary>
    private static string Finding(ReportData data)
    {
        SchemeResult[] ranked = [.. data.Schemes
            .Where(scheme => scheme is { Last: not null, Provisional: false })
            .OrderBy(scheme => scheme.Last!.Mean)
            .ThenBy(scheme => scheme.Index)];
        string metric = Show.Escape(data.Metric.LowerName);
        if (ranked.Length == 0)
            return "No run has finished yet; what follows is how far they have come.";

        SchemeResult lowest = ranked[0];
        string text = $"<b>{Show.Escape(lowest.Scheme)}</b> has the lowest {metric} after the last epoch, "
            + $"<b>{Show.Interval(lowest.Last, 2)}%</b>";
        if (ranked.Length > 1)
        {
            SchemeResult highest = ranked[^1];
            text += $"; {Show.Escape(highest.Scheme)} has the highest, {Show.Interval(highest.Last, 2)}%";
        }

        text += ".";
        SchemeResult first = data.Schemes[0];
        if (lowest.Difference is { HalfWidth: { } half } difference)
        {
            string verdict = Math.Abs(difference.Mean) > half
                ? "beyond chance at 95%"
                : "not beyond chance at 95%";
            text += $" Against {Show.Escape(first.Scheme)}, seed by seed, that is "
                + $"{Show.Difference(difference, 2)} points: {verdict}.";
        }
        else if (data.Plan.Seeds.Count == 1 && ranked.Length > 1)
        {
            text += " With one seed, small differences may be chance.";
        }

        return text;
    }

    private static string Missing(ReportData data)
    {
        RunData[] runs = [.. data.Runs];
        RunData[] missing = [.. runs.Where(run => run.Status != RunStatus.Finished)];
        if (missing.Length == 0)
            return "";
        string states = string.Join(", ", missing.GroupBy(run => run.StatusText, StringComparer.Ordinal)
            .Select(group => $"{group.Count()} {group.Key}"));
        return $" <b>{missing.Length} of {runs.Length} runs did not finish: {states}.</b>";
    }

    private static void WriteTable(StringBuilder html, ReportData data, SummaryTable table)
    {
        html.Append("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table of results\"><table class=\"results\">\n");
        html.Append($"<caption>{Show.Escape(table.Title)}{(data.Plan.Reduced is null ? "" : " · reduced runs")}</caption>\n<thead><tr>");
        foreach (SummaryColumn column in table.Columns)
            html.Append($"<th scope=\"col\"{(column.Numeric ? " class=\"n\"" : "")}>{Show.Escape(column.Header)}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (SummaryRow row in table.Rows)
        {
            string label = data.Schemes[row.Index].Label;
            html.Append($"<tr class=\"s{row.Index}{(row.IsLowest ? " lowest" : "")}\"><th scope=\"row\"><i></i><span>"
                + $"<b>{Show.Escape(row.Scheme)}</b>"
                + (label == row.Scheme ? "" : $"<small>{Show.Escape(label)}</small>") + "</span></th>");
            for (int i = 1; i < row.Cells.Count; i++)
                html.Append($"<td{(table.Columns[i].Numeric ? " class=\"n\"" : "")}>{Show.Escape(row.Cells[i])}</td>");
            html.Append("</tr>\n");
        }

        html.Append("</tbody></table></div>\n<ul class=\"notes\">\n");
        foreach (string note in table.Notes)
            html.Append($"<li>{Show.Escape(note)}</li>\n");
        html.Append("</ul>\n");
    }

    private static void WritePublished(StringBuilder html, ReportData data)
    {
        PublishedFigures[] errors = [.. data.Plan.Study.Published.Where(
            figures => figures.Metric == PublishedMetric.TestError)];
        if (errors.Length == 0)
            return;
        string measured = data.Plan.Reduced is null ? "Measured" : "Measured, reduced runs";
        html.Append("<figure class=\"full\"><h3>Measured beside published</h3>\n");
        html.Append(new PublishedChart(data.Schemes, errors, measured).Draw());
        string interval = data.Schemes.Any(scheme => scheme.Last?.HalfWidth is not null)
            ? $" The bar is the {Show.Number(100 * Estimate.Confidence, 0)}% interval."
            : "";
        html.Append($"<figcaption>{Show.Escape(data.Metric.Name)} after the last epoch.{interval}");
        if (data.Plan.Reduced is not null)
            html.Append(" <em>The measured runs are reduced, the published ones are not: compare the order, not the height.</em>");
        html.Append("</figcaption></figure>\n");
    }
}

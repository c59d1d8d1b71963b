using System.Text;

namespace EvenKeel.Lab.Reports;

/// <summary>The result of a study in its page: the tables and the claims.</summary>
internal static class ResultSection
{
    /// <summary>Writes the section.</summary>
    public static void Write(StringBuilder html, ReportFiles files)
    {
        html.Append("<section id=\"results\"><h2>Results</h2>\n");
        string reduced = files.Data.Plan.Reduced is null ? "" : " · reduced runs";
        foreach (SummaryTable table in files.Tables)
            WriteTable(html, table, "results", reduced);
        WriteNotes(html, files.Notes);
        html.Append("</section>\n");
    }

    /// <summary>Writes the claims.</summary>
    public static void WriteClaims(StringBuilder html, ReportFiles files)
    {
        if (files.Claims is not { } table)
            return;
        html.Append("<section id=\"claims\"><h2>Claims and verdicts</h2>\n");
        html.Append("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Table of claims\"><table class=\"claims\">\n<thead><tr>");
        foreach (SummaryColumn column in table.Columns)
            html.Append($"<th scope=\"col\"{Numeric(column)}>{Show.Escape(column.Header)}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        for (int i = 0; i < table.Rows.Count; i++)
        {
            ClaimReport claim = files.Data.Claims[i];
            IReadOnlyList<string> cells = table.Rows[i].Cells;
            string word = ClaimTable.Word(claim.Verdict);
            string reason = ClaimTable.Reason(claim) is { } text ? $"<small>{Show.Escape(text)}</small>" : "";
            html.Append($"<tr id=\"claim-{i + 1}\"><th scope=\"row\">{Show.Escape(cells[0])}<code>{Show.Escape(claim.Claim.Says)}</code></th>"
                + $"<td data-label=\"Source\">{Show.Escape(cells[1])}</td>"
                + $"<td data-label=\"Measured\">{Show.Escape(cells[2])}</td><td class=\"n\" data-label=\"Margin\">{Show.Escape(cells[3])}</td>"
                + $"<td class=\"n\" data-label=\"p\">{Show.Escape(cells[4])}</td>"
                + $"<td data-label=\"Verdict\"><span class=\"verdict {word}\">{word}</span>{reason}</td></tr>\n");
        }

        html.Append("</tbody></table></div>\n");
        WriteNotes(html, table.Notes);
        html.Append("</section>\n");
    }

    /// <summary>Writes a table of schemes.</summary>
    public static void WriteTable(StringBuilder html, SummaryTable table, string kind, string reduced)
    {
        html.Append($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{Show.Escape(table.Title)}\"><table class=\"{kind}\">\n");
        html.Append($"<caption>{Show.Escape(table.Title)}{reduced}</caption>\n<thead><tr>");
        foreach (SummaryColumn column in table.Columns)
            html.Append($"<th scope=\"col\"{Numeric(column)}>{Show.Escape(column.Header)}</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (SummaryRow row in table.Rows)
        {
            html.Append($"<tr class=\"s{row.Index}{(row.IsLowest ? " lowest" : "")}\"><th scope=\"row\"><i></i><span>"
                + $"<b>{Show.Escape(row.Scheme)}</b>"
                + (row.Label == row.Scheme ? "" : $"<small>{Show.Escape(row.Label)}</small>") + "</span></th>");
            for (int i = 1; i < row.Cells.Count; i++)
                html.Append($"<td{Numeric(table.Columns[i])}>{Show.Escape(row.Cells[i])}</td>");
            html.Append("</tr>\n");
        }

        html.Append("</tbody></table></div>\n");
    }

    /// <summary>Writes sentences below a table.</summary>
    public static void WriteNotes(StringBuilder html, IReadOnlyList<string> notes)
    {
        html.Append("<ul class=\"notes\">\n");
        foreach (string note in notes)
            html.Append($"<li>{Show.Escape(note)}</li>\n");
        html.Append("</ul>\n");
    }

    private static string Numeric(SummaryColumn column) => column.Numeric ? " class=\"n\"" : "";
}

using System.Text;
using EvenKeel.Lab.Reports.Inside;
using EvenKeel.Lab.Studies;

namespace EvenKeel.Lab.Reports;

/// <summary>The text <c>report.md</c>: the whole report for places that show Markdown.</summary>
internal static class ReportText
{
    /// <summary>The text.</summary>
    public static string Write(ReportFiles files, IReadOnlyList<ReportFigure> figures)
    {
        StudyData data = files.Data;
        StudySpec study = data.Plan.Study;
        StringBuilder text = new();
        text.Append($"# {study.Title}\n\n");
        if (study.Question.Length > 0)
            text.Append($"{study.Question}\n\n");
        foreach ((string limit, string words) in data.Plan.Limits)
            text.Append($"> **{limit}.** This is not the whole study: {words}\n\n");
        text.Append($"## Results\n\n{Finding.Of(data)}\n\n");
        foreach (SummaryTable table in files.Tables)
            WriteTable(text, table);
        WriteNotes(text, files.Notes);
        if (files.Claims is { } claims)
        {
            text.Append("## Claims and verdicts\n\n");
            WriteTable(text, claims with { Title = "" });
            WriteNotes(text, claims.Notes);
        }

        text.Append("## Figures\n\n");
        foreach (ReportFigure figure in figures.Where(figure => figure.Chart is not null))
        {
            text.Append($"### {figure.Title}{Where(data, figure)}\n\n![{figure.Title}](figures/{figure.Id}.svg)\n\n{figure.Caption}");
            text.Append(figure.Warning.Length > 0 ? $" *{figure.Warning}*\n\n" : "\n\n");
        }

        SummaryTable[] inside = [.. data.Settings.Select(InsideTable.Of).OfType<SummaryTable>()];
        if (inside.Length > 0)
        {
            text.Append("## Inside the networks\n\n");
            foreach (SummaryTable table in inside)
                WriteTable(text, table);
            WriteNotes(text, [string.Join(' ', inside[0].Notes)]);
        }

        if (data.Settings.Count > 1)
        {
            text.Append("## Setting by setting\n\n");
            foreach (ReportData setting in data.Settings)
                WriteTable(text, SummaryTable.Of(setting));
        }

        WriteAbout(text, data.Plan);
        return text.ToString();
    }

    private static string Where(StudyData data, ReportFigure figure) =>
        figure.Setting == 0 || figure.Chart is PublishedChart ? "" : $", {data.Settings[figure.Setting - 1].Setting.Key}";

    /// <summary>Appends a table as Markdown.</summary>
    public static void WriteTable(StringBuilder text, SummaryTable table)
    {
        if (table.Title.Length > 0)
            text.Append($"**{table.Title}**\n\n");
        text.Append($"| {string.Join(" | ", table.Columns.Select(column => Cell(column.Header)))} |\n");
        text.Append($"|{string.Concat(table.Columns.Select(column => column.Numeric ? "--:|" : "---|"))}\n");
        foreach (SummaryRow row in table.Rows)
            text.Append($"| {string.Join(" | ", row.Cells.Select(Cell))} |\n");
        text.Append('\n');
    }

    private static string Cell(string text) => text
        .Replace("|", "\\|", StringComparison.Ordinal)
        .Replace("*", "\\*", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal);

    private static void WriteNotes(StringBuilder text, IReadOnlyList<string> notes)
    {
        foreach (string note in notes)
            text.Append($"- {Cell(note)}\n");
        text.Append('\n');
    }

    private static void WriteAbout(StringBuilder text, StudyPlan plan)
    {
        text.Append("## About this study\n\n");
        foreach (string paragraph in plan.Study.Description)
            text.Append($"{paragraph}\n\n");
        foreach (StudyVariant variant in plan.Variants)
            text.Append($"Variant **{variant.Name}**. {variant.Description}\n\n");
        foreach (StudySource source in plan.Study.Sources)
        {
            text.Append($"- **{source.Key}**: {(source.Authors.Length > 0 ? $"{source.Authors.TrimEnd('.')}. " : "")}{source.Title}."
                + (source.Arxiv is { } number ? $" [arXiv:{number}](https://arxiv.org/abs/{number})." : "")
                + (source.Note is { } note ? $" {note}" : "") + "\n");
        }

        text.Append($"\nSeeds: {string.Join(", ", plan.Seeds)}.");
        if (plan.Command is { } command)
            text.Append($" Runs and report again, skipping what is finished:\n\n```\n{command}\n```\n");
        else
            text.Append('\n');
    }
}

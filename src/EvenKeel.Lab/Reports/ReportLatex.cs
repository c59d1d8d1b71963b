using System.Text;
using EvenKeel.Lab.Studies;

namespace EvenKeel.Lab.Reports;

/// <summary>The tables <c>tables.tex</c>, for papers: plain tabulars that need no package.</summary>
internal static class ReportLatex
{
    /// <summary>All tables, each a <c>table</c> environment with its caption.</summary>
    public static string Write(ReportFiles files)
    {
        StudyPlan plan = files.Data.Plan;
        StringBuilder tex = new();
        string reduced = plan.Reduced is null ? "" : " Reduced runs.";
        tex.Append($"% {plan.Study.Title}{(plan.Command is { } command ? $": {command}" : "")}\n");
        tex.Append("% Put \\input{tables} where the tables belong.\n");
        foreach (SummaryTable table in files.Tables)
            WriteTable(tex, table, reduced);
        if (files.Claims is { } claims)
            WriteTable(tex, claims, reduced);
        return tex.ToString();
    }

    private static void WriteTable(StringBuilder tex, SummaryTable table, string reduced)
    {
        string columns = string.Concat(table.Columns.Select(column => column.Numeric ? 'r' : 'l'));
        tex.Append($"\n\\begin{{table}}\n\\caption{{{Escape(table.Title)}.{reduced}}}\n\\begin{{tabular}}{{{columns}}}\n\\hline\n");
        tex.Append(string.Join(" & ", table.Columns.Select(column => Escape(column.Header)))).Append(" \\\\\n\\hline\n");
        foreach (SummaryRow row in table.Rows)
            tex.Append(string.Join(" & ", row.Cells.Select(Escape))).Append(" \\\\\n");
        tex.Append("\\hline\n\\end{tabular}\n\\end{table}\n");
    }

    /// <summary>Text made safe for LaTeX.</summary>
    public static string Escape(string text)
    {
        StringBuilder safe = new();
        foreach (char letter in text)
        {
            safe.Append(letter switch
            {
                '&' or '%' or '$' or '#' or '_' or '{' or '}' => $"\\{letter}",
                '\\' => "\\textbackslash{}",
                '~' => "\\textasciitilde{}",
                '^' => "\\textasciicircum{}",
                '<' or '>' or '±' or '\u2212' or 'τ' or '∞' => $"${Symbol(letter)}$",
                '–' => "--",
                '’' => "'",
                '“' => "``",
                '”' => "''",
                '\u202f' => "\\,",
                _ => letter.ToString(),
            });
        }

        return safe.ToString();
    }

    private static string Symbol(char letter) => letter switch
    {
        '±' => "\\pm",
        '\u2212' => "-",
        'τ' => "\\tau",
        '∞' => "\\infty",
        _ => letter.ToString(),
    };
}

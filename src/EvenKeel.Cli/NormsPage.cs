using System.Text;
using EvenKeel.Lab.Benchmarks;
using EvenKeel.Norms;

namespace EvenKeel.Cli;

/// <summary><c>docs/norms.md</c>: the list of methods as a page, and the words that the page and the terminal share.</summary>
internal static class NormsPage
{
    /// <summary>The page.</summary>
    public static string Markdown(IReadOnlyList<NormMethod> methods, NormCosts costs)
    {
        var page = new StringBuilder("""
            # Normalization methods

            <!-- Written by `evenkeel norms --markdown` from the records in src/EvenKeel/Norms and docs/norm-costs.jsonl. -->

            Methods are joined with `+`, and options stand in brackets: `wn+mobn`, `bn(epsilon=1e-3,rate=0.01)`. A scheme takes
            one method on activations, one on weights, and any number around steps.


            """.ReplaceLineEndings("\n"));
        Table(page, ["name", "method", "acts on", "folds", "cost"], methods.Select(m => new[]
        {
            $"[{m.Name}](#{m.Name})", m.About.Title, Places(m), m.About.Foldable ? "yes" : "no", costs.Cell(m),
        }));
        page.Append($"\nA method that folds leaves plain weights for inference. {Conditions(costs)}\n");
        foreach (var method in methods) Section(page, method, costs);
        return page.ToString();
    }

    /// <summary>Where a method acts.</summary>
    public static string Places(NormMethod method)
    {
        var places = method.Create().Places;
        return places == NormPlaces.None ? "nothing" : places.ToString().ToLowerInvariant();
    }

    /// <summary>The values that an option takes.</summary>
    public static string Values(NormOption option, string separator) =>
        option.Values is { } values ? string.Join(separator, values) : NormValues.Expected(option.Property.PropertyType);

    /// <summary>The default of an option.</summary>
    public static string Default(NormOption option) => option.Default.Length == 0 ? "-" : option.Default;

    /// <summary>Network, batch, processor and day of a measurement.</summary>
    public static string Setting(StepCost row) => $"{NormSuite.Network}, batch {row.Batch}, {row.Cpu}, {row.Date:yyyy-MM-dd}";

    private static string Conditions(NormCosts costs) => costs.Conditions is not { } row ? "No cost is measured yet."
        : $"Cost is the time of a training step over that without normalization ({Setting(row)}; `{NormSuite.Model}`, "
            + $"{row.Threads} threads, Adam, median ratio of {row.Turns} turns in which every method takes its steps); "
            + "`evenkeel bench --suite norms --costs` measures it.";

    private static void Section(StringBuilder page, NormMethod method, NormCosts costs)
    {
        var about = method.About;
        page.Append($"\n## {method.Name}\n\n{about.Title}: `{about.Formula}`\n");
        if (about.Notes.Length > 0) page.Append($"\n{about.Notes}\n");
        if (method.Options.Count > 0)
        {
            page.Append('\n');
            Table(page, ["option", "default", "values", "meaning"], method.Options.Select(o => new[]
            {
                $"`{o.Name}`", Default(o), Values(o, ", "), o.Description,
            }));
        }

        page.Append($"\n- Acts on: {Places(method)}\n- Folds: {(about.Foldable ? "yes" : "no")}\n- Cost: {costs.Sentence(method)}\n");
        page.Append($"- Paper: {(about.Paper == "-" ? "none" : about.Paper)}\n");
    }

    private static void Table(StringBuilder page, string[] columns, IEnumerable<string[]> rows)
    {
        page.Append($"| {string.Join(" | ", columns)} |\n|{string.Concat(columns.Select(_ => "---|"))}\n");
        foreach (var row in rows) page.Append($"| {string.Join(" | ", row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |\n");
    }
}

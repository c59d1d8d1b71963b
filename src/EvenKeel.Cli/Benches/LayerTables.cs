using System.Text.Json;
using EvenKeel.Cli.Terminals;
using EvenKeel.Lab.Benchmarks;
using EvenKeel.Lab.Benchmarks.Profiling;
using EvenKeel.Training;

namespace EvenKeel.Cli.Benches;

/// <summary>A profile as tables: by layer, then by operation and size over the whole network; what loses most against its
/// floor first.</summary>
internal static class LayerTables
{
    /// <summary>Prints both tables.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="profile">What was measured.</param>
    /// <param name="top">Rows of each table; the rest is one row.</param>
    public static void Print(Terminal terminal, StepProfile profile, int top)
    {
        var (bench, speed) = (profile.Case, profile.Speed);
        terminal.Line($"{bench.Id} ({bench.Model}, {bench.Scheme}): {profile.StepMilliseconds:F2} ms a step");
        terminal.Line();
        Table(
            terminal, ["layer"], profile.SumBy(r => r.Layer), top, layer => [layer],
            [("forward", StepPhase.Forward), ("backward", StepPhase.Backward)]);
        terminal.Line();
        Table(terminal, ["operation", "size"], profile.SumBy(r => (r.Operation, r.Shape)), top, o => [o.Operation, o.Shape], []);
        terminal.Line();
        terminal.Paragraph("", $"Milliseconds of a step. The floor is the least they could be: multiply-adds at {speed.Gflops:F0} "
            + $"GFLOP/s or bytes at {speed.GigabytesPerSecond:F1} GB/s, both measured in this run, each operand read once and "
            + "each result written once. Above 100% operands stay in a cache or multiplications are saved. 'host' is the "
            + "time between operations.");
        terminal.Line();
    }

    /// <summary>Prints a JSON line for each operation of each layer, largest loss first, and one for the whole step.</summary>
    public static void PrintLines(Terminal terminal, StepProfile profile)
    {
        foreach (var row in profile.Rows.OrderByDescending(r => r.Lost)) terminal.Line(JsonSerializer.Serialize(row, SpecJson.Compact));
        var whole = Whole(profile.SumBy(_ => true));
        terminal.Line(JsonSerializer.Serialize(
            new
            {
                profile.Case.Id.Case,
                profile.Case.Id.Norm,
                profile.Case.Id.Batch,
                ms_per_step = profile.StepMilliseconds,
                ms = whole.Milliseconds,
                floor_ms = whole.Floor,
                lost_ms = whole.Lost,
                peak_gflops = profile.Speed.Gflops,
                bandwidth_gb_per_s = profile.Speed.GigabytesPerSecond,
            },
            SpecJson.Compact));
    }

    private static void Table<T>(
        Terminal terminal, string[] names, IReadOnlyList<ProfileSum<T>> sums, int top, Func<T, string[]> cells,
        (string Title, StepPhase Phase)[] phases)
    {
        var rows = sums.Take(top).Select(s => Row(cells(s.Common), s)).ToList();
        if (sums.Count > top) rows.Add(Row(Named($"{sums.Count - top} more"), Whole(sums.Skip(top))));
        rows.Add(Row(Named("total"), Whole(sums)));
        terminal.Table([.. names, "calls", .. phases.Select(p => p.Title), "ms", "floor", "reached", "lost"], rows);

        string[] Named(string name) => [name, .. names.Skip(1).Select(_ => "")];

        string[] Row<TCommon>(string[] first, ProfileSum<TCommon> sum) =>
        [
            .. first, $"{sum.Calls}", .. phases.Select(p => $"{sum.In(p.Phase):F2}"), $"{sum.Milliseconds:F2}", $"{sum.Floor:F2}",
            sum.Floor > 0 ? $"{sum.Floor / sum.Milliseconds:P0}" : "-", $"{sum.Lost:F2}",
        ];
    }

    private static ProfileSum<bool> Whole<T>(IEnumerable<ProfileSum<T>> sums) => new(true, [.. sums.SelectMany(s => s.Rows)]);
}

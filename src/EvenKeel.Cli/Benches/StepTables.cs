using System.Text;
using System.Text.Json;
using EvenKeel.Cli.Terminals;
using EvenKeel.Lab.Benchmarks;
using EvenKeel.Training;

namespace EvenKeel.Cli.Benches;

/// <summary>Timed steps as tables and lines.</summary>
internal static class StepTables
{
    /// <summary>A ratio as a person reads it.</summary>
    public static string Times(double ratio) => $"{ratio:F2}x";

    /// <summary>Prints what a suite came to, beside a peer's figures where there are any.</summary>
    public static void Print(Terminal terminal, BenchSuite suite, IReadOnlyList<BenchResult> rows, bool asJson)
    {
        if (asJson)
        {
            foreach (var row in rows) terminal.Line(JsonSerializer.Serialize(row, SpecJson.Compact));
            return;
        }

        terminal.Table(
            ["case", "norm", "batch", "ms/step", "ratio", "images/s", "GFLOP/s", "of peak", "forward", "backward", "optimizer", "MB", "resident"],
            rows.Select(r => new[]
            {
                r.Case, r.Norm, $"{r.Batch}", $"{r.MillisecondsPerStep:F1}", Ratio(r.Ratio), $"{r.ImagesPerSecond:F1}",
                $"{r.Gflops:F0}", $"{r.FractionOfPeak:P0}", $"{r.Breakdown["forward"]:F1}", $"{r.Breakdown["backward"]:F1}",
                $"{r.Breakdown["optimizer"]:F1}", $"{r.PeakBytes / 1_000_000}",
                $"{r.PeakResidentBytes / 1_000_000}",
            }));
        foreach (var (method, reason) in suite.LeftOut) terminal.Line($"{method} is left out: {reason}.");
        if (rows.All(r => r.Peer is null)) return;
        terminal.Line();
        terminal.Table(
            ["case", "norm", "batch", "images/s", "peer nchw", "peer best", "over nchw", "over best"],
            rows.Select(r => new[]
            {
                r.Case, r.Norm, $"{r.Batch}", $"{r.ImagesPerSecond:F1}", Speed(r.Peer?.DefaultImagesPerSecond),
                Speed(r.Peer?.BestImagesPerSecond), Ratio(r.Peer?.OverDefault), Ratio(r.Peer?.OverBest),
            }));
    }

    /// <summary>The table of <c>docs/performance.md</c>: results beside a peer's, as Markdown.</summary>
    public static string Markdown(IReadOnlyList<BenchResult> rows)
    {
        string[] columns = ["case", "norm", "batch", "images/s", "peer nchw", "peer best", "over nchw", "over best", "cost", "of peak", "resident"];
        var table = new StringBuilder($"| {string.Join(" | ", columns)} |\n|---|---{string.Concat(Enumerable.Repeat("|--:", columns.Length - 2))}|\n");
        foreach (var r in rows)
        {
            string[] cells =
            [
                r.Case, r.Norm, $"{r.Batch}", $"{r.ImagesPerSecond:F1}", Speed(r.Peer?.DefaultImagesPerSecond),
                Speed(r.Peer?.BestImagesPerSecond), Ratio(r.Peer?.OverDefault), Ratio(r.Peer?.OverBest), Ratio(r.Ratio),
                $"{100 * r.FractionOfPeak:F0}%", $"{r.PeakResidentBytes / 1_000_000} MB",
            ];
            table.Append($"| {string.Join(" | ", cells)} |\n");
        }

        var settings = rows.Select(r => $"{r.Cpu}, {r.Threads} {(r.Threads == 1 ? "thread" : "threads")}, {r.Date:yyyy-MM-dd}")
            .Distinct(StringComparer.Ordinal);
        return table.Append($"\n{string.Join("; ", settings)}.\n").ToString();
    }

    /// <summary>Prints one thread against several.</summary>
    public static void Print(Terminal terminal, IReadOnlyList<ThreadScaling> rows, bool asJson)
    {
        if (asJson)
        {
            foreach (var row in rows) terminal.Line(JsonSerializer.Serialize(row, SpecJson.Compact));
            return;
        }

        terminal.Table(
            ["case", "norm", "batch", "ms, 1 thread", $"ms, {rows[0].Threads} threads", "speed-up", "copies", "arithmetic", "memory"],
            rows.Select(r => new[]
            {
                r.Case, r.Norm, $"{r.Batch}", $"{r.OneThread:F1}", $"{r.AllThreads:F1}", Times(r.SpeedUp),
                Times(r.Copies), Times(r.Arithmetic), Times(r.Memory),
            }));
        terminal.Line("""
            Medians of turns, in each of which every kind ran: steps on one thread and on all; as many
            networks as threads, side by side, which share nothing but the machine ('copies'); multiply-adds
            in registers; main memory read and written. What copies do not gain, the machine does not give.
            """);
    }

    /// <summary>Prints what schemes cost.</summary>
    public static void Print(Terminal terminal, IReadOnlyList<StepCost> rows, bool asJson)
    {
        if (asJson)
        {
            foreach (var row in rows) terminal.Line(JsonSerializer.Serialize(row, SpecJson.Compact));
            return;
        }

        terminal.Table(
            ["case", "norm", "batch", "ms/step", "cost", "over", "half of the turns", "turns"],
            rows.Select(r => new[]
            {
                r.Case, r.Norm, $"{r.Batch}", $"{r.Milliseconds:F1}", $"{r.Cost:F3}x", r.Over, $"{r.Lower:F3} to {r.Upper:F3}", $"{r.Turns}",
            }));
    }

    private static string Ratio(double? ratio) => ratio is { } value ? Times(value) : "-";

    private static string Speed(double? speed) => speed is { } value ? $"{value:F1}" : "-";
}

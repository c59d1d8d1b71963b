using System.CommandLine;
using System.Text.Json;
using EvenKeel.Cli.Terminals;
using EvenKeel.Lab.Benchmarks;
using EvenKeel.Training;

namespace EvenKeel.Cli.Commands;

/// <summary><c>evenkeel bench</c>: times training steps against the machine's peak.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var suite = new Option<string?>("--suite") { Description = $"A table of cases: {string.Join(", ", BenchSuite.All.Select(s => s.Name))}.", HelpName = "NAME" };
        var model = new Option<string>("--model") { Description = "Network.", HelpName = "NAME", DefaultValueFactory = _ => "convpool-cnn-c" };
        var norm = new Option<string>("--norm") { Description = "Scheme.", HelpName = "SCHEME", DefaultValueFactory = _ => "none" };
        var batch = new Option<int>("--batch") { Description = "Images per step.", HelpName = "N", DefaultValueFactory = _ => 100 };
        var width = new Option<double>("--width") { Description = "Factor on every hidden width.", HelpName = "FACTOR", DefaultValueFactory = _ => 1 };
        var seconds = new Option<double>("--seconds") { Description = "How long to time each case in each round.", HelpName = "S", DefaultValueFactory = _ => 5 };
        var rounds = new Option<int?>("--rounds") { Description = "Rounds over all cases, whose medians count; otherwise the suite's own number.", HelpName = "N" };
        rounds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() < 1) result.AddError("--rounds must be 1 or more.");
        });
        var threads = CommonOptions.Threads();
        var json = CommonOptions.Json();
        var command = new Command("bench", "Time training steps on random data, against the machine's measured peak.")
        {
            suite, model, norm, batch, width, seconds, rounds, threads, json,
        };
        command.AddExamples(
            "evenkeel bench --suite convpool",
            "evenkeel bench --suite norms --seconds 2",
            "evenkeel bench --model convpool-cnn-c --norm wn --batch 100 --threads 2 --seconds 5 --json");
        command.Runs((result, terminal, cancel) =>
        {
            var bench = result.GetValue(suite) is { } name
                ? BenchSuite.Find(name)
                : Single(result.GetValue(model)!, result.GetValue(norm)!, result.GetValue(batch), result.GetValue(width));
            var repeats = result.GetValue(rounds) ?? bench.Rounds;
            var asJson = result.GetValue(json);
            var rows = bench.Run(result.GetValue(threads), result.GetValue(seconds), repeats, Tell, cancel);
            if (asJson) foreach (var row in rows) terminal.Line(JsonSerializer.Serialize(row, SpecJson.Compact));
            else Print(terminal, bench, rows);
            return ExitCode.Done;

            void Tell(int done, BenchResult row)
            {
                if (asJson && !terminal.ShowsProgress) return;
                var ratio = row.Ratio is { } value ? $", {Times(value)}" : "";
                terminal.Note($"[{done}/{repeats * bench.Cases.Count}] {row.Case} {row.Norm}: {row.ImagesPerSecond} images/s{ratio}");
            }
        });
        return command;
    }

    /// <summary>A ratio as a person reads it.</summary>
    public static string Times(double ratio) => $"{ratio:F2}x";

    private static BenchSuite Single(string model, string norm, int batch, double width) =>
        new(model, [new BenchCase(model, model, norm, batch, width)]);

    private static void Print(Terminal terminal, BenchSuite suite, IReadOnlyList<BenchResult> rows)
    {
        terminal.Table(
            ["case", "norm", "batch", "ms/step", "ratio", "images/s", "GFLOP/s", "of peak", "forward", "backward", "optimizer", "MB"],
            rows.Select(r => new[]
            {
                r.Case, r.Norm, $"{r.Batch}", $"{r.MillisecondsPerStep:F1}", r.Ratio is { } ratio ? Times(ratio) : "-", $"{r.ImagesPerSecond:F1}",
                $"{r.Gflops:F0}", $"{r.FractionOfPeak:P0}", $"{r.Breakdown["forward"]:F1}", $"{r.Breakdown["backward"]:F1}",
                $"{r.Breakdown["optimizer"]:F1}", $"{r.PeakBytes / 1_000_000}",
            }));
        foreach (var (method, reason) in suite.LeftOut) terminal.Line($"{method} is left out: {reason}.");
    }
}

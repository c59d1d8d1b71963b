using System.CommandLine;
using System.Text.Json;
using EvenKeel.Backends;
using EvenKeel.Cli.Terminals;
using EvenKeel.Lab.Benchmarks;
using EvenKeel.Training;

namespace EvenKeel.Cli.Commands;

/// <summary><c>evenkeel bench</c>: times training steps against the machine's peak.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var suite = new Option<string?>("--suite") { Description = $"A table of cases: {string.Join(", ", BenchCase.Suites.Keys)}.", HelpName = "NAME" };
        var model = new Option<string>("--model") { Description = "Network.", HelpName = "NAME", DefaultValueFactory = _ => "convpool-cnn-c" };
        var norm = new Option<string>("--norm") { Description = "Scheme.", HelpName = "SCHEME", DefaultValueFactory = _ => "none" };
        var batch = new Option<int>("--batch") { Description = "Images per step.", HelpName = "N", DefaultValueFactory = _ => 100 };
        var width = new Option<double>("--width") { Description = "Factor on every hidden width.", HelpName = "FACTOR", DefaultValueFactory = _ => 1 };
        var seconds = new Option<double>("--seconds") { Description = "How long to time each case.", HelpName = "S", DefaultValueFactory = _ => 5 };
        var threads = CommonOptions.Threads();
        var json = CommonOptions.Json();
        var command = new Command("bench", "Time training steps on random data, against the machine's measured peak.")
        {
            suite, model, norm, batch, width, seconds, threads, json,
        };
        command.AddExamples(
            "evenkeel bench --suite convpool",
            "evenkeel bench --model convpool-cnn-c --norm wn --batch 100 --threads 2 --seconds 5 --json");
        command.Runs((result, terminal, cancel) =>
        {
            var cases = result.GetValue(suite) is { } name
                ? BenchCase.Suites.TryGetValue(name, out var listed)
                    ? listed
                    : throw new UserException($"Suite '{name}' does not exist: {NearestName.Expected(name, BenchCase.Suites.Keys)}")
                : [new BenchCase(
                    result.GetValue(model)!, result.GetValue(model)!, result.GetValue(norm)!, result.GetValue(batch), result.GetValue(width))];
            var rows = new List<BenchResult>();
            foreach (var bench in cases)
            {
                using var backend = new CpuBackend(result.GetValue(threads));
                var row = StepBenchmark.Run(bench, backend, result.GetValue(seconds), cancel);
                rows.Add(row);
                if (result.GetValue(json)) terminal.Line(JsonSerializer.Serialize(row, SpecJson.Compact));
                else terminal.Note($"{row.Case} {row.Norm}: {row.ImagesPerSecond} images/s");
            }

            if (!result.GetValue(json)) Print(terminal, rows);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(Terminal terminal, List<BenchResult> rows) => terminal.Table(
        ["case", "norm", "batch", "ms/step", "images/s", "GFLOP/s", "of peak", "forward", "backward", "optimizer", "MB"],
        rows.Select(r => new[]
        {
            r.Case, r.Norm, $"{r.Batch}", $"{r.MillisecondsPerStep:F1}", $"{r.ImagesPerSecond:F1}", $"{r.Gflops:F0}",
            $"{r.FractionOfPeak:P0}", $"{r.Breakdown["forward"]:F1}", $"{r.Breakdown["backward"]:F1}",
            $"{r.Breakdown["optimizer"]:F1}", $"{r.PeakBytes / 1_000_000}",
        }));
}

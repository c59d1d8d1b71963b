using System.CommandLine;
using EvenKeel.Backends;
using EvenKeel.Cli.Benches;
using EvenKeel.Cli.Terminals;
using EvenKeel.Lab.Benchmarks;
using EvenKeel.Lab.Benchmarks.Profiling;

namespace EvenKeel.Cli.Commands;

/// <summary><c>evenkeel bench</c>: times training steps against the machine's peak.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var options = new BenchOptions();
        var command = new Command("bench", "Time training steps on random data, against the machine's measured peak.");
        options.AddTo(command);
        command.AddExamples(
            "evenkeel bench --suite convpool",
            "evenkeel bench --suite fashion --case gn+ws --compare peer.jsonl",
            "evenkeel bench --suite norms --seconds 2",
            "evenkeel bench --model convpool-cnn-c --norm bn --layers",
            "evenkeel bench --model convpool-cnn-c --norm wn --batch 100 --threads 2 --seconds 5 --json");
        command.Runs((result, terminal, cancel) =>
        {
            var request = options.Read(result);
            return request.Layers ? Layers(request, terminal, cancel) : Steps(request, terminal, cancel);
        });
        return command;
    }

    private static int Layers(BenchRequest request, Terminal terminal, CancellationToken cancel)
    {
        foreach (var bench in request.Suite.Cases)
        {
            if (terminal.ShowsProgress) terminal.Note($"{bench.Id}: profiling for {request.Seconds} s");
            using var backend = new CpuBackend(request.Threads);
            var profile = StepProfile.Measure(bench, backend, request.Seconds, cancel);
            if (request.Json) LayerTables.PrintLines(terminal, profile);
            else LayerTables.Print(terminal, profile, request.Top);
        }

        return ExitCode.Done;
    }

    private static int Steps(BenchRequest request, Terminal terminal, CancellationToken cancel)
    {
        var suite = request.Suite;
        var peer = request.Compare is { } path ? ComparisonFile.Read(path) : null;
        peer?.Require(suite.Cases.Select(c => c.Id));
        var rounds = request.Rounds ?? suite.Rounds;
        var rows = suite.Run(request.Threads, request.Seconds, rounds, Tell, cancel);
        if (peer is not null) rows = [.. rows.Select(r => r.Against(peer))];
        StepTables.Print(terminal, suite, rows, request.Json);
        return ExitCode.Done;

        void Tell(int done, BenchResult row)
        {
            if (request.Json && !terminal.ShowsProgress) return;
            var ratio = row.Ratio is { } value ? $", {StepTables.Times(value)}" : "";
            terminal.Note($"[{done}/{rounds * suite.Cases.Count}] {row.Id}: {row.ImagesPerSecond} images/s{ratio}");
        }
    }
}

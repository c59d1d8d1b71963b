using System.CommandLine;
using EvenKeel.Cli.Benches;
using EvenKeel.Cli.Terminals;
using EvenKeel.Lab.Benchmarks;

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
            "evenkeel bench --model convpool-cnn-c --norm wn --batch 100 --threads 2 --seconds 5 --json");
        command.Runs((result, terminal, cancel) =>
        {
            var request = options.Read(result);
            return Steps(request, terminal, cancel);
        });
        return command;
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

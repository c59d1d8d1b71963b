using System.CommandLine;
using System.Text.Json;
using EvenKeel.Backends;
using EvenKeel.Cli.Benches;
using EvenKeel.Cli.Terminals;
using EvenKeel.Lab.Benchmarks;
using EvenKeel.Lab.Benchmarks.Growth;
using EvenKeel.Lab.Benchmarks.KernelCases;
using EvenKeel.Lab.Benchmarks.Profiling;
using EvenKeel.Training;

namespace EvenKeel.Cli.Commands;

/// <summary><c>evenkeel bench</c>: times training steps and kernels against the machine's peak.</summary>
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
            "evenkeel bench --results ours.jsonl --compare peer.jsonl",
            "evenkeel bench --suite norms --costs --seconds 2",
            "evenkeel bench --suite kernels --case conv --threads 1",
            "evenkeel bench --model convpool-cnn-c --norm bn --layers",
            "evenkeel bench --suite resnet56 --scaling",
            "evenkeel bench --growth --model convpool-cnn-c --norm bn",
            "evenkeel bench --model convpool-cnn-c --norm wn --batch 100 --threads 2 --seconds 5 --json");
        command.Runs((result, terminal, cancel) =>
        {
            var request = options.Read(result);
            switch (request.Mode)
            {
                case BenchMode.Kernels:
                    Kernels(request, terminal, cancel);
                    break;
                case BenchMode.Layers:
                    Layers(request, terminal, cancel);
                    break;
                case BenchMode.FirstStep:
                    FirstStepOf(request, terminal);
                    break;
                case BenchMode.Scaling:
                    Scaling(request, terminal, cancel);
                    break;
                case BenchMode.Costs:
                    Costs(request, terminal, cancel);
                    break;
                case BenchMode.Growth:
                    Grow(request, terminal, cancel);
                    break;
                default:
                    Steps(request, terminal, cancel);
                    break;
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Steps(BenchRequest request, Terminal terminal, CancellationToken cancel)
    {
        var suite = request.Suite;
        var rounds = request.Rounds ?? suite.Rounds;
        var rows = request.Results is { } saved ? ResultsFile.Read(saved) : null;
        var peer = request.Compare is { } path ? ComparisonFile.Read(path) : null;
        peer?.Require(rows?.Select(r => r.Id) ?? suite.Cases.Select(c => c.Id));
        rows ??= suite.Run(request.Threads, request.Seconds, rounds, Tell, cancel);
        if (peer is not null) rows = [.. rows.Select(r => r.Against(peer))];
        if (request.Markdown) terminal.Output.Write(StepTables.Markdown(rows));
        else StepTables.Print(terminal, suite, rows, request.Json);

        void Tell(int done, BenchResult row)
        {
            var ratio = row.Ratio is { } value ? $", {StepTables.Times(value)}" : "";
            Note(request, terminal, $"[{done}/{rounds * suite.Cases.Count}] {row.Id}: {row.ImagesPerSecond} images/s{ratio}");
        }
    }

    private static void Kernels(BenchRequest request, Terminal terminal, CancellationToken cancel)
    {
        var suite = request.Only is { } some ? KernelSuite.All.Only(some) : KernelSuite.All;
        var rows = suite.Run(request.Threads, request.Seconds, Tell, cancel);
        KernelTable.Print(terminal, rows, request.Json);

        void Tell(int done, KernelResult row) => Note(
            request, terminal, $"[{done}/{suite.Cases.Count}] {suite.Cases[done - 1]}: {row.Median} {row.Unit}, {row.MedianShare:P0}");
    }

    private static void Layers(BenchRequest request, Terminal terminal, CancellationToken cancel)
    {
        foreach (var bench in request.Suite.Cases)
        {
            Note(request, terminal, $"{bench.Id}: profiling for {request.Seconds} s");
            using var backend = new CpuBackend(request.Threads);
            var profile = StepProfile.Measure(bench, backend, request.Seconds, cancel);
            if (request.Json) LayerTables.PrintLines(terminal, profile);
            else LayerTables.Print(terminal, profile, request.Top);
        }
    }

    private static void FirstStepOf(BenchRequest request, Terminal terminal)
    {
        var first = FirstStep.Take(request.Suite.Cases[0], request.Threads);
        terminal.Line(request.Json
            ? JsonSerializer.Serialize(first, SpecJson.Compact)
            : $"{request.Suite.Cases[0].Id}: first training step {first.Total:F2} s after the start of the process "
                + $"(start {first.Start:F2}, network {first.Network:F2}, step {first.Step:F2}), "
                + $"{first.PeakResidentBytes / 1_000_000} MB in memory");
    }

    private static void Scaling(BenchRequest request, Terminal terminal, CancellationToken cancel)
    {
        var rounds = request.Rounds ?? request.Suite.Rounds;
        var rows = new List<ThreadScaling>();
        foreach (var bench in request.Suite.Cases)
        {
            rows.Add(Track(request, terminal, bench.Id.ToString(), progress =>
                ThreadScaling.Measure(bench, request.Threads, 2 * rounds * request.Seconds, progress, cancel)));
            Note(request, terminal, $"[{rows.Count}/{request.Suite.Cases.Count}] {bench.Id}: {StepTables.Times(rows[^1].SpeedUp)}");
        }

        StepTables.Print(terminal, rows, request.Json);
    }

    private static void Costs(BenchRequest request, Terminal terminal, CancellationToken cancel)
    {
        var rounds = request.Rounds ?? request.Suite.Rounds;
        var rows = new List<StepCost>();
        BenchCase[][] groups = [.. request.Suite.Cases.GroupBy(c => (c.Model, c.Batch)).Select(group => group.ToArray())];
        if (groups.All(cases => cases.Length == 1))
            throw new UserException("--costs compares schemes, but here is only one: give --suite, and two or more in --case if you give that.");
        foreach (var cases in groups)
        {
            var seconds = cases.Length * rounds * request.Seconds;
            rows.AddRange(Track(
                request, terminal, $"{cases[0].Name}, batch {cases[0].Batch}: {cases.Length} schemes in turn for {seconds:F0} s",
                progress => StepCost.Measure(cases, request.Threads, seconds, progress, cancel)));
        }

        StepTables.Print(terminal, rows, request.Json);
    }

    private static void Grow(BenchRequest request, Terminal terminal, CancellationToken cancel)
    {
        const double shareOfMemory = 0.7;
        var bench = request.Suite.Cases[0];
        var plan = new GrowthPlan(bench.Model, bench.Scheme);
        var memory = (long)(shareOfMemory * MemoryBudget.OfMachine);
        var rounds = request.Rounds ?? 1;
        var points = plan.Run(request.Threads, request.Seconds, rounds, memory, Tell, cancel);
        var page = GrowthReport.Write(request.Folder, plan, points);
        if (request.Json) foreach (var point in points) terminal.Line(JsonSerializer.Serialize(point, SpecJson.Compact));
        else terminal.Line($"Charts and table: {page}");

        void Tell(int done, GrowthPoint point) => Note(
            request, terminal, $"[{done}/{rounds * plan.Count}] {point.Axis.ToString().ToLowerInvariant()} {point.Value}: " + (point.Result is { } row
                ? $"{row.ImagesPerSecond} images/s, {row.PeakBytes / 1_000_000} MB" : $"left out, {point.Skipped}"));
    }

    private static void Note(BenchRequest request, Terminal terminal, string text)
    {
        if (!request.Json || terminal.ShowsProgress) terminal.Note(text);
    }

    private static T Track<T>(BenchRequest request, Terminal terminal, string title, Func<IProgress<double>?, T> work) =>
        !request.Json || terminal.ShowsProgress ? terminal.Track(title, work) : work(null);
}

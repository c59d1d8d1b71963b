using System.CommandLine;
using System.Globalization;
using EvenKeel.Backends;
using EvenKeel.Cli.Terminals;
using EvenKeel.Kernels;
using EvenKeel.Lab.Verification;
using EvenKeel.Training;

namespace EvenKeel.Cli.Commands;

/// <summary><c>evenkeel verify</c>: compare this build on this processor with exact results.</summary>
internal static class VerifyCommand
{
    private const int Width = 80;

    /// <summary>The vectors inside the command.</summary>
    public static IReadOnlyList<GoldenFile> Embedded => GoldenFile.Embedded(typeof(VerifyCommand).Assembly);

    public static Command Create()
    {
        var paths = new Argument<string[]>("path")
        {
            Description = "Golden vectors (*.npz) or folders of them; without any, the set inside the command.",
            HelpName = "PATH",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var json = CommonOptions.Json();
        var threads = new Option<int>("--threads") { Description = "Threads; 0 means one per processor.", HelpName = "N" };
        threads.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 1024) result.AddError("--threads must be 0 to 1024.");
        });
        var path = new Option<int?>("--path") { Description = "Width of the vectors; otherwise the widest here.", HelpName = "512|256|128" };
        path.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is { } width && !Enum.IsDefined((VectorPath)width))
                result.AddError($"--path {width} does not exist: expected 512, 256 or 128.");
        });
        var allPaths = new Option<bool>("--all-paths") { Description = "Check every width that this processor has." };
        var command = new Command("verify", "Compare every operation on this processor with exact results.")
        {
            paths, json, threads, path, allPaths,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(allPaths) && result.GetResult(path) is { Implicit: false })
                result.AddError("Give --path or --all-paths, not both.");
        });
        command.AddExamples("evenkeel verify", "evenkeel verify --all-paths", "evenkeel verify my-vectors/ --path 256 --json");
        command.Runs((result, terminal, cancel) =>
        {
            var given = result.GetValue(paths) ?? [];
            var files = given.Length == 0 ? Embedded : GoldenFile.Find(given);
            var set = given.Length == 0 ? ["the set inside the command"] : given;
            var results = new List<VerificationResult>();
            foreach (var width in Widths(result.GetValue(path), result.GetValue(allPaths)))
            {
                using var backend = new CpuBackend(result.GetValue(threads), width);
                results.Add(Verifier.Run(files, backend, cancel));
            }

            if (result.GetValue(json)) terminal.Line(Json.Text(new { Set = set, Machine.Version, Machine.Cpu, Results = results }));
            else Print(terminal, set, results);
            return results.TrueForAll(r => r.Good) ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static IReadOnlyList<VectorPath> Widths(int? asked, bool all)
    {
        if (all) return VectorPaths.Available;
        if (asked is not { } width) return [VectorPaths.Default];
        return VectorPaths.Available.Contains((VectorPath)width)
            ? [(VectorPath)width]
            : throw new UserException($"This processor has no {width}-bit vectors: use --path {string.Join(" or ", VectorPaths.Available.Select(p => (int)p))}.");
    }

    private static void Print(Terminal terminal, IReadOnlyList<string> set, IReadOnlyList<VerificationResult> results)
    {
        Wrap(terminal, $"Golden vectors: {results[0].Cases.Count} from", set);
        terminal.Line($"EvenKeel {Machine.Version} on {Machine.Cpu}");
        foreach (var result in results)
        {
            if (result.Operations.Count == 0) continue;
            terminal.Line();
            terminal.Line($"{result.Path}-bit vectors, {Count(result.Threads, "thread")}:");
            PrintTable(terminal, result);
            foreach (var failed in result.Cases.Where(c => c.Failed)) PrintFailure(terminal, failed);
        }

        if (results[0].Waiting > 0)
        {
            terminal.Line();
            Wrap(terminal, "Not there yet:", results[0].NotThere.Select(n => $"{n.What} {n.Cases}"));
        }

        terminal.Line();
        terminal.Line(Summary(results));
    }

    private static void PrintTable(Terminal terminal, VerificationResult result) => terminal.Table(
        ["operation", "cases", "worst error", "tolerance", "share", "result"],
        result.Operations.Select(operation => new[]
        {
            operation.Operation,
            $"{operation.Cases}",
            Scientific(operation.Error),
            Scientific(operation.Tolerance),
            operation.Ratio is { } ratio ? $"{ratio:0.000}" : "-",
            operation.Failed == 0 ? "ok" : "FAIL",
        }));

    private static void PrintFailure(Terminal terminal, CaseResult failed)
    {
        terminal.Line($"FAIL {failed.File}");
        foreach (var array in failed.Arrays.Where(a => a.Problem is not null)) terminal.Line($"  {array.Name} {array.Problem}");
    }

    private static string Summary(IReadOnlyList<VerificationResult> results)
    {
        int passed = results.Sum(r => r.Passed), failed = results.Sum(r => r.Failed);
        if (passed + failed == 0) return "Nothing was verified: none of the vectors is for an operation that EvenKeel has.";
        var worst = results.SelectMany(r => r.Operations).Max(o => o.Ratio);
        var verdict = failed == 0 ? $"All {passed} checks passed" : $"{failed} of {passed + failed} checks FAILED";
        var share = worst is null ? "" : $", worst at {worst:0.000} of tolerance";
        return $"{verdict}{share}; {Count(results[0].Waiting, "vector")} not there yet.";
    }

    private static void Wrap(Terminal terminal, string title, IEnumerable<string> items)
    {
        var line = title;
        var separator = " ";
        foreach (var item in items)
        {
            var more = $"{separator}{item}";
            if (line.Length + more.Length + 1 > Width)
            {
                terminal.Line($"{line},");
                line = $"  {item}";
            }
            else
            {
                line += more;
            }

            separator = ", ";
        }

        terminal.Line(line);
    }

    private static string Count(int number, string thing) => $"{number} {thing}{(number == 1 ? "" : "s")}";

    private static string Scientific(double? value) => value?.ToString("0.0e+00", CultureInfo.InvariantCulture) ?? "-";
}

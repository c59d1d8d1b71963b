using System.CommandLine;
using EvenKeel.Cli.Terminals;
using EvenKeel.Data;
using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Cli.Commands;

/// <summary><c>evenkeel train</c>: one run.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var norm = new Option<string>("--norm") { Description = "Scheme, such as bn or wn+mobn; see 'evenkeel norms'.", HelpName = "SCHEME", DefaultValueFactory = _ => "bn" };
        var seed = new Option<ulong>("--seed") { Description = "Seed of all random numbers.", HelpName = "SEED", DefaultValueFactory = _ => 1 };
        var options = new RunOptions(new RunSpec { Width = 0.25 });
        var output = CommonOptions.RunsFolder();
        var folder = CommonOptions.DataFolder();
        var threads = CommonOptions.Threads();
        var command = new Command("train", "Train one network; run it again to resume or to see a finished run's result.") { norm, seed };
        options.AddTo(command);
        command.Add(output);
        command.Add(folder);
        command.Add(threads);
        command.AddExamples(
            "evenkeel train --norm wn+mobn --epochs 3",
            "evenkeel train --norm bn --diagnostics 20",
            "evenkeel train --data cifar10 --width 1 --norm bn --epochs 10 --schedule linear --from 0.5");
        command.Runs((result, terminal, cancel) =>
        {
            var spec = options.Read(result) with { Scheme = result.GetValue(norm)!, Seed = result.GetValue(seed) };
            var run = RunFolder.For(result.GetValue(output)!, "train", spec);
            if (run.Read() is not { Status: RunStatus.Finished })
            {
                var executor = new TrainingExecutor(
                    DataFolder.Resolve(result.GetValue(folder)), result.GetValue(threads), new ProgressLines("preparing images", terminal.Error));
                var outcome = executor.Execute(spec, run, cancel, new RunProgress(terminal).Single(spec));
                if (outcome.Status == RunStatus.Interrupted)
                {
                    terminal.Note(outcome.Message!);
                    return ExitCode.Interrupted;
                }
            }

            Print(terminal, run);
            InsideView.NoteMissing(spec, run, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(Terminal terminal, RunFolder run)
    {
        var history = JournalReader.Read(run)!;
        terminal.Table(
            ["epoch", "loss", "train error", "test error", "rate", "images/s", "seconds"],
            history.Epochs.Select(e => new[]
            {
                $"{e.Epoch}", $"{e.TrainLoss:F4}", $"{e.TrainError:P2}", e.TestError is { } test ? $"{test:P2}" : "-",
                $"{e.Rate:G3}", $"{e.ImagesPerSecond:F0}", $"{e.Seconds:F1}",
            }));
        if (InsideView.Of(history) is { } inside)
        {
            terminal.Line();
            InsideView.Print(inside, terminal);
        }

        terminal.Line($"{history.Record.Parameters:N0} parameters; run in {run.FullPath}");
    }
}

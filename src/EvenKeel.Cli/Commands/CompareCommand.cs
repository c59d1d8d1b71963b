using System.CommandLine;
using System.CommandLine.Parsing;
using EvenKeel.Data;
using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Cli.Commands;

/// <summary><c>evenkeel compare</c>: schemes side by side on one network; the main job.</summary>
internal static class CompareCommand
{
    // Sized so that the five schemes take at most two minutes on two slow cores.
    private static readonly RunSpec Defaults = new()
    {
        Width = 0.25,
        Data = "shapes10",
        TrainImages = 2000,
        TestImages = 500,
        Epochs = 2,
        InitImages = 500,
        Batch = 50,
    };

    private static readonly string[] DefaultSchemes = ["none", "bn", "mobn", "wn", "wn+mobn"];

    public static Command Create()
    {
        var schemes = new Argument<string[]>("schemes")
        {
            Description = $"Schemes, such as bn wn+mobn; the first is the one others are compared with. [default: {string.Join(' ', DefaultSchemes)}]",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var seeds = CommonOptions.Seeds();
        seeds.DefaultValueFactory = _ => [1];
        var options = new RunOptions(Defaults);
        var output = CommonOptions.RunsFolder();
        var folder = CommonOptions.DataFolder();
        var threads = CommonOptions.Threads();
        var command = new Command(
            "compare", "Train one network under several schemes, everything else equal, and report on them.") { schemes, seeds };
        options.AddTo(command);
        command.Add(output);
        command.Add(folder);
        command.Add(threads);
        command.AddExamples(
            "evenkeel compare",
            "evenkeel compare none bn wn+mobn --seeds 1,2,3 --epochs 5",
            "evenkeel compare bn wn+mobn --diagnostics 20",
            "evenkeel compare bn \"bn(rate=0.01)\" --data cifar10 --width 0.5 --train-images 10000 --epochs 10");
        command.Runs((result, terminal, cancel) =>
        {
            var common = options.Read(result);
            var chosen = result.GetValue(schemes) is { Length: > 0 } given ? given : DefaultSchemes;
            var plan = AdHocStudy.Compare(
                "compare", common, chosen, result.GetValue(seeds)!, Command(result.Tokens), Reduced(common));
            return StudySession.Run(
                plan, result.GetValue(output)!, DataFolder.Resolve(result.GetValue(folder)), result.GetValue(threads), terminal, cancel);
        });
        return command;
    }

    // The command line as it was typed, less what does not change the result.
    private static string Command(IReadOnlyList<Token> tokens) => string.Join(
        ' ', tokens.Select(t => t.Value.AsSpan().IndexOfAny(" ()") >= 0 ? $"\"{t.Value}\"" : t.Value).Prepend("evenkeel"));

    private static string? Reduced(RunSpec spec) => spec == Defaults with { Schedule = spec.Schedule, Diagnostics = spec.Diagnostics }
        ? "the defaults of 'evenkeel compare' are sized for a first look: a quarter of the network's width, "
          + $"{spec.TrainImages:N0} generated training images, {spec.Epochs} epochs. The figures say little about the schemes."
        : null;
}

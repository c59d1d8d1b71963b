using System.CommandLine;
using System.CommandLine.Parsing;
using EvenKeel.Lab.Benchmarks;
using EvenKeel.Lab.Benchmarks.KernelCases;

namespace EvenKeel.Cli.Benches;

/// <summary>The options of <c>evenkeel bench</c>.</summary>
internal sealed class BenchOptions
{
    private const double StepSeconds = 5;
    private const double ShortSeconds = 0.5;

    private readonly Option<string?> _suite = new("--suite")
    {
        Description = $"A table of cases: {string.Join(", ", BenchSuite.Names)}.",
        HelpName = "NAME",
        CustomParser = CommonOptions.Named<string>(name => name == KernelSuite.Name ? name : BenchSuite.Find(name).Name),
    };

    private readonly Option<string?> _case = new("--case")
    {
        Description = "Schemes of the suite to run, or parts of the names of kernels, separated by commas; all without it.",
        HelpName = "NORM,NORM",
    };

    private readonly Option<string> _model = new("--model") { Description = "Network.", HelpName = "NAME", DefaultValueFactory = _ => "convpool-cnn-c" };
    private readonly Option<string> _norm = new("--norm") { Description = "Scheme.", HelpName = "SCHEME", DefaultValueFactory = _ => "none" };
    private readonly Option<int> _batch = new("--batch") { Description = "Images per step.", HelpName = "N", DefaultValueFactory = _ => 100 };
    private readonly Option<double> _width = new("--width") { Description = "Factor on every hidden width.", HelpName = "FACTOR", DefaultValueFactory = _ => 1 };
    private readonly Option<double?> _seconds = new("--seconds")
    {
        Description = $"How long to time each case in each round; otherwise {StepSeconds}, or {ShortSeconds} for --suite kernels and --growth.",
        HelpName = "S",
    };

    private readonly Option<int?> _rounds = new("--rounds") { Description = "Rounds over all cases, whose medians count; otherwise the suite's own number, or 1 for --growth.", HelpName = "N" };
    private readonly Option<string?> _compare = new("--compare")
    {
        Description = "Print ratios against a peer's lines, or those of another build: a file of JSON lines.",
        HelpName = "FILE.jsonl",
    };

    private readonly Option<string?> _results = new("--results")
    {
        Description = "Show saved results instead of measuring: a file of the lines that --json printed.",
        HelpName = "FILE.jsonl",
    };

    private readonly Option<bool> _markdown = new("--markdown") { Description = "Print the table of docs/performance.md." };
    private readonly Option<bool> _layers = new("--layers")
    {
        Description = "Show the milliseconds of each layer and operation, and the least they could take on this machine.",
    };

    private readonly Option<int> _top = new("--top") { Description = "Rows of each table of --layers.", HelpName = "N", DefaultValueFactory = _ => 25 };
    private readonly Option<bool> _firstStep = new("--first-step") { Description = "Show the time from the start of the process to the end of the first step of the first case." };
    private readonly Option<bool> _scaling = new("--scaling") { Description = "Show the speed-up from one thread to all, their steps taken in turn." };
    private readonly Option<bool> _costs = new("--costs")
    {
        Description = "Show what each scheme costs over the first one, their steps taken in turn: holds on a busy machine.",
    };

    private readonly Option<bool> _growth = new("--growth")
    {
        Description = "Measure speed and memory over batch, width and depth, and write a page of charts.",
    };

    private readonly Option<string> _out = new("--out") { Description = "Folder of that page.", HelpName = "FOLDER", DefaultValueFactory = _ => Path.Combine("runs", "growth") };
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json();

    private (Option<bool> Option, BenchMode Mode)[] Modes =>
        [
            (_layers, BenchMode.Layers), (_firstStep, BenchMode.FirstStep), (_scaling, BenchMode.Scaling), (_costs, BenchMode.Costs),
            (_growth, BenchMode.Growth),
        ];

    /// <summary>Gives the command its options and what they forbid.</summary>
    public void AddTo(Command command)
    {
        Option[] all =
        [
            _suite, _case, _model, _norm, _batch, _width, _seconds, _rounds, _compare, _results, _markdown, _layers, _top,
            _firstStep, _scaling, _costs, _growth, _out, _threads, _json,
        ];
        foreach (var option in all) command.Options.Add(option);
        AtLeastOne(_rounds);
        AtLeastOne(_batch);
        AtLeastOne(_top);
        command.Validators.Add(CheckCases);
        command.Validators.Add(CheckModes);
    }

    /// <summary>What was asked for.</summary>
    /// <exception cref="UserException">The suite has no such case.</exception>
    public BenchRequest Read(ParseResult result)
    {
        var name = result.GetValue(_suite);
        var kernels = name == KernelSuite.Name;
        var only = result.GetValue(_case)?.Split(',', StringSplitOptions.TrimEntries);
        var suite = kernels ? new BenchSuite(KernelSuite.Name, []) : name is not null ? BenchSuite.Find(name) : Single(result);
        var mode = kernels ? BenchMode.Kernels : Modes.Where(m => result.GetValue(m.Option)).Select(m => m.Mode).FirstOrDefault(BenchMode.Steps);
        return new BenchRequest
        {
            Mode = mode,
            Suite = kernels || only is null ? suite : suite.Only(only),
            Only = only,
            Threads = result.GetValue(_threads),
            Seconds = result.GetValue(_seconds) ?? (mode is BenchMode.Kernels or BenchMode.Growth ? ShortSeconds : StepSeconds),
            Rounds = result.GetValue(_rounds),
            Json = result.GetValue(_json),
            Top = result.GetValue(_top),
            Compare = result.GetValue(_compare),
            Folder = result.GetValue(_out)!,
            Results = result.GetValue(_results),
            Markdown = result.GetValue(_markdown),
        };
    }

    private BenchSuite Single(ParseResult result)
    {
        var (model, batch) = (result.GetValue(_model)!, result.GetValue(_batch));
        return new BenchSuite(model, [new BenchCase(model, model, result.GetValue(_norm)!, batch, result.GetValue(_width))]);
    }

    private void CheckCases(CommandResult result)
    {
        if (Given(result, _suite))
        {
            foreach (var option in new Option[] { _model, _norm, _batch, _width })
                if (Given(result, option)) result.AddError($"Give --suite or {option.Name}: a suite has its own cases.");
        }
        else if (Given(result, _case))
        {
            result.AddError("--case picks from a suite: give --suite too, or --norm for a single scheme.");
        }
    }

    private void CheckModes(CommandResult result)
    {
        var modes = Modes.Select(m => m.Option).Where(m => Given(result, m)).Select(m => m.Name).ToArray();
        if (modes.Length > 1) result.AddError($"Give one of {string.Join(" and ", modes)}.");
        foreach (var option in new Option[] { _compare, _results, _markdown })
            if (modes.Length == 1 && Given(result, option)) result.AddError($"Give {modes[0]} or {option.Name}, which is for the time of whole steps.");
        if (Given(result, _markdown) && Given(result, _json)) result.AddError("Give --markdown or --json.");
        foreach (var option in new Option[] { _suite, _model, _norm, _batch, _width, _seconds, _rounds, _threads })
            if (Given(result, _results) && Given(result, option)) result.AddError($"Give --results or {option.Name}: saved results are shown as they are.");
        if (Given(result, _growth))
        {
            foreach (var option in new Option[] { _suite, _batch, _width })
                if (Given(result, option)) result.AddError($"Give --growth without {option.Name}: it has its own batches, widths and depths.");
        }

        if (result.GetResult(_suite) is not { Tokens: [{ Value: KernelSuite.Name }] }) return;
        foreach (var option in new Option[] { _layers, _firstStep, _scaling, _costs, _growth, _compare, _markdown, _rounds })
            if (Given(result, option)) result.AddError($"{option.Name} is for training steps, not for --suite {KernelSuite.Name}.");
        if (Given(result, CommonOptions.Convolution))
            result.AddError($"--suite {KernelSuite.Name} measures convolutions in every way they can be computed: leave {CommonOptions.Convolution.Name} out.");
    }

    private static bool Given(CommandResult result, Option option) => result.GetResult(option) is { Implicit: false };

    private static void AtLeastOne<T>(Option<T> option) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<T>() is int and < 1) result.AddError($"{option.Name} must be 1 or more.");
    });
}

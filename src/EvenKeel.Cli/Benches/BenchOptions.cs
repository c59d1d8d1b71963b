using System.CommandLine;
using EvenKeel.Lab.Benchmarks;

namespace EvenKeel.Cli.Benches;

/// <summary>What is to be timed, and for how long.</summary>
internal sealed record BenchRequest
{
    /// <summary>The cases.</summary>
    public required BenchSuite Suite { get; init; }

    /// <summary>Threads; 0 means one per processor.</summary>
    public required int Threads { get; init; }

    /// <summary>How long each case is timed in each round.</summary>
    public required double Seconds { get; init; }

    /// <summary>Rounds over all cases; null means the suite's own number.</summary>
    public required int? Rounds { get; init; }

    /// <summary>True for JSON lines.</summary>
    public required bool Json { get; init; }

    /// <summary>True for a profile by layer and operation.</summary>
    public bool Layers { get; init; }

    /// <summary>Rows of a profile's tables.</summary>
    public int Top { get; init; }

    /// <summary>A file of a peer's results, or null.</summary>
    public string? Compare { get; init; }
}

/// <summary>The options of <c>evenkeel bench</c>.</summary>
internal sealed class BenchOptions
{
    private readonly Option<BenchSuite?> _suite = new("--suite")
    {
        Description = $"A table of cases: {string.Join(", ", BenchSuite.All.Select(s => s.Name))}.",
        HelpName = "NAME",
        CustomParser = CommonOptions.Named<BenchSuite>(BenchSuite.Find),
    };

    private readonly Option<string?> _case = new("--case")
    {
        Description = "Schemes of the suite to run, separated by commas; all without it.",
        HelpName = "NORM,NORM",
    };

    private readonly Option<string> _model = new("--model") { Description = "Network.", HelpName = "NAME", DefaultValueFactory = _ => "convpool-cnn-c" };
    private readonly Option<string> _norm = new("--norm") { Description = "Scheme.", HelpName = "SCHEME", DefaultValueFactory = _ => "none" };
    private readonly Option<int> _batch = new("--batch") { Description = "Images per step.", HelpName = "N", DefaultValueFactory = _ => 100 };
    private readonly Option<double> _width = new("--width") { Description = "Factor on every hidden width.", HelpName = "FACTOR", DefaultValueFactory = _ => 1 };
    private readonly Option<double> _seconds = new("--seconds") { Description = "How long to time each case in each round.", HelpName = "S", DefaultValueFactory = _ => 5 };
    private readonly Option<int?> _rounds = new("--rounds") { Description = "Rounds over all cases, whose medians count; otherwise the suite's own number.", HelpName = "N" };
    private readonly Option<string?> _compare = new("--compare")
    {
        Description = "Print ratios against a peer's lines, or those of another build: a file of JSON lines.",
        HelpName = "FILE.jsonl",
    };

    private readonly Option<bool> _layers = new("--layers")
    {
        Description = "Show the milliseconds of each layer and operation, and the least they could take on this machine.",
    };

    private readonly Option<int> _top = new("--top") { Description = "Rows of each table of --layers.", HelpName = "N", DefaultValueFactory = _ => 25 };
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json();

    /// <summary>Gives the command its options and what they forbid.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _suite, _case, _model, _norm, _batch, _width, _seconds, _rounds, _compare, _layers, _top, _threads, _json })
            command.Options.Add(option);
        AtLeastOne(_rounds);
        AtLeastOne(_batch);
        AtLeastOne(_top);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_suite) is not null)
            {
                foreach (var option in new Option[] { _model, _norm, _batch, _width })
                    if (result.GetResult(option) is { Implicit: false }) result.AddError($"Give --suite or {option.Name}: a suite has its own cases.");
            }
            else if (result.GetResult(_case) is not null)
            {
                result.AddError("--case picks from a suite: give --suite too, or --norm for a single scheme.");
            }
        });
    }

    /// <summary>What was asked for.</summary>
    /// <exception cref="UserException">The suite has no such case.</exception>
    public BenchRequest Read(ParseResult result)
    {
        var suite = result.GetValue(_suite) ?? Single(
            result.GetValue(_model)!, result.GetValue(_norm)!, result.GetValue(_batch), result.GetValue(_width));
        if (result.GetValue(_case) is { } norms) suite = suite.Only(norms.Split(',', StringSplitOptions.TrimEntries));
        return new BenchRequest
        {
            Suite = suite,
            Threads = result.GetValue(_threads),
            Seconds = result.GetValue(_seconds),
            Rounds = result.GetValue(_rounds),
            Json = result.GetValue(_json),
            Compare = result.GetValue(_compare),
            Layers = result.GetValue(_layers),
            Top = result.GetValue(_top),
        };
    }

    private static BenchSuite Single(string model, string norm, int batch, double width) =>
        new(model, [new BenchCase(model, model, norm, batch, width)]);

    private static void AtLeastOne<T>(Option<T> option) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<T>() is int and < 1) result.AddError($"{option.Name} must be 1 or more.");
    });
}

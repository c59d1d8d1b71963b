using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using EvenKeel.Kernels;

namespace EvenKeel.Cli;

/// <summary>Options that several verbs share, so that they are spelt and explained in one way.</summary>
internal static class CommonOptions
{
    /// <summary><c>--data-dir</c>.</summary>
    public static Option<string?> DataFolder() => new("--data-dir")
    {
        Description = "Folder of the data sets; otherwise EVENKEEL_DATA, otherwise the user's cache folder.",
        HelpName = "FOLDER",
    };

    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print JSON instead of tables." };

    /// <summary><c>--threads</c>.</summary>
    public static Option<int> Threads() => new("--threads")
    {
        Description = "Threads; 0 means one per processor. Results do not depend on it.",
        HelpName = "N",
        DefaultValueFactory = _ => 0,
    };

    /// <summary><c>--conv</c>, which every verb understands.</summary>
    public static Option<ConvMethod?> Convolution { get; } = new("--conv")
    {
        Description = "How 3x3 convolutions are computed: auto takes the faster way, direct the textbook's; last digits differ.",
        HelpName = "auto|direct|winograd",
        Recursive = true,
    };

    /// <summary><c>--seeds</c>: numbers separated by commas.</summary>
    public static Option<IReadOnlyList<ulong>?> Seeds() => new("--seeds")
    {
        Description = "Seeds, separated by commas; the same for every scheme.",
        HelpName = "1,2,3",
        CustomParser = result =>
        {
            var seeds = new List<ulong>();
            foreach (var text in result.Tokens[0].Value.Split(','))
            {
                if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seed)) seeds.Add(seed);
                else result.AddError($"--seeds {result.Tokens[0].Value}: '{text}' is not a whole number of 0 or more; expected such as 1,2,3.");
            }

            return seeds;
        },
    };

    /// <summary><c>--out</c>.</summary>
    public static Option<string> RunsFolder() => new("--out")
    {
        Description = "Folder of runs and reports.",
        HelpName = "FOLDER",
        DefaultValueFactory = _ => "runs",
    };

    /// <summary>A parser for names out of a list: an unknown one is a usage error with the list's own sentence.</summary>
    public static Func<ArgumentResult, T?> Named<T>(Func<string, T> find) => result =>
    {
        try
        {
            return find(result.Tokens[0].Value);
        }
        catch (UserException problem)
        {
            result.AddError(problem.Message);
            return default;
        }
    };
}

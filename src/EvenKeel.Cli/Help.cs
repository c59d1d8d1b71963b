using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.CompilerServices;

namespace EvenKeel.Cli;

/// <summary>Examples at the end of every verb's <c>--help</c>.</summary>
internal static class Help
{
    /// <summary>What a user types.</summary>
    public const string CommandName = "evenkeel";

    private static readonly ConditionalWeakTable<Command, string[]> ExamplesOf = [];

    /// <summary>Gives a verb its examples, each a whole command line.</summary>
    public static void AddExamples(this Command command, params string[] examples) => ExamplesOf.Add(command, examples);

    /// <summary>A verb's examples.</summary>
    public static IReadOnlyList<string> Examples(Command command) => ExamplesOf.TryGetValue(command, out var examples) ? examples : [];

    /// <summary>Makes the help of the root, and so of every verb, end in examples.</summary>
    public static void Install(Command root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new HelpWithExamples((HelpAction)option.Action!);
    }

    /// <summary>The words that lead to a verb, such as <c>evenkeel data get</c>.</summary>
    public static string Path(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{Path(parent)} {command.Name}" : command.Name;

    private sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = usual.Invoke(parseResult);
            var examples = Examples(parseResult.CommandResult.Command);
            if (examples.Count == 0) return code;
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (var example in examples) output.WriteLine($"  {example}");
            output.WriteLine();
            return code;
        }
    }
}

using System.CommandLine;
using EvenKeel.Cli.Terminals;
using EvenKeel.Norms;

namespace EvenKeel.Cli.Commands;

/// <summary><c>evenkeel norms</c>: the methods, or one of them.</summary>
internal static class NormsCommand
{
    public static Command Create()
    {
        var name = new Argument<NormMethod?>("name")
        {
            Description = "A method; all are listed without it.",
            Arity = ArgumentArity.ZeroOrOne,
            CustomParser = CommonOptions.Named<NormMethod>(Find),
        };
        var json = CommonOptions.Json();
        var command = new Command("norms", "List the normalization methods, or show one with formula, options and paper.")
        {
            name, json,
        };
        command.AddExamples("evenkeel norms", "evenkeel norms bn", "evenkeel norms --json");
        command.Runs((result, terminal, _) =>
        {
            if (result.GetValue(json)) terminal.Line(Json.Text(Norm.Methods.Select(Describe)));
            else if (result.GetValue(name) is { } method) Show(terminal, method);
            else List(terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static NormMethod Find(string name) => Norm.Methods.FirstOrDefault(m => m.Name == name)
        ?? throw new UserException($"Method '{name}' does not exist: {NearestName.Expected(name, Norm.Methods.Select(m => m.Name))}");

    private static object Describe(NormMethod method) => new
    {
        method.Name,
        method.About.Title,
        method.About.Formula,
        method.About.Paper,
        method.About.Foldable,
        Options = method.Options.Select(o => new { o.Name, o.Description, o.Default, o.Values }),
    };

    private static void List(Terminal terminal)
    {
        terminal.Table(
            ["name", "method", "formula"],
            Norm.Methods.Select(m => new[] { m.Name, m.About.Title, m.About.Formula }));
        terminal.Line();
        terminal.Line("Join methods with '+', set options in brackets: wn+mobn, bn(epsilon=1e-3,rate=0.01).");
        terminal.Line("'evenkeel norms NAME' shows one with its options.");
    }

    private static void Show(Terminal terminal, NormMethod method)
    {
        terminal.Line($"{method.Name}: {method.About.Title}");
        terminal.Line($"  formula   {method.About.Formula}");
        terminal.Line($"  paper     {method.About.Paper}");
        terminal.Line($"  foldable  {(method.About.Foldable ? "yes, into plain weights for inference" : "no")}");
        terminal.Line();
        if (method.Options.Count == 0) terminal.Line("No options.");
        else
        {
            terminal.Table(
                ["option", "default", "values", "meaning"],
                method.Options.Select(o => new[]
                {
                    o.Name, o.Default, o.Values is null ? NormValues.Expected(o.Property.PropertyType) : string.Join(" | ", o.Values), o.Description,
                }));
        }
    }
}

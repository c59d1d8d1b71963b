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
        var markdown = new Option<bool>("--markdown") { Description = "Print docs/norms.md, the page of all methods." };
        var command = new Command("norms", "List the normalization methods, or show one with formula, options, paper and cost.")
        {
            name, json, markdown,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(markdown) && (result.GetValue(json) || result.GetResult(name) is { Implicit: false }))
                result.AddError("Give --markdown alone: the page has every method.");
        });
        command.AddExamples("evenkeel norms", "evenkeel norms bn", "evenkeel norms --json", "evenkeel norms --markdown > docs/norms.md");
        command.Runs((result, terminal, _) =>
        {
            var method = result.GetValue(name);
            if (result.GetValue(markdown)) terminal.Output.Write(NormsPage.Markdown([.. Norm.Methods.Where(m => m.IsOwn)], NormCosts.Embedded));
            else if (result.GetValue(json)) terminal.Line(method is null ? Json.Text(Norm.Methods.Select(Describe)) : Json.Text(Describe(method)));
            else if (method is null) List(terminal);
            else Show(terminal, method);
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
        method.About.Notes,
        ActsOn = NormsPage.Places(method),
        Cost = NormCosts.Embedded.Of(method)?.Cost,
        Options = method.Options.Select(o => new { o.Name, o.Description, o.Default, o.Values }),
    };

    private static void List(Terminal terminal)
    {
        foreach (var place in Norm.Methods.GroupBy(m => m.Create().Places))
        {
            if (place.Key != NormPlaces.None) terminal.Line(Heading(place.Key));
            terminal.Table(
                ["name", "method", "folds", "cost"],
                place.Select(m => new[] { m.Name, m.About.Title, m.About.Foldable ? "yes" : "no", NormCosts.Embedded.Cell(m) }));
            terminal.Line();
        }

        terminal.Line("Join methods with '+', set options in brackets: bn(epsilon=1e-3)+agc.");
        terminal.Line("'evenkeel norms NAME' shows formula, options, notes and paper of one.");
        if (NormCosts.Embedded.Conditions is { } row)
            terminal.Paragraph("Cost: ", $"time of a training step over that without normalization ({NormsPage.Setting(row)}).");
    }

    private static string Heading(NormPlaces places) => places switch
    {
        NormPlaces.Activations => "On activations, after each linear map:",
        NormPlaces.Weights => "On weights, before they are used:",
        NormPlaces.Steps => "Around each optimizer step:",
        _ => $"On {places.ToString().ToLowerInvariant()}:",
    };

    private static void Show(Terminal terminal, NormMethod method)
    {
        var about = method.About;
        terminal.Line($"{method.Name}: {about.Title}");
        terminal.Paragraph("  formula   ", about.Formula);
        terminal.Paragraph("  acts on   ", NormsPage.Places(method));
        terminal.Paragraph("  foldable  ", about.Foldable ? "yes, into plain weights for inference" : "no");
        terminal.Paragraph("  cost      ", Cost(method));
        terminal.Paragraph("  paper     ", about.Paper);
        if (about.Notes.Length > 0) terminal.Paragraph("  notes     ", about.Notes);
        terminal.Line();
        if (method.Options.Count == 0) terminal.Line("No options.");
        else
        {
            terminal.Table(
                ["option", "default", "values", "meaning"],
                method.Options.Select(o => new[] { o.Name, NormsPage.Default(o), NormsPage.Values(o, " | "), o.Description }));
        }
    }

    private static string Cost(NormMethod method)
    {
        var sentence = NormCosts.Embedded.Sentence(method);
        return NormCosts.Embedded.Of(method) is { } row ? $"measured: {sentence} ({NormsPage.Setting(row)})" : sentence;
    }
}

using System.CommandLine;
using EvenKeel.Cli.Terminals;
using EvenKeel.Data;
using EvenKeel.Lab.Studies;

namespace EvenKeel.Cli.Commands;

/// <summary><c>evenkeel study</c>: list, show, run and report on studies.</summary>
internal static class StudyCommand
{
    public static Command Create()
    {
        var command = new Command("study", "Reproduce published comparisons: list, show, run, report.")
        {
            List(), Show(), Run(), Report(),
        };
        command.AddExamples(
            "evenkeel study list", "evenkeel study show wn-convpool", "evenkeel study run wn-convpool --profile quick");
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "List the studies that EvenKeel carries.");
        command.AddExamples("evenkeel study list");
        command.Runs((_, terminal, _) =>
        {
            terminal.Table(
                ["name", "title", "profiles", "variants"],
                StudyFile.Names.Select(StudyFile.Load).Select(s => new[]
                {
                    s.Name, s.Title, string.Join(' ', s.Profiles.Select(p => p.Name)), string.Join(' ', s.Variants.Select(v => v.Name)),
                }));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Show()
    {
        var name = Name();
        var command = new Command("show", "Show a study: its question, sources, schemes, profiles and variants.") { name };
        command.AddExamples("evenkeel study show wn-convpool");
        command.Runs((result, terminal, _) =>
        {
            Print(terminal, StudyFile.Load(result.GetValue(name)!));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Run()
    {
        var (name, profile, variant, seeds) = (Name(), Profile(), Variant(), CommonOptions.Seeds());
        var output = CommonOptions.RunsFolder();
        var folder = CommonOptions.DataFolder();
        var threads = CommonOptions.Threads();
        var command = new Command(
            "run", "Train the runs of a study and report on them; finished runs are not repeated, unfinished ones resume.")
        {
            name, profile, variant, seeds, output, folder, threads,
        };
        command.AddExamples(
            "evenkeel study run wn-convpool --profile smoke",
            "evenkeel study run wn-convpool --profile quick --variant as-in-paper --seeds 1,2,3");
        command.Runs((result, terminal, cancel) =>
        {
            var plan = StudyPlan.Make(
                StudyFile.Load(result.GetValue(name)!), result.GetValue(profile), result.GetValue(variant), result.GetValue(seeds));
            return StudySession.Run(
                plan, result.GetValue(output)!, DataFolder.Resolve(result.GetValue(folder)), result.GetValue(threads), terminal, cancel);
        });
        return command;
    }

    private static Command Report()
    {
        var (name, profile, variant, seeds) = (Name(), Profile(), Variant(), CommonOptions.Seeds());
        var output = CommonOptions.RunsFolder();
        var to = new Option<string?>("--to") { Description = "Folder of the report; beside the runs if not given.", HelpName = "FOLDER" };
        var command = new Command("report", "Build a study's report again from the journals alone; nothing is trained.")
        {
            name, profile, variant, seeds, output, to,
        };
        command.AddExamples(
            "evenkeel study report wn-convpool --profile quick", "evenkeel study report runs/compare --to compare-report");
        command.Runs((result, terminal, _) =>
        {
            var (text, root) = (result.GetValue(name)!, result.GetValue(output)!);
            if (Directory.Exists(text))
            {
                var runs = Path.GetFullPath(text);
                StudySession.Report(AdHocStudy.FromRuns(runs), Path.GetDirectoryName(runs)!, result.GetValue(to), terminal);
                return ExitCode.Done;
            }

            var plan = StudyPlan.Make(
                StudyFile.Load(text), result.GetValue(profile), result.GetValue(variant), result.GetValue(seeds));
            StudySession.Report(plan, root, result.GetValue(to), terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(Terminal terminal, StudySpec study)
    {
        terminal.Line($"{study.Name}: {study.Title}");
        terminal.Line();
        terminal.Line(study.Question);
        foreach (var paragraph in study.Description)
        {
            terminal.Line();
            terminal.Line(paragraph);
        }

        terminal.Line();
        terminal.Table(
            ["source", "title", "authors", "arXiv"],
            study.Sources.Select(s => new[] { s.Key, s.Title, s.Authors, s.Arxiv ?? "-" }));
        terminal.Line();
        terminal.Table(
            ["scheme", "label", .. study.Published.Select(p => $"{p.Label}, {p.Unit}")],
            study.Schemes.Select(s => (IReadOnlyList<string>)
            [
                s.Scheme, s.Label,
                .. study.Published.Select(p => p.Values.TryGetValue(s.Scheme, out var value) ? $"{value}" : "-"),
            ]));
        terminal.Line();
        terminal.Table(
            ["profile or variant", "what it is"],
            study.Profiles.Select(p => new[] { $"--profile {p.Name}", p.Description })
                .Concat(study.Variants.Select(v => new[] { $"--variant {v.Name}", v.Description })));
    }

    private static Argument<string> Name() => new("name") { Description = "A study's name, or a path to a study file." };

    private static Option<string?> Profile() => new("--profile")
    {
        Description = "Size: smoke, quick or full, as the study has them; the first if not given.",
        HelpName = "NAME",
    };

    private static Option<string?> Variant() => new("--variant")
    {
        Description = "Reading of the source, as the study has them; the first if not given.",
        HelpName = "NAME",
    };
}

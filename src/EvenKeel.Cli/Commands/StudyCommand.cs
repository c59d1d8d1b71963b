using System.CommandLine;
using EvenKeel.Cli.Terminals;
using EvenKeel.Data;
using EvenKeel.Lab.Reports;
using EvenKeel.Lab.Studies;

namespace EvenKeel.Cli.Commands;

/// <summary><c>evenkeel study</c>: list, show, run and report on studies.</summary>
internal static class StudyCommand
{
    public static Command Create()
    {
        var command = new Command("study", "Reproduce published comparisons: list, show, plan, run, report, compare.")
        {
            List(), Show(), Plan(), Run(), Report(), Compare(),
        };
        command.AddExamples(
            "evenkeel study list", "evenkeel study show wn-convpool", "evenkeel study plan wn-convpool --profile quick",
            "evenkeel study run wn-convpool --profile quick");
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
        var (name, profile, variant, seeds, only) = (Name(), Profile(), Variant(), CommonOptions.Seeds(), Only());
        var output = CommonOptions.RunsFolder();
        var folder = CommonOptions.DataFolder();
        var threads = CommonOptions.Threads();
        var command = new Command(
            "run", "Train the runs of a study and report on them; finished runs are not repeated, unfinished ones resume.")
        {
            name, profile, variant, seeds, only, output, folder, threads,
        };
        command.AddExamples(
            "evenkeel study run wn-convpool --profile smoke",
            "evenkeel study run wn-convpool --profile quick --variant as-in-paper --seeds 1,2,3");
        command.Runs((result, terminal, cancel) =>
        {
            var plan = StudyPlan.Make(
                StudyFile.Load(result.GetValue(name)!), result.GetValue(profile), result.GetValue(variant), result.GetValue(seeds),
                only: result.GetValue(only));
            var root = result.GetValue(output)!;
            terminal.Note(StudySession.Sentence(plan, StudySession.Estimate(plan, root, result.GetValue(threads), terminal, cancel)));
            return StudySession.Run(
                plan, root, DataFolder.Resolve(result.GetValue(folder)), result.GetValue(threads), terminal, cancel);
        });
        return command;
    }

    private static Command Plan()
    {
        var (name, profile, variant, seeds, only) = (Name(), Profile(), Variant(), CommonOptions.Seeds(), Only());
        var output = CommonOptions.RunsFolder();
        var threads = CommonOptions.Threads();
        var json = CommonOptions.Json();
        var command = new Command(
            "plan", "Say what a study would train and how long that takes here, from a few timed steps; trains nothing, needs no data.")
        {
            name, profile, variant, seeds, only, output, threads, json,
        };
        command.AddExamples(
            "evenkeel study plan wn-convpool", "evenkeel study plan enorm-mlp --profile full",
            "evenkeel study plan enorm-mlp --profile full --only depth=1,5 --only biases=off",
            "evenkeel study plan ws-fashion --variant all --json");
        command.Runs((result, terminal, cancel) =>
        {
            var plan = StudyPlan.Make(
                StudyFile.Load(result.GetValue(name)!), result.GetValue(profile), result.GetValue(variant), result.GetValue(seeds),
                only: result.GetValue(only));
            var estimate = StudySession.Estimate(plan, result.GetValue(output)!, result.GetValue(threads), terminal, cancel);
            if (result.GetValue(json)) terminal.Line(Json.Text(estimate));
            else PrintPlan(plan, estimate, terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static void PrintPlan(StudyPlan plan, StudyEstimate estimate, Terminal terminal)
    {
        terminal.Table(
            ["scheme", "network", "data", "optimizer", "batch", "ms/step", "images/s", "runs", "steps", "time"],
            estimate.Rows.Select(row => new[]
            {
                row.Scheme, row.Spec.Width == 1 ? row.Spec.Model : $"{row.Spec.Model} x{row.Spec.Width}", row.Spec.Data, row.Spec.Optimizer.Kind,
                $"{row.Spec.Batch}",
                $"{1e3 * row.Seconds.Train:F1}", $"{row.Spec.Batch / row.Seconds.Train:F0}", $"{row.Runs}", $"{row.Steps:N0}",
                RunProgress.Short(TimeSpan.FromSeconds(row.Total)),
            }));
        terminal.Line();
        terminal.Line(StudySession.Sentence(plan, estimate));
        var axes = string.Join("; ", plan.Axes.Where(axis => axis.Values.Count > 1)
            .Select(axis => $"{axis.Name}: {string.Join(", ", axis.Values.Select(value => value.Name))}"));
        if (axes.Length > 0) terminal.Line($"Axes: {axes}.");
        terminal.Line($"Seeds: {string.Join(", ", plan.Seeds)}.");
        foreach (var (limit, words) in plan.Limits) terminal.Line($"{limit}: {words}");
    }

    private static Command Report()
    {
        var (name, profile, variant, seeds, only) = (Name(), Profile(), Variant(), CommonOptions.Seeds(), Only());
        var output = CommonOptions.RunsFolder();
        var to = new Option<string?>("--to") { Description = "Folder of the report; beside the runs if not given.", HelpName = "FOLDER" };
        var command = new Command("report", "Build reports again from the journals alone; nothing is trained. A folder of runs gives every report it once had.")
        {
            name, profile, variant, seeds, only, output, to,
        };
        command.AddExamples(
            "evenkeel study report wn-convpool --profile quick", "evenkeel study report runs/wn-convpool",
            "evenkeel study report runs/compare --to compare-report");
        command.Runs((result, terminal, _) =>
        {
            var (text, root) = (result.GetValue(name)!, result.GetValue(output)!);
            if (Directory.Exists(text) || PlanFile.IsPlan(text))
            {
                var (plans, folder) = Recorded(text);
                if (plans.Count > 1 && result.GetValue(to) is not null)
                    throw new UserException($"{text} holds {plans.Count} plans, and --to can take one report: name one of its plan-….json instead.");
                foreach (var found in plans) StudySession.Report(found, folder, result.GetValue(to), terminal);
                return ExitCode.Done;
            }

            var plan = StudyPlan.Make(
                StudyFile.Load(text), result.GetValue(profile), result.GetValue(variant), result.GetValue(seeds),
                only: result.GetValue(only));
            StudySession.Report(plan, plan.StudyFolder(root), result.GetValue(to), terminal);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Compare()
    {
        var first = new Argument<string>("first") { Description = "Folder that 'study run' wrote, or one of its plan-….json." };
        var second = new Argument<string>("second") { Description = "The other one." };
        var command = new Command("compare", "Put two runs of a study beside each other: errors, times, verdicts, and what differs in their settings.")
        {
            first, second,
        };
        command.AddExamples(
            "evenkeel study compare runs/wn-convpool other/wn-convpool",
            "evenkeel study compare runs/wn-convpool/plan-quick.json runs/wn-convpool/plan-quick-as-in-paper.json");
        command.Runs((result, terminal, _) =>
        {
            var comparison = new StudyComparison(Only(result.GetValue(first)!), Only(result.GetValue(second)!));
            var results = comparison.Results();
            StudySession.Print(results, terminal);
            foreach (var note in results.Notes) terminal.Line(note);
            foreach (var table in new[] { comparison.Claims(), comparison.Differences() })
            {
                if (table is not null) StudySession.Print(table, terminal);
            }

            return ExitCode.Done;
        });
        return command;
    }

    // The plans that a folder of runs has left, or the runs themselves where it has left none.
    private static (IReadOnlyList<StudyPlan> Plans, string Folder) Recorded(string path)
    {
        var full = Path.GetFullPath(path);
        var plans = PlanFile.Load(full);
        return File.Exists(full) ? (plans, Path.GetDirectoryName(full)!) : (plans.Count > 0 ? plans : [AdHocStudy.FromRuns(full)], full);
    }

    private static StudyData Only(string path)
    {
        if (!Directory.Exists(path) && !PlanFile.IsPlan(path))
            throw new UserException($"There are no runs at {path}: name a folder that 'evenkeel study run' wrote, such as runs/wn-convpool.");
        var (plans, folder) = Recorded(path);
        return plans.Count == 1
            ? StudyData.Read(plans[0], folder)
            : throw new UserException($"{path} holds {plans.Count} plans: name one of its plan-….json.");
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
            ["scheme", "label", .. study.Published.Select(p => $"{p.Label}, {p.Unit}{When(p)}")],
            study.Schemes.Select(s => (IReadOnlyList<string>)
            [
                s.Key, s.Label,
                .. study.Published.Select(p => p.Values.TryGetValue(s.Key, out var value) ? $"{value}" : "-"),
            ]));
        terminal.Line();
        if (study.Axes.Count > 0)
        {
            terminal.Table(["axis", "values"], study.Axes.Select(a => new[] { a.Name, string.Join(' ', a.Values.Select(v => v.Name)) }));
            terminal.Line();
        }

        if (study.Claims.Count > 0)
        {
            terminal.Table(["claim", "source", "says"], study.Claims.Select(c => new[] { c.Words, c.Source, c.Says }));
            terminal.Line();
        }

        terminal.Table(
            ["profile or variant", "what it is"],
            study.Profiles.Select(p => new[] { $"--profile {p.Name}", p.Description })
                .Concat(study.Variants.Select(v => new[] { $"--variant {v.Name}", v.Description })));
    }

    private static string When(PublishedFigures published) => published.When is { Count: > 0 } when
        ? $" ({string.Join(", ", when.Select(pair => $"{pair.Key}={pair.Value}"))})"
        : "";

    private static Argument<string> Name() => new("name") { Description = "A study's name, or a path to a study file." };

    private static Option<string?> Profile() => new("--profile")
    {
        Description = "Size: smoke, quick or full, as the study has them; the first if not given.",
        HelpName = "NAME",
    };

    private static Option<string[]?> Only() => new("--only")
    {
        Description = "Some values of an axis, such as depth=1,5; once for each axis. The runs are those of the whole study.",
        HelpName = "AXIS=VALUE,VALUE",
    };

    private static Option<string?> Variant() => new("--variant")
    {
        Description = "Readings of the source, separated by commas, or all; the profile's own or the first if not given.",
        HelpName = "NAME,NAME",
    };
}

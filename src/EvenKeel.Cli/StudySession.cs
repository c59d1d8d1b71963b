using EvenKeel.Cli.Terminals;
using EvenKeel.Lab.Reports;
using EvenKeel.Lab.Reports.Inside;
using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Cli;

/// <summary>Runs a plan, then shows its tables and where the report lies: what <c>compare</c> and <c>study run</c> share.</summary>
internal static class StudySession
{
    /// <summary>Runs the plan and reports on it.</summary>
    /// <returns>An <see cref="ExitCode"/>: diverged only if no run was left to compare.</returns>
    public static int Run(
        StudyPlan plan, string root, string dataFolder, int threads, Terminal terminal, CancellationToken cancel)
    {
        PlanFile.Save(plan, plan.StudyFolder(root));
        var executor = new TrainingExecutor(dataFolder, threads, new ProgressLines("preparing images", terminal.Error));
        var result = StudyRunner.Run(plan, root, executor, cancel, new RunProgress(terminal));
        if (result.Results.Any(r => r.Outcome.Status is not RunStatus.Interrupted || JournalReader.Read(r.Folder) is { Epochs.Count: > 0 }))
        {
            Report(plan, plan.StudyFolder(root), null, terminal);
            foreach (var run in result.Results) InsideView.NoteMissing(run.Spec, run.Folder, terminal);
        }

        if (result.Interrupted)
        {
            terminal.Note("interrupted; run the same command again to go on");
            return ExitCode.Interrupted;
        }

        return result.Results.All(r => r.Outcome.Status == RunStatus.Diverged) ? ExitCode.Diverged : ExitCode.Done;
    }

    /// <summary>Times a few steps of each kind of run and says what the plan takes.</summary>
    public static StudyEstimate Estimate(StudyPlan plan, string root, int threads, Terminal terminal, CancellationToken cancel)
    {
        var timer = new StepTimer(threads);
        return terminal.Track("timing a few steps", progress => StudyEstimate.Of(plan, root, spec => timer.Measure(spec, cancel), progress));
    }

    /// <summary>An estimate in a sentence.</summary>
    public static string Sentence(StudyPlan plan, StudyEstimate estimate)
    {
        var name = plan.Profile is { } profile ? $"{plan.Study.Name}, {profile.Name}" : plan.Study.Name;
        var done = estimate.Done == 0 ? "" : $" ({estimate.Done} more ended earlier)";
        if (estimate.Runs == 0) return $"{name}: all {estimate.Done} runs ended earlier; nothing is left to train.";
        var time = RunProgress.Short(TimeSpan.FromSeconds(estimate.Seconds));
        var whitening = plan.Runs.Any(r => r.Preprocess == "zca") ? ", and whitening once if it is not kept from earlier" : "";
        return $"{name}: {estimate.Runs:N0} runs{done}, {estimate.Steps:N0} steps, about {time} on this machine{whitening}.";
    }

    /// <summary>Builds the report from the journals and prints its tables.</summary>
    public static void Report(StudyPlan plan, string studyFolder, string? folder, Terminal terminal)
    {
        var files = ReportBuilder.Build(plan, studyFolder, folder);
        terminal.Line(Finding.Of(files.Data));
        terminal.Line();
        foreach (var table in files.Tables) Print(table, terminal);
        foreach (var note in files.Notes) terminal.Line(note);
        terminal.Line();
        if (files.Claims is { } claims)
        {
            Print(claims, terminal);
            foreach (var note in claims.Notes) terminal.Line(note);
            terminal.Line();
        }

        foreach (var inside in files.Data.Settings.Select(InsideTable.Of).OfType<SummaryTable>()) InsideView.Print(inside, terminal);
        terminal.Line($"Report: {files.HtmlPath}");
    }

    /// <summary>Prints a table under its title.</summary>
    public static void Print(SummaryTable table, Terminal terminal)
    {
        terminal.Line(table.Title);
        terminal.Line();
        terminal.Table([.. table.Columns.Select(c => c.Header)], table.Rows.Select(row => row.Cells));
        terminal.Line();
    }
}

using EvenKeel.Cli.Terminals;
using EvenKeel.Lab.Reports;
using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Cli;

/// <summary>Runs a plan, then shows its table and where the report lies: what <c>compare</c> and <c>study run</c> share.</summary>
internal static class StudySession
{
    /// <summary>Runs the plan and reports on it.</summary>
    /// <returns>An <see cref="ExitCode"/>: diverged only if no run was left to compare.</returns>
    public static int Run(
        StudyPlan plan, string root, string dataFolder, int threads, Terminal terminal, CancellationToken cancel)
    {
        var executor = new TrainingExecutor(dataFolder, threads, new ProgressLines("preparing images", terminal.Error));
        var result = StudyRunner.Run(plan, root, executor, cancel, new RunProgress(terminal));
        if (result.Results.Any(r => r.Outcome.Status is not RunStatus.Interrupted || JournalReader.Read(r.Folder) is { Epochs.Count: > 0 }))
            Report(plan, root, null, terminal);
        if (result.Interrupted)
        {
            terminal.Note("interrupted; run the same command again to go on");
            return ExitCode.Interrupted;
        }

        return result.Results.All(r => r.Outcome.Status == RunStatus.Diverged) ? ExitCode.Diverged : ExitCode.Done;
    }

    /// <summary>Builds the report from the journals and prints its table.</summary>
    public static void Report(StudyPlan plan, string root, string? folder, Terminal terminal)
    {
        var files = ReportBuilder.Build(plan, plan.StudyFolder(root), folder);
        terminal.Line(files.Table.Title);
        terminal.Line();
        terminal.Table([.. files.Table.Columns.Select(c => c.Header)], files.Table.Rows.Select(row => row.Cells));
        terminal.Line();
        foreach (var note in files.Table.Notes) terminal.Line(note);
        terminal.Line();
        terminal.Line($"Report: {files.HtmlPath}");
    }
}

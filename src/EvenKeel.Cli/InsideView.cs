using EvenKeel.Cli.Terminals;
using EvenKeel.Lab.Reports;
using EvenKeel.Lab.Reports.Inside;
using EvenKeel.Training;
using EvenKeel.Training.Diagnostics;

namespace EvenKeel.Cli;

/// <summary>What was measured inside networks, at a terminal.</summary>
internal static class InsideView
{
    /// <summary>The line of a single run; null when nothing was measured.</summary>
    public static SummaryTable? Of(RunHistory history) =>
        history.Diagnostics.Count == 0 ? null : Of(history.Record.Spec, history.Diagnostics[^1]);

    /// <summary>The line of a moment.</summary>
    public static SummaryTable? Of(RunSpec spec, DiagnosticRecord moment) =>
        InsideTable.Of("Inside the network", [(0, spec.Scheme, spec.Scheme, [moment])]);

    /// <summary>Prints schemes, a line each, and what the columns mean.</summary>
    public static void Print(SummaryTable table, Terminal terminal)
    {
        StudySession.Print(table, terminal);
        foreach (var note in table.Notes) terminal.Line(note);
        terminal.Line();
    }

    /// <summary>Says so where a run was to have diagnostics and ended earlier without: it is not trained again.</summary>
    public static void NoteMissing(RunSpec spec, RunFolder run, Terminal terminal)
    {
        if (spec.Diagnostics > 0 && run.Read() is { Status: RunStatus.Finished } && JournalReader.Read(run)!.Diagnostics.Count == 0)
            terminal.Note($"{run.Name} ended earlier without diagnostics: 'evenkeel inspect {run.FullPath}' measures it as it is now.");
    }
}

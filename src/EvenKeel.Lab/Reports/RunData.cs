using EvenKeel.Lab.Statistics;
using EvenKeel.Lab.Studies;
using EvenKeel.Training;
using EvenKeel.Training.Diagnostics;

namespace EvenKeel.Lab.Reports;

/// <summary>A planned run and what its folder holds.</summary>
/// <param name="Planned">The run as planned.</param>
/// <param name="Spec">The run as last started: after a restart it has another seed.</param>
/// <param name="FolderName">Name of its folder.</param>
/// <param name="History">What it has left; null when it was not started.</param>
/// <param name="Restarts">Starts that diverged before this one.</param>
internal sealed record RunData(PlannedRun Planned, RunSpec Spec, string FolderName, RunHistory? History, int Restarts)
{
    /// <summary>The planned seed, which pairs it with the runs of other schemes.</summary>
    public ulong Seed => Planned.Seed;

    /// <summary>How it stands; null when it was not started.</summary>
    public RunStatus? Status => History?.Record.Status;

    /// <summary>Whether it needs nothing more.</summary>
    public bool HasEnded => Status is RunStatus.Finished or RunStatus.Diverged;

    /// <summary>Starts that diverged.</summary>
    public int Diverged => Restarts + (Status == RunStatus.Diverged ? 1 : 0);

    /// <summary>Its epochs.</summary>
    public IReadOnlyList<EpochRecord> Epochs => History?.Epochs ?? [];

    /// <summary>What was measured inside its network, moment by moment.</summary>
    public IReadOnlyList<DiagnosticRecord> Diagnostics => History?.Diagnostics ?? [];

    /// <summary>The last epoch it completed, 0 for none.</summary>
    public int LastEpoch => Epochs.Count == 0 ? 0 : Epochs[^1].Epoch;

    /// <summary>One word or two on how it stands.</summary>
    public string StatusText => Status switch
    {
        null => "not started",
        RunStatus.Finished => "finished",
        RunStatus.Running => "not finished",
        RunStatus.Interrupted => "interrupted",
        RunStatus.Diverged => "diverged",
        _ => "failed",
    };

    /// <summary>A measure over its epochs.</summary>
    /// <param name="measure">The measure.</param>
    /// <param name="factor">Factor on it, 100 for percent.</param>
    public RunCurve Curve(Func<EpochRecord, double?> measure, double factor)
    {
        List<CurvePoint> points = [];
        double seconds = 0;
        foreach (EpochRecord epoch in Epochs)
        {
            seconds += epoch.Seconds ?? double.NaN;
            if (measure(epoch) is { } value)
                points.Add(new CurvePoint(epoch.Epoch, value * factor, seconds));
        }

        return new RunCurve(points);
    }

    /// <summary>Reads a planned run: its last start.</summary>
    /// <param name="planned">The run.</param>
    /// <param name="studyFolder">Folder that holds the run folders.</param>
    /// <exception cref="UserException">A journal is damaged.</exception>
    public static RunData Read(PlannedRun planned, string studyFolder)
    {
        RunData? last = null;
        foreach (RunSpec spec in planned.Attempts)
        {
            string name = RunFolder.NameOf(spec);
            RunHistory? history = JournalReader.Read(new RunFolder(Path.Combine(studyFolder, name)));
            if (history is null && last is not null)
                break;
            last = new RunData(planned, spec, name, history, last is null ? 0 : last.Restarts + 1);
            if (last.Status != RunStatus.Diverged)
                break;
        }

        return last!;
    }
}

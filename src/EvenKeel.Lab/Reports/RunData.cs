using EvenKeel.Training;

namespace EvenKeel.Lab.Reports;

/// <summary>A planned run and what its folder holds.</summary>
/// <param name="Spec">The run as planned.</param>
/// <param name="FolderName">Name of its folder.</param>
/// <param name="History">What it has left; null when it was not started.</param>
internal sealed record RunData(RunSpec Spec, string FolderName, RunHistory? History)
{
    /// <summary>How it stands; null when it was not started.</summary>
    public RunStatus? Status => History?.Record.Status;

    /// <summary>Its epochs.</summary>
    public IReadOnlyList<EpochRecord> Epochs => History?.Epochs ?? [];

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
}

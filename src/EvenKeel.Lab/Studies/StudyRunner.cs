using EvenKeel.Training;

namespace EvenKeel.Lab.Studies;

/// <summary>Trains one run; the trainer in earnest, a stand-in in tests.</summary>
internal interface IRunExecutor
{
    /// <summary>Finds mistakes in a spec before anything is trained.</summary>
    /// <exception cref="UserException">The first mistake.</exception>
    void Check(RunSpec spec)
    {
    }

    /// <summary>
    /// Trains the run in its folder, from its last checkpoint if it has one. Writes <c>run.json</c> and the journal.
    /// May report a divergence as an outcome or by <see cref="DivergedException"/>, an interruption as an outcome or
    /// by <see cref="OperationCanceledException"/>.
    /// </summary>
    RunOutcome Execute(RunSpec spec, RunFolder folder, CancellationToken cancel, IRunObserver? observer);
}

/// <summary>Watches a study; all members may be called from the training thread.</summary>
internal interface IStudyObserver
{
    /// <summary>A run is about to start or resume.</summary>
    /// <param name="number">Its place in the plan, from 1.</param>
    /// <param name="count">Runs in the plan.</param>
    /// <param name="planned">The run; after a divergence it is told again.</param>
    /// <param name="resumes">Whether an earlier session has left something.</param>
    /// <returns>A watcher for the run, or null.</returns>
    IRunObserver? RunStarting(int number, int count, PlannedRun planned, bool resumes);

    /// <summary>A run has ended, or had ended before and is not repeated.</summary>
    /// <param name="number">Its place in the plan, from 1.</param>
    /// <param name="count">Runs in the plan.</param>
    /// <param name="result">The run and how it ended.</param>
    void RunEnded(int number, int count, RunResult result);
}

/// <summary>One run of a study.</summary>
/// <param name="Planned">The run as planned.</param>
/// <param name="Spec">The run as last started: after a restart it has another seed.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Skipped">Whether it had ended in an earlier session.</param>
/// <param name="Restarts">How often it was started again because it diverged.</param>
internal sealed record RunResult(
    PlannedRun Planned, RunSpec Spec, RunFolder Folder, RunOutcome Outcome, bool Skipped, int Restarts = 0);

/// <summary>What running a study came to.</summary>
/// <param name="Results">The runs, as far as they were reached.</param>
/// <param name="Interrupted">Whether it was stopped on request before the last run.</param>
internal sealed record StudyResult(IReadOnlyList<RunResult> Results, bool Interrupted)
{
    /// <summary>Whether any run diverged.</summary>
    public bool AnyDiverged => Results.Any(result => result.Outcome.Status == RunStatus.Diverged);
}

/// <summary>
/// Trains the runs of a plan, one after the other. A run that finished or diverged before is not repeated: the same
/// spec gives the same bits. One that diverges now starts again from other weights as often as the study allows, and
/// does not stop the others; a mistake of the user's, such as a
/// missing data set, does, since the others would meet it too.
/// </summary>
internal static class StudyRunner
{
    /// <summary>Runs the plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="root">Folder of all studies, such as <c>runs</c>.</param>
    /// <param name="executor">Trains one run.</param>
    /// <param name="cancel">Stops after a checkpoint.</param>
    /// <param name="observer">Watches, or null.</param>
    /// <exception cref="UserException">The data, the settings or the folder are at fault.</exception>
    public static StudyResult Run(
        StudyPlan plan, string root, IRunExecutor executor, CancellationToken cancel, IStudyObserver? observer = null)
    {
        foreach (RunSpec spec in plan.Runs)
            executor.Check(spec);
        List<RunResult> results = [];
        int count = plan.Planned.Count;
        foreach (PlannedRun planned in plan.Planned)
        {
            if (cancel.IsCancellationRequested)
                return new StudyResult(results, Interrupted: true);

            int number = results.Count + 1;
            RunResult? result = null;
            foreach (RunSpec spec in planned.Attempts)
            {
                result = Once(plan, root, planned, spec, executor, cancel, number, observer) with
                {
                    Restarts = result is null ? 0 : result.Restarts + 1,
                };
                if (result.Outcome.Status != RunStatus.Diverged)
                    break;
            }

            results.Add(result!);
            observer?.RunEnded(number, count, result!);
            if (result!.Outcome.Status == RunStatus.Interrupted)
                return new StudyResult(results, Interrupted: true);
        }

        return new StudyResult(results, Interrupted: false);
    }

    private static RunResult Once(
        StudyPlan plan, string root, PlannedRun planned, RunSpec spec, IRunExecutor executor, CancellationToken cancel,
        int number, IStudyObserver? observer)
    {
        RunFolder folder = RunFolder.For(root, plan.Study.Name, spec);
        RunRecord? earlier = folder.Read();
        if (earlier is { Status: RunStatus.Finished or RunStatus.Diverged })
            return new RunResult(planned, spec, folder, new RunOutcome(earlier.Status, earlier.Message), Skipped: true);
        IRunObserver? watcher = observer?.RunStarting(number, plan.Planned.Count, planned, resumes: earlier is not null);
        return new RunResult(planned, spec, folder, Execute(spec, folder, executor, cancel, watcher), Skipped: false);
    }

    private static RunOutcome Execute(
        RunSpec spec, RunFolder folder, IRunExecutor executor, CancellationToken cancel, IRunObserver? observer)
    {
        try
        {
            RunOutcome outcome = executor.Execute(spec, folder, cancel, observer);
            Settle(folder, spec, outcome);
            return outcome;
        }
        catch (DivergedException diverged)
        {
            return Settle(folder, spec, new RunOutcome(RunStatus.Diverged, diverged.Message));
        }
        catch (OperationCanceledException)
        {
            return Settle(folder, spec, new RunOutcome(RunStatus.Interrupted));
        }
    }

    // The record must agree with the outcome, or the next start would repeat a diverged run.
    private static RunOutcome Settle(RunFolder folder, RunSpec spec, RunOutcome outcome)
    {
        RunRecord record = folder.Read() ?? new RunRecord { Spec = spec };
        if (record.Status != outcome.Status || record.Message != outcome.Message)
        {
            folder.Write(record with
            {
                Status = outcome.Status,
                Message = outcome.Message,
                End = record.End ?? DateTimeOffset.UtcNow,
            });
        }

        return outcome;
    }
}

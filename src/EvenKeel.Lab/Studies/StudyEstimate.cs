using EvenKeel.Data;
using EvenKeel.Training;

namespace EvenKeel.Lab.Studies;

/// <summary>What one kind of run costs: runs with the same network, scheme, batch and optimizer.</summary>
/// <param name="Spec">One of the runs.</param>
/// <param name="Scheme">Name of its scheme in the study.</param>
/// <param name="Seconds">Seconds of a step.</param>
/// <param name="Runs">Such runs that are still to be trained.</param>
/// <param name="Steps">Their training steps in all.</param>
/// <param name="Total">Their seconds in all.</param>
internal sealed record CostRow(RunSpec Spec, string Scheme, StepSeconds Seconds, int Runs, long Steps, double Total);

/// <summary>What a plan takes on this machine, from a few steps of each kind of run.</summary>
/// <param name="Rows">The kinds of runs, in the order of the plan.</param>
/// <param name="Done">Runs that ended earlier and are not repeated.</param>
internal sealed record StudyEstimate(IReadOnlyList<CostRow> Rows, int Done)
{
    /// <summary>Runs that are to be trained.</summary>
    public int Runs => Rows.Sum(row => row.Runs);

    /// <summary>Their training steps.</summary>
    public long Steps => Rows.Sum(row => row.Steps);

    /// <summary>Seconds for all of it. Whitening, which is kept from run to run, and restarts are not in it.</summary>
    public double Seconds => Rows.Sum(row => row.Total);

    /// <summary>Estimates a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="root">Folder of all studies, to see which runs have ended.</param>
    /// <param name="measure">Times the steps of a run.</param>
    /// <param name="progress">Told the share of kinds that are timed; may be null.</param>
    public static StudyEstimate Of(
        StudyPlan plan, string root, Func<RunSpec, StepSeconds> measure, IProgress<double>? progress = null)
    {
        PlannedRun[] distinct = [.. plan.Planned.DistinctBy(run => run.Spec.Hash)];
        PlannedRun[] left = [.. distinct.Where(run => !HasEnded(run, plan.Study.Name, root))];
        IGrouping<string, PlannedRun>[] kinds = [.. left.GroupBy(run => Kind(run.Spec), StringComparer.Ordinal)];
        List<CostRow> rows = [];
        foreach (IGrouping<string, PlannedRun> kind in kinds)
        {
            PlannedRun first = kind.First();
            StepSeconds seconds = measure(first.Spec);
            long steps = kind.Sum(run => StepsOf(run.Spec));
            double total = kind.Sum(run => (StepsOf(run.Spec) * seconds.Train) + (Evaluations(run.Spec) * seconds.Evaluate));
            rows.Add(new CostRow(first.Spec, first.Scheme.Key, seconds, kind.Count(), steps, total));
            progress?.Report((double)rows.Count / kinds.Length);
        }

        return new StudyEstimate(rows, distinct.Length - left.Length);
    }

    /// <summary>Training steps of a run.</summary>
    public static long StepsOf(RunSpec spec)
    {
        int images = spec.TrainImages ?? (DataSource.Find(spec.Data).Count(Split.Train) - spec.ValidationImages);
        return (long)spec.Epochs * (images / spec.Batch);
    }

    private static double Evaluations(RunSpec spec)
    {
        int images = (spec.TestImages ?? DataSource.Find(spec.Data).Count(Split.Test)) + spec.ValidationImages;
        return spec.Epochs * (double)images / spec.Batch;
    }

    private static bool HasEnded(PlannedRun run, string study, string root)
    {
        RunStatus? status = RunFolder.For(root, study, run.Spec).Read()?.Status;
        return status == RunStatus.Finished || (status == RunStatus.Diverged && run.Restarts == 0);
    }

    // Runs of a kind differ in seed, rate and length alone. A recording to follow changes nothing about the cost.
    private static string Kind(RunSpec spec)
    {
        int link = spec.Scheme.IndexOf("../", StringComparison.Ordinal);
        string scheme = link < 0 ? spec.Scheme : spec.Scheme[..link];
        return $"{spec.Model} {spec.Width} {scheme} {spec.Data} {spec.Batch} {spec.Optimizer.Kind} {spec.Optimizer.Momentum > 0}";
    }
}

using EvenKeel.Lab.Statistics;
using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Lab.Reports;

/// <summary>What a study found for one scheme. Errors are in percent.</summary>
internal sealed record SchemeResult
{
    /// <summary>Place in the study, which also fixes the colour.</summary>
    public required int Index { get; init; }

    /// <summary>Its short name, mostly the scheme text.</summary>
    public required string Scheme { get; init; }

    /// <summary>Name for people.</summary>
    public required string Label { get; init; }

    /// <summary>Its runs, one for each seed.</summary>
    public required IReadOnlyList<RunData> Runs { get; init; }

    /// <summary>Error after the last epoch, over the finished runs; over unfinished ones if none has finished.</summary>
    public Estimate? Last { get; init; }

    /// <summary>Lowest error of any epoch, over the same runs.</summary>
    public Estimate? Best { get; init; }

    /// <summary>Loss after the last epoch on the same images.</summary>
    public Estimate? LastLoss { get; init; }

    /// <summary>Validation error after the last epoch; null when there are no validation images.</summary>
    public Estimate? LastValidation { get; init; }

    /// <summary>Whether no run has finished, so that the figures are those so far.</summary>
    public bool Provisional { get; init; }

    /// <summary>Error after the last epoch, less that of the study's first scheme with the same seed.</summary>
    public Estimate? Difference { get; init; }

    /// <summary>Trainable numbers; null when no run has started.</summary>
    public long? Parameters { get; init; }

    /// <summary>Median seconds of an epoch.</summary>
    public double? EpochSeconds { get; init; }

    /// <summary>Median training images per second.</summary>
    public double? ImagesPerSecond { get; init; }

    /// <summary>Mean share of an epoch's seconds by phase; null when not measured.</summary>
    public PhaseSeconds? PhaseShares { get; init; }

    /// <summary>Error of each run that <see cref="Last"/> counts, by seed.</summary>
    public IReadOnlyDictionary<ulong, double> LastBySeed { get; init; } = new Dictionary<ulong, double>();

    /// <summary>Runs that finished.</summary>
    public int Finished => Runs.Count(run => run.Status == RunStatus.Finished);

    /// <summary>Starts that diverged.</summary>
    public int Diverged => Runs.Sum(run => run.Diverged);

    /// <summary>Starts again after a divergence.</summary>
    public int Restarts => Runs.Sum(run => run.Restarts);

    /// <summary>Sums up the runs of a scheme.</summary>
    public static SchemeResult Of(int index, StudyScheme scheme, IReadOnlyList<RunData> runs, ErrorMetric metric)
    {
        RunData[] finished = [.. runs.Where(run => run.Status == RunStatus.Finished)];
        RunData[] counted = finished.Length > 0
            ? finished
            : [.. runs.Where(run => run.Status is not null and not RunStatus.Diverged && run.Epochs.Count > 0)];
        Dictionary<ulong, double> last = [];
        List<double> best = [];
        foreach (RunData run in counted)
        {
            RunCurve errors = run.Curve(metric.Of, 100);
            if (errors.Last is not { } value)
                continue;
            last[run.Seed] = value;
            best.Add(errors.Lowest!.Value);
        }

        EpochRecord[] timed = [.. runs.SelectMany(run => run.Epochs)];
        return new SchemeResult
        {
            Index = index,
            Scheme = scheme.Key,
            Label = scheme.Label,
            Runs = runs,
            Last = Estimate.Of([.. last.OrderBy(pair => pair.Key).Select(pair => pair.Value)]),
            Best = Estimate.Of(best),
            LastLoss = LastOf(counted, metric.Loss, 1),
            LastValidation = LastOf(counted, epoch => epoch.ValidationError, 100),
            Provisional = finished.Length == 0 && last.Count > 0,
            LastBySeed = last,
            Parameters = runs.Select(run => run.History?.Record.Parameters).FirstOrDefault(count => count > 0),
            EpochSeconds = Median(timed.Select(epoch => epoch.Seconds)),
            ImagesPerSecond = Median(timed.Select(epoch => epoch.ImagesPerSecond)),
            PhaseShares = Shares(timed),
        };
    }

    private static Estimate? LastOf(RunData[] runs, Func<EpochRecord, double?> measure, double factor) =>
        Estimate.Of([.. runs.Select(run => run.Curve(measure, factor).Last).OfType<double>()]);

    /// <summary>The median of epochs' figures: the first epoch holds the compiler's work, and a machine may sleep in the
    /// middle of one.</summary>
    public static double? Median(IEnumerable<double?> values)
    {
        double[] sorted = [.. values.OfType<double>().Where(double.IsFinite).Order()];
        int half = sorted.Length / 2;
        return sorted.Length switch
        {
            0 => null,
            _ when sorted.Length % 2 == 1 => sorted[half],
            _ => (sorted[half - 1] + sorted[half]) / 2,
        };
    }

    private static PhaseSeconds? Shares(IEnumerable<EpochRecord> epochs)
    {
        (PhaseSeconds Phases, double Seconds)[] timed = [.. epochs
            .Where(epoch => epoch is { Phases: not null, Seconds: > 0 })
            .Select(epoch => (epoch.Phases!, epoch.Seconds!.Value))];
        if (timed.Length == 0)
            return null;
        double Share(Func<PhaseSeconds, double> phase) => timed.Average(item => phase(item.Phases) / item.Seconds);
        return new PhaseSeconds
        {
            Data = Share(phases => phases.Data),
            Forward = Share(phases => phases.Forward),
            Backward = Share(phases => phases.Backward),
            Optimizer = Share(phases => phases.Optimizer),
            Evaluate = Share(phases => phases.Evaluate),
        };
    }
}

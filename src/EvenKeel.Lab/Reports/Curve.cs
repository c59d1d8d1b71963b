using EvenKeel.Training;

namespace EvenKeel.Lab.Reports;

/// <summary>A measure over a run, averaged over the seeds that reached each epoch.</summary>
/// <param name="X">Epochs or minutes, ascending.</param>
/// <param name="Mean">Mean over the seeds.</param>
/// <param name="Low">Lowest seed.</param>
/// <param name="High">Highest seed.</param>
internal sealed record Curve(double[] X, double[] Mean, double[] Low, double[] High)
{
    /// <summary>Nothing measured.</summary>
    public static Curve Empty { get; } = new([], [], [], []);

    /// <summary>Points.</summary>
    public int Count => X.Length;

    /// <summary>Whether the seeds differ anywhere.</summary>
    public bool HasBand => Low.Zip(High).Any(pair => pair.First < pair.Second);

    /// <summary>The curve of a measure over epochs; values that are missing or not finite are left out.</summary>
    public static Curve OverEpochs(IEnumerable<RunData> runs, Func<EpochRecord, double?> measure, double factor) =>
        OfPoints(runs.SelectMany(run => run.Epochs).Select(epoch => ((double)epoch.Epoch, measure(epoch) * factor)));

    /// <summary>The curve of the points of all seeds together; values that are missing or not finite are left out.</summary>
    public static Curve OfPoints(IEnumerable<(double X, double? Y)> points)
    {
        (double X, double Y)[][] groups = [.. points
            .Where(point => point.Y is { } value && double.IsFinite(value))
            .Select(point => (point.X, Y: point.Y!.Value))
            .GroupBy(point => point.X)
            .OrderBy(group => group.Key)
            .Select(group => group.ToArray())];
        return new Curve(
            [.. groups.Select(group => group[0].X)],
            [.. groups.Select(group => group.Average(point => point.Y))],
            [.. groups.Select(group => group.Min(point => point.Y))],
            [.. groups.Select(group => group.Max(point => point.Y))]);
    }

    /// <summary>
    /// The same curve over minutes since the start: at each epoch, the mean over the seeds of the time spent so far.
    /// Empty when an epoch's time is missing.
    /// </summary>
    public Curve OverMinutes(IReadOnlyList<RunData> runs)
    {
        double[] minutes = new double[Count];
        double[] seeds = new double[Count];
        foreach (RunData run in runs)
        {
            double spent = 0;
            foreach (EpochRecord epoch in run.Epochs)
            {
                if (epoch.Seconds is not { } seconds)
                    return Empty;
                spent += seconds / 60;
                int at = Array.IndexOf(X, epoch.Epoch);
                if (at < 0)
                    continue;
                minutes[at] += spent;
                seeds[at]++;
            }
        }

        for (int i = 0; i < Count; i++)
            minutes[i] /= Math.Max(1, seeds[i]);
        return this with { X = minutes };
    }
}

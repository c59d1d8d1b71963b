using System.Diagnostics;

namespace EvenKeel.Lab.Benchmarks;

/// <summary>Work of several kinds taken in turn: who slows the machine for a while slows all of it, so that ratios hold
/// where times do not.</summary>
internal static class InTurn
{
    private const int LeastTurns = 3;
    private const int MostStepsPerTurn = 20;
    private const double SecondsPerTurn = 0.1;

    /// <summary>Takes turns, in one order and then in the other.</summary>
    /// <param name="turns">What each kind does in its turn; returns how long its unit of work took.</param>
    /// <param name="seconds">How long to go on.</param>
    /// <param name="progress">Told the share of the time that is over; may be null.</param>
    /// <param name="cancel">Stops between turns.</param>
    /// <returns>What they returned, [kind][turn].</returns>
    public static double[][] Time(
        IReadOnlyList<Func<double>> turns, double seconds, IProgress<double>? progress, CancellationToken cancel)
    {
        var times = turns.Select(_ => new List<double>()).ToArray();
        var clock = Stopwatch.StartNew();
        for (var turn = 0; turn < LeastTurns || clock.Elapsed.TotalSeconds < seconds; turn++)
        {
            cancel.ThrowIfCancellationRequested();
            for (var i = 0; i < turns.Count; i++)
            {
                var kind = turn % 2 == 0 ? i : turns.Count - 1 - i;
                times[kind].Add(turns[kind]());
            }

            progress?.Report(seconds > 0 ? Math.Min(1, clock.Elapsed.TotalSeconds / seconds) : 1);
        }

        return [.. times.Select(t => t.ToArray())];
    }

    /// <summary>Some training steps a turn, after one that does not count; returns the median milliseconds of one.</summary>
    public static Func<double> Steps(TrainingStep step)
    {
        // The first step allocates; the second tells how long one takes.
        step.Take();
        var times = new double[(int)Math.Clamp(SecondsPerTurn / step.Take().Total, 1, MostStepsPerTurn)];
        return () =>
        {
            // In training a step follows a step of its own kind; here others have just taken the caches and let threads sleep.
            step.Take();
            for (var i = 0; i < times.Length; i++) times[i] = 1e3 * step.Take().Total;
            return StepBenchmark.Median(times);
        };
    }

    /// <summary>Some training steps a turn of networks side by side, each on a thread of its own, after one that does not count;
    /// returns the milliseconds that pass for a step of any of them.</summary>
    /// <remarks>They share the machine and nothing else: no work waits for another's.</remarks>
    public static Func<double> SideBySide(IReadOnlyList<TrainingStep> steps)
    {
        // Here, so that memory that is not to be had is the caller's to report.
        foreach (var step in steps) step.Take();
        var count = (int)Math.Clamp(SecondsPerTurn / steps[0].Take().Total, 1, MostStepsPerTurn);
        return () =>
        {
            using var ready = new Barrier(steps.Count);
            var rates = new double[steps.Count];
            var threads = steps.Select((step, i) => new Thread(() => rates[i] = Rate(step, ready, count))).ToArray();
            foreach (var thread in threads) thread.Start();
            foreach (var thread in threads) thread.Join();
            return 1 / rates.Sum();
        };
    }

    /// <summary>Medians of the ratios of two kinds, turn by turn.</summary>
    public static double Ratio(double[] above, double[] below) => StepBenchmark.Median(above.Zip(below, (a, b) => a / b));

    // Steps in a millisecond.
    private static double Rate(TrainingStep step, Barrier ready, int count)
    {
        step.Take();
        ready.SignalAndWait();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < count; i++) step.Take();
        return count / clock.Elapsed.TotalMilliseconds;
    }
}

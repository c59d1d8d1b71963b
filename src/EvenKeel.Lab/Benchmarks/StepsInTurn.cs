using System.Diagnostics;

namespace EvenKeel.Lab.Benchmarks;

/// <summary>Steps of several networks taken in turn: who slows the machine for a while slows all of them, so that their
/// ratios hold where their times do not.</summary>
internal static class StepsInTurn
{
    private const int LeastTurns = 3;
    private const int MostStepsPerTurn = 20;
    private const double SecondsPerTurn = 0.05;

    /// <summary>Takes the steps, the networks in one order and then in the other.</summary>
    /// <param name="steps">The networks.</param>
    /// <param name="seconds">How long to go on.</param>
    /// <param name="cancel">Stops between turns.</param>
    /// <returns>Milliseconds of each network's step in each turn, [network][turn].</returns>
    public static double[][] Time(IReadOnlyList<TrainingStep> steps, double seconds, CancellationToken cancel)
    {
        var counts = steps.Select(StepsPerTurn).ToArray();
        var times = steps.Select(_ => new List<double>()).ToArray();
        var clock = Stopwatch.StartNew();
        for (var turn = 0; turn < LeastTurns || clock.Elapsed.TotalSeconds < seconds; turn++)
        {
            cancel.ThrowIfCancellationRequested();
            for (var i = 0; i < steps.Count; i++)
            {
                var network = turn % 2 == 0 ? i : steps.Count - 1 - i;
                times[network].Add(Turn(steps[network], counts[network]));
            }
        }

        return [.. times.Select(t => t.ToArray())];
    }

    // The first step allocates; the second tells how long one takes.
    private static int StepsPerTurn(TrainingStep step)
    {
        step.Take();
        return (int)Math.Clamp(SecondsPerTurn / step.Take().Total, 1, MostStepsPerTurn);
    }

    private static double Turn(TrainingStep step, int count)
    {
        var times = new double[count];
        for (var i = 0; i < count; i++) times[i] = 1e3 * step.Take().Total;
        return StepBenchmark.Median(times);
    }
}

using System.Diagnostics;
using EvenKeel.Backends;

namespace EvenKeel.Lab.Benchmarks.Profiling;

/// <summary>Where the time of a training step goes, by layer and operation, against what the machine could do.</summary>
/// <param name="Case">The step.</param>
/// <param name="StepMilliseconds">Median of whole steps.</param>
/// <param name="Speed">The machine's, in the same run.</param>
/// <param name="Rows">Each operation of each layer.</param>
internal sealed record StepProfile(BenchCase Case, double StepMilliseconds, MachineSpeed Speed, IReadOnlyList<ProfileRow> Rows)
{
    private const int WarmUpSteps = 2;
    private const int LeastSteps = 3;

    /// <summary>Profiles the steps of a case.</summary>
    /// <param name="bench">The case.</param>
    /// <param name="backend">Where it runs.</param>
    /// <param name="seconds">How long to run steps, at least.</param>
    /// <param name="cancel">Stops between steps.</param>
    public static StepProfile Measure(BenchCase bench, CpuBackend backend, double seconds, CancellationToken cancel)
    {
        var recorder = new StepRecorder();
        var step = new TrainingStep(bench, new ProfilingBackend(backend, recorder));
        var tape = step.Network.Tape;
        step.Pass.Ended = module => recorder.Ended(module, tape.Count);
        tape.Undoing = recorder.Undoing;
        var speed = MachineSpeed.Measure(backend, seconds);
        Action<StepPhase> entering = phase => recorder.Enter(phase, tape.Count);
        for (var i = 0; i < WarmUpSteps; i++)
        {
            recorder.Begin();
            step.Take(entering);
        }

        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < seconds || times.Count < LeastSteps)
        {
            cancel.ThrowIfCancellationRequested();
            recorder.Begin();
            times.Add(1e3 * step.Take(entering).Total);
            recorder.End();
        }

        speed = MachineSpeed.Best(speed, MachineSpeed.Measure(backend, seconds));
        return new StepProfile(bench, StepBenchmark.Median(times), speed, recorder.Rows(speed));
    }

    /// <summary>Rows added up by what they have in common.</summary>
    /// <typeparam name="T">What they have in common.</typeparam>
    /// <returns>Those that lose most against their floor first.</returns>
    public IReadOnlyList<ProfileSum<T>> SumBy<T>(Func<ProfileRow, T> common) =>
        [.. Rows.GroupBy(common).Select(g => new ProfileSum<T>(g.Key, [.. g])).OrderByDescending(s => s.Lost)];
}

/// <summary>Some rows of a profile.</summary>
/// <param name="Common">What they have in common.</param>
/// <param name="Rows">The rows.</param>
internal sealed record ProfileSum<T>(T Common, IReadOnlyList<ProfileRow> Rows)
{
    /// <summary>Operations in a step.</summary>
    public int Calls => Rows.Where(r => r.Operation != ProfileRow.Host).Sum(r => r.Calls);

    /// <summary>Milliseconds of a step.</summary>
    public double Milliseconds => Rows.Sum(r => r.Milliseconds);

    /// <summary>The least for the same.</summary>
    public double Floor => Rows.Sum(r => r.FloorMilliseconds);

    /// <summary>Milliseconds above the floor.</summary>
    public double Lost => Milliseconds - Floor;

    /// <summary>Milliseconds of one part of the step.</summary>
    public double In(StepPhase phase) => Rows.Where(r => r.Phase == phase).Sum(r => r.Milliseconds);
}

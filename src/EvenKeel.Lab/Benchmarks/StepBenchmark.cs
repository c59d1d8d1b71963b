using System.Diagnostics;
using EvenKeel.Backends;
using EvenKeel.Training;

namespace EvenKeel.Lab.Benchmarks;

/// <summary>
/// Times whole training steps on random data, with the machine's peak measured in the same run, since shared machines
/// change speed from minute to minute.
/// </summary>
internal static class StepBenchmark
{
    private const int WarmUpSteps = 2;
    private const int LeastSteps = 3;

    /// <summary>Runs one case.</summary>
    /// <param name="bench">The case.</param>
    /// <param name="backend">Where it runs.</param>
    /// <param name="seconds">How long to time steps, at least.</param>
    /// <param name="cancel">Stops between steps.</param>
    public static BenchResult Run(BenchCase bench, CpuBackend backend, double seconds, CancellationToken cancel)
    {
        ProcessMemory.Forget();
        var step = new TrainingStep(bench, backend);
        var peak = MachineSpeed.MeasurePeak(backend, seconds);
        for (var i = 0; i < WarmUpSteps; i++) step.Take();

        var times = new List<StepSeconds>();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < seconds || times.Count < LeastSteps)
        {
            cancel.ThrowIfCancellationRequested();
            times.Add(step.Take());
        }

        peak = Math.Max(peak, MachineSpeed.MeasurePeak(backend, seconds));
        var milliseconds = Milliseconds(times, t => t.Total);
        var gflops = step.Operations / milliseconds / 1e6;
        return new BenchResult
        {
            Case = bench.Name,
            Model = bench.Model,
            Norm = bench.Norm,
            Scheme = bench.Scheme,
            Batch = bench.Batch,
            MillisecondsPerStep = Math.Round(milliseconds, 2),
            ImagesPerSecond = Math.Round(1e3 * bench.Batch / milliseconds, 1),
            Gflops = Math.Round(gflops, 1),
            FractionOfPeak = Math.Round(gflops / peak, 3),
            PeakBytes = backend.PeakBytes,
            PeakResidentBytes = ProcessMemory.PeakResidentBytes,
            Breakdown = new Dictionary<string, double>(StringComparer.Ordinal)
            {
                ["forward"] = Math.Round(Milliseconds(times, t => t.Forward), 2),
                ["backward"] = Math.Round(Milliseconds(times, t => t.Backward), 2),
                ["optimizer"] = Math.Round(Milliseconds(times, t => t.Optimizer), 2),
            },
            Cpu = Machine.Cpu,
            Threads = backend.Threads,
            Date = DateOnly.FromDateTime(DateTimeOffset.UtcNow.UtcDateTime),
        };
    }

    /// <summary>The median.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle]);
    }

    private static double Milliseconds(List<StepSeconds> times, Func<StepSeconds, double> part) =>
        1e3 * Median(times.Select(part));
}

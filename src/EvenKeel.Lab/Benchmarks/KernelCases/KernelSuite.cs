using System.Diagnostics;
using EvenKeel.Backends;
using EvenKeel.Kernels;

namespace EvenKeel.Lab.Benchmarks.KernelCases;

/// <summary>The suite <c>kernels</c>: single kernels against what the machine reaches at the same moment.</summary>
internal sealed class KernelSuite
{
    /// <summary>Name on the command line.</summary>
    public const string Name = "kernels";

    private const int LeastCalls = 5;

    private KernelSuite(IReadOnlyList<KernelCase> cases) => Cases = cases;

    /// <summary>All kernels.</summary>
    public static KernelSuite All { get; } = new([.. ConvCases.All, .. MemoryCases.All]);

    /// <summary>The cases.</summary>
    public IReadOnlyList<KernelCase> Cases { get; }

    /// <summary>The cases whose name has one of the given texts.</summary>
    /// <exception cref="UserException">None has.</exception>
    public KernelSuite Only(IReadOnlyList<string> texts)
    {
        KernelCase[] some = [.. Cases.Where(c => texts.Any(t => c.ToString().Contains(t, StringComparison.OrdinalIgnoreCase)))];
        var kernels = string.Join(", ", Cases.Select(c => c.Kernel).Distinct(StringComparer.Ordinal));
        return some.Length > 0 ? new KernelSuite(some)
            : throw new UserException($"No kernel has '{string.Join("' or '", texts)}' in its name: expected part of {kernels}, or of a size such as 96-96.");
    }

    /// <summary>Times the cases, one after the other.</summary>
    /// <param name="threads">Threads; 0 means one per processor.</param>
    /// <param name="seconds">How long to time each, at least.</param>
    /// <param name="timed">Told of every case: how many are done, and the result.</param>
    /// <param name="cancel">Stops between calls.</param>
    public IReadOnlyList<KernelResult> Run(int threads, double seconds, Action<int, KernelResult> timed, CancellationToken cancel)
    {
        var results = new List<KernelResult>();
        foreach (var kernel in Cases)
        {
            using var backend = new CpuBackend(threads, path: null, kernel.Convolution);
            results.Add(Measure(kernel, backend, seconds, cancel));
            timed(results.Count, results[^1]);
        }

        return results;
    }

    private static KernelResult Measure(KernelCase kernel, CpuBackend backend, double seconds, CancellationToken cancel)
    {
        var machine = MachineRate();
        var milliseconds = Calls(kernel, backend.Workers, seconds, cancel);
        machine = Math.Max(machine, MachineRate());
        var amount = (kernel.IsArithmetic ? kernel.Operations : kernel.Bytes) / 1e6;
        var (best, median) = (milliseconds.Min(), StepBenchmark.Median(milliseconds));
        return new KernelResult
        {
            Kernel = kernel.Kernel,
            Size = kernel.Size,
            Algorithm = kernel.Algorithm,
            Unit = kernel.IsArithmetic ? "GFLOP/s" : "GB/s",
            BestMilliseconds = Math.Round(best, 4),
            MedianMilliseconds = Math.Round(median, 4),
            Best = Math.Round(amount / best, 1),
            Median = Math.Round(amount / median, 1),
            Machine = Math.Round(machine, 1),
            Calls = milliseconds.Length,
            Cpu = Training.Machine.Cpu,
            Path = (int)backend.Path,
            Threads = backend.Threads,
            Date = DateOnly.FromDateTime(DateTimeOffset.UtcNow.UtcDateTime),
        };

        double MachineRate() => kernel.IsArithmetic
            ? MachineSpeed.MeasurePeak(backend, seconds)
            : MachineSpeed.MeasureBandwidth(backend, seconds);
    }

    private static double[] Calls(KernelCase kernel, Workers workers, double seconds, CancellationToken cancel)
    {
        using var memory = new KernelMemory(workers);
        var call = kernel.Prepare(memory);
        call(workers);
        var milliseconds = new List<double>();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalSeconds < seconds || milliseconds.Count < LeastCalls)
        {
            cancel.ThrowIfCancellationRequested();
            var start = Stopwatch.GetTimestamp();
            call(workers);
            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return [.. milliseconds.Order()];
    }
}

using System.Text.Json.Serialization;
using EvenKeel.Backends;
using EvenKeel.Kernels.Machine;

namespace EvenKeel.Lab.Benchmarks;

/// <summary>One thread against several, in turn; one JSON line.</summary>
internal sealed record ThreadScaling
{
    private const double PeakSeconds = 0.005;

    /// <summary>Network and data.</summary>
    public required string Case { get; init; }

    /// <summary>Short name of the scheme.</summary>
    public required string Norm { get; init; }

    /// <summary>Images per step.</summary>
    public required int Batch { get; init; }

    /// <summary>Threads that one was compared with.</summary>
    public required int Threads { get; init; }

    /// <summary>Median milliseconds of a step on one thread.</summary>
    [JsonPropertyName("one_thread_ms")]
    public required double OneThread { get; init; }

    /// <summary>Median milliseconds of a step on all of them.</summary>
    [JsonPropertyName("all_threads_ms")]
    public required double AllThreads { get; init; }

    /// <summary>How many times as fast they are.</summary>
    [JsonPropertyName("speed_up")]
    public required double SpeedUp { get; init; }

    /// <summary>How many times as much arithmetic in registers they do, in the same turns.</summary>
    [JsonPropertyName("arithmetic_speed_up")]
    public required double Arithmetic { get; init; }

    /// <summary>How many times as much main memory they read and write, in the same turns: what memory limits gains about
    /// as much.</summary>
    [JsonPropertyName("memory_speed_up")]
    public required double Memory { get; init; }

    /// <summary>How many times as many steps a second as many networks as threads take side by side, each on a thread of its
    /// own, in the same turns: where this falls short of the threads, the machine does, and not how a step's work is divided.</summary>
    [JsonPropertyName("copies_speed_up")]
    public required double Copies { get; init; }

    /// <summary>Takes steps on one thread and on several in turn, and what the machine can do between them.</summary>
    /// <param name="bench">The case.</param>
    /// <param name="threads">Threads; 0 means one per processor.</param>
    /// <param name="seconds">How long to go on.</param>
    /// <param name="progress">Told the share of the time that is over; may be null.</param>
    /// <param name="cancel">Stops between turns.</param>
    /// <exception cref="UserException">There is one thread only.</exception>
    public static ThreadScaling Measure(
        BenchCase bench, int threads, double seconds, IProgress<double>? progress, CancellationToken cancel)
    {
        if (threads == 0) threads = Environment.ProcessorCount;
        if (threads == 1) throw new UserException("--scaling compares one thread with several: give --threads 2 or more.");
        using CpuBackend one = new(1), all = new(threads);
        using var traffic = new MemoryTraffic();
        var alone = Enumerable.Range(0, threads).Select(_ => new CpuBackend(1)).ToArray();
        double[][] times;
        try
        {
            var steps = InTurn.Steps(new(bench, one));
            CheckMemory(one.PeakBytes, threads);
            times = InTurn.Time(
                [
                    steps, InTurn.Steps(new(bench, all)),
                    () => 1 / one.MeasurePeak(PeakSeconds), () => 1 / all.MeasurePeak(PeakSeconds),
                    () => 1 / traffic.Measure(one.Workers, 0), () => 1 / traffic.Measure(all.Workers, 0),
                    InTurn.SideBySide([.. alone.Select(backend => new TrainingStep(bench, backend))]),
                ],
                seconds, progress, cancel);
        }
        finally
        {
            foreach (var backend in alone) backend.Dispose();
        }

        return new ThreadScaling
        {
            Case = bench.Name,
            Norm = bench.Norm,
            Batch = bench.Batch,
            Threads = threads,
            OneThread = Math.Round(StepBenchmark.Median(times[0]), 2),
            AllThreads = Math.Round(StepBenchmark.Median(times[1]), 2),
            SpeedUp = Math.Round(InTurn.Ratio(times[0], times[1]), 3),
            Arithmetic = Math.Round(InTurn.Ratio(times[2], times[3]), 3),
            Memory = Math.Round(InTurn.Ratio(times[4], times[5]), 3),
            Copies = Math.Round(InTurn.Ratio(times[0], times[6]), 3),
        };
    }

    // One network on one thread, one on all, and one a thread, all at once.
    private static void CheckMemory(long bytes, int threads)
    {
        var (needed, memory) = ((threads + 2) * bytes, MemoryBudget.OfMachine);
        if (needed <= memory) return;
        throw new UserException(
            $"--scaling keeps {threads + 2} networks, which need about {needed / 1e9:F1} GB, and this machine has {memory / 1e9:F1} GB: " +
            "use a smaller --batch or fewer --threads.");
    }
}

using System.Text.Json.Serialization;
using EvenKeel.Backends;

namespace EvenKeel.Lab.Benchmarks;

/// <summary>One thread against several, in turn; one JSON line.</summary>
internal sealed record ThreadScaling
{
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

    /// <summary>Takes steps on one thread and on several in turn.</summary>
    /// <param name="bench">The case.</param>
    /// <param name="threads">Threads; 0 means one per processor.</param>
    /// <param name="seconds">How long to go on.</param>
    /// <param name="cancel">Stops between turns.</param>
    /// <exception cref="UserException">There is one thread only.</exception>
    public static ThreadScaling Measure(BenchCase bench, int threads, double seconds, CancellationToken cancel)
    {
        if (threads == 0) threads = Environment.ProcessorCount;
        if (threads == 1) throw new UserException("--scaling compares one thread with several: give --threads 2 or more.");
        using CpuBackend one = new(1), all = new(threads);
        var times = StepsInTurn.Time([new(bench, one), new(bench, all)], seconds, cancel);
        return new ThreadScaling
        {
            Case = bench.Name,
            Norm = bench.Norm,
            Batch = bench.Batch,
            Threads = threads,
            OneThread = Math.Round(StepBenchmark.Median(times[0]), 2),
            AllThreads = Math.Round(StepBenchmark.Median(times[1]), 2),
            SpeedUp = Math.Round(StepBenchmark.Median([.. times[0].Zip(times[1], (o, a) => o / a)]), 3),
        };
    }
}

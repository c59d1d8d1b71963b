using System.Diagnostics;
using System.Text.Json.Serialization;
using EvenKeel.Backends;

namespace EvenKeel.Lab.Benchmarks;

/// <summary>How long a user waits for the first training step; one JSON line.</summary>
internal sealed record FirstStep
{
    /// <summary>Network and data.</summary>
    public required string Case { get; init; }

    /// <summary>Short name of the scheme.</summary>
    public required string Norm { get; init; }

    /// <summary>Images per step.</summary>
    public required int Batch { get; init; }

    /// <summary>From the start of the process to here: the runtime and the command line.</summary>
    [JsonPropertyName("start_s")]
    public required double Start { get; init; }

    /// <summary>Building the network.</summary>
    [JsonPropertyName("network_s")]
    public required double Network { get; init; }

    /// <summary>The step, with the compilation of everything that it calls.</summary>
    [JsonPropertyName("step_s")]
    public required double Step { get; init; }

    /// <summary>From the start of the process to the end of the step.</summary>
    [JsonPropertyName("first_step_s")]
    public required double Total { get; init; }

    /// <summary>Peak bytes in main memory.</summary>
    [JsonPropertyName("peak_resident_bytes")]
    public required long PeakResidentBytes { get; init; }

    /// <summary>Threads.</summary>
    public required int Threads { get; init; }

    /// <summary>Takes the first step of this process; it is the first only once.</summary>
    public static FirstStep Take(BenchCase bench, int threads)
    {
        var start = SinceStart();
        using var backend = new CpuBackend(threads);
        var step = new TrainingStep(bench, backend);
        var network = SinceStart();
        step.Take();
        var total = SinceStart();
        return new FirstStep
        {
            Case = bench.Name,
            Norm = bench.Norm,
            Batch = bench.Batch,
            Start = Rounded(start),
            Network = Rounded(network - start),
            Step = Rounded(total - network),
            Total = Rounded(total),
            PeakResidentBytes = ProcessMemory.PeakResidentBytes,
            Threads = backend.Threads,
        };
    }

    private static double Rounded(double seconds) => Math.Round(seconds, 3);

    private static double SinceStart()
    {
        using var process = Process.GetCurrentProcess();
        return (DateTimeOffset.UtcNow.UtcDateTime - process.StartTime.ToUniversalTime()).TotalSeconds;
    }
}

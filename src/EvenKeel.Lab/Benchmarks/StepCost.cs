using System.Text.Json.Serialization;
using EvenKeel.Backends;
using EvenKeel.Training;

namespace EvenKeel.Lab.Benchmarks;

/// <summary>What a scheme costs over another, by steps in turn; one JSON line.</summary>
internal sealed record StepCost
{
    /// <summary>Network and data.</summary>
    public required string Case { get; init; }

    /// <summary>Short name of the scheme.</summary>
    public required string Norm { get; init; }

    /// <summary>The scheme's full text.</summary>
    public required string Scheme { get; init; }

    /// <summary>Images per step.</summary>
    public required int Batch { get; init; }

    /// <summary>Threads.</summary>
    public required int Threads { get; init; }

    /// <summary>Median milliseconds of a step.</summary>
    [JsonPropertyName("ms_per_step")]
    public required double Milliseconds { get; init; }

    /// <summary>Short name of the scheme it is compared with.</summary>
    public required string Over { get; init; }

    /// <summary>Median over the turns of a step's time over the other's.</summary>
    public required double Cost { get; init; }

    /// <summary>A quarter of the turns is below.</summary>
    [JsonPropertyName("lower_quartile")]
    public required double Lower { get; init; }

    /// <summary>A quarter of the turns is above.</summary>
    [JsonPropertyName("upper_quartile")]
    public required double Upper { get; init; }

    /// <summary>Turns.</summary>
    public required int Turns { get; init; }

    /// <summary>The processor.</summary>
    public required string Cpu { get; init; }

    /// <summary>The day.</summary>
    public required DateOnly Date { get; init; }

    /// <summary>Takes steps of cases in turn.</summary>
    /// <param name="cases">Cases of one network and batch; costs are over the first.</param>
    /// <param name="threads">Threads; 0 means one per processor.</param>
    /// <param name="seconds">How long to go on.</param>
    /// <param name="progress">Told the share of the time that is over; may be null.</param>
    /// <param name="cancel">Stops between turns.</param>
    public static IReadOnlyList<StepCost> Measure(
        IReadOnlyList<BenchCase> cases, int threads, double seconds, IProgress<double>? progress, CancellationToken cancel)
    {
        using var backend = new CpuBackend(threads);
        var times = InTurn.Time([.. cases.Select(bench => InTurn.Steps(new TrainingStep(bench, backend)))], seconds, progress, cancel);
        return [.. cases.Select((bench, i) => Of(bench, times[i], cases[0], times[0], backend.Threads))];
    }

    /// <summary>The cost of a case from the times of its turns and those of another.</summary>
    /// <param name="bench">The case.</param>
    /// <param name="own">Milliseconds of its step, turn by turn.</param>
    /// <param name="over">The other case.</param>
    /// <param name="others">Milliseconds of the other's step in the same turns.</param>
    /// <param name="threads">Threads of both.</param>
    public static StepCost Of(BenchCase bench, double[] own, BenchCase over, double[] others, int threads)
    {
        double[] ratios = [.. own.Zip(others, (time, other) => time / other).Order()];
        return new()
        {
            Case = bench.Name,
            Norm = bench.Norm,
            Scheme = bench.Scheme,
            Batch = bench.Batch,
            Threads = threads,
            Milliseconds = Math.Round(StepBenchmark.Median(own), 2),
            Over = over.Norm,
            Cost = Math.Round(StepBenchmark.Median(ratios), 3),
            Lower = Math.Round(ratios[ratios.Length / 4], 3),
            Upper = Math.Round(ratios[^(1 + (ratios.Length / 4))], 3),
            Turns = ratios.Length,
            Cpu = Machine.Cpu,
            Date = DateOnly.FromDateTime(DateTimeOffset.UtcNow.UtcDateTime),
        };
    }
}

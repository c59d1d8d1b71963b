using System.Text.Json.Serialization;

namespace EvenKeel.Lab.Benchmarks;

/// <summary>What a case came to; one JSON line.</summary>
internal sealed record BenchResult
{
    /// <summary>Name of the case.</summary>
    public required string Case { get; init; }

    /// <summary>Network.</summary>
    public required string Model { get; init; }

    /// <summary>Short name of the scheme, shared with other frameworks' benchmarks.</summary>
    public required string Norm { get; init; }

    /// <summary>Scheme text.</summary>
    public required string Scheme { get; init; }

    /// <summary>Images per step.</summary>
    public required int Batch { get; init; }

    /// <summary>Memory layout of activations.</summary>
    public string Layout { get; init; } = "nhwc";

    /// <summary>Median milliseconds per step: forward, loss, backward, optimizer.</summary>
    [JsonPropertyName("ms_per_step")]
    public required double MillisecondsPerStep { get; init; }

    /// <summary>Images per second at the median step.</summary>
    [JsonPropertyName("images_per_s")]
    public required double ImagesPerSecond { get; init; }

    /// <summary>Arithmetic of linear maps per second, 10⁹ operations; a multiply-add counts as two.</summary>
    public required double Gflops { get; init; }

    /// <summary>The same over the machine's peak, measured right before and after.</summary>
    [JsonPropertyName("fraction_of_peak")]
    public required double FractionOfPeak { get; init; }

    /// <summary>Peak bytes of parameters, optimizer state and step memory.</summary>
    [JsonPropertyName("peak_bytes")]
    public required long PeakBytes { get; init; }

    /// <summary>Peak bytes of the whole process in main memory: since the start of the case, where the system can tell.</summary>
    [JsonPropertyName("peak_resident_bytes")]
    public long PeakResidentBytes { get; init; }

    /// <summary>Milliseconds per step and phase.</summary>
    public required IReadOnlyDictionary<string, double> Breakdown { get; init; }

    /// <summary>Time of a step over that of the suite's first case with the same batch, in the same round; null outside
    /// a suite.</summary>
    public double? Ratio { get; init; }

    /// <summary>Against a peer; null where none was given or it lacks the case.</summary>
    public BenchComparison? Peer { get; init; }

    /// <summary>Rounds whose medians these are.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>The processor.</summary>
    public required string Cpu { get; init; }

    /// <summary>Threads.</summary>
    public required int Threads { get; init; }

    /// <summary>Day of the measurement, UTC.</summary>
    public required DateOnly Date { get; init; }

    /// <summary>What the same case is called in any file of results.</summary>
    [JsonIgnore]
    public CaseName Id => new(Case, Norm, Batch);

    /// <summary>The same result beside what a peer came to, if it has the case.</summary>
    public BenchResult Against(ComparisonFile peer) =>
        peer.Of(Id) is { } speed ? this with { Peer = BenchComparison.Of(ImagesPerSecond, speed) } : this;

    /// <summary>Each figure's median over the rounds of one case.</summary>
    public static BenchResult Median(IReadOnlyList<BenchResult> rounds)
    {
        var first = rounds[0];
        return first with
        {
            MillisecondsPerStep = Of(r => r.MillisecondsPerStep, 2),
            ImagesPerSecond = Of(r => r.ImagesPerSecond, 1),
            Gflops = Of(r => r.Gflops, 1),
            FractionOfPeak = Of(r => r.FractionOfPeak, 3),
            PeakBytes = rounds.Max(r => r.PeakBytes),
            PeakResidentBytes = rounds.Max(r => r.PeakResidentBytes),
            Breakdown = first.Breakdown.Keys.ToDictionary(phase => phase, phase => Of(r => r.Breakdown[phase], 2), StringComparer.Ordinal),
            Ratio = rounds.Any(r => r.Ratio is null) ? null : Of(r => r.Ratio!.Value, 3),
            Rounds = rounds.Sum(r => r.Rounds),
        };

        double Of(Func<BenchResult, double> figure, int digits) =>
            Math.Round(StepBenchmark.Median(rounds.Select(figure)), digits);
    }
}

using System.Text.Json.Serialization;

namespace EvenKeel.Lab.Benchmarks;

/// <summary>A training step to time.</summary>
/// <param name="Name">Name of the case, shared with other frameworks' benchmarks.</param>
/// <param name="Model">Network.</param>
/// <param name="Scheme">Scheme text.</param>
/// <param name="Batch">Images per step.</param>
/// <param name="Width">Factor on hidden widths.</param>
internal sealed record BenchCase(string Name, string Model, string Scheme, int Batch, double Width = 1)
{
    /// <summary>The suites by name.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<BenchCase>> Suites { get; } =
        new Dictionary<string, IReadOnlyList<BenchCase>>(StringComparer.Ordinal)
        {
            ["convpool"] =
            [
                .. new[] { "none", "bn", "wn", "mobn", "wn+mobn" }
                    .Select(scheme => new BenchCase("convpool", "convpool-cnn-c", scheme, 100)),
            ],
        };
}

/// <summary>What a case came to; one JSON line.</summary>
internal sealed record BenchResult
{
    /// <summary>Name of the case.</summary>
    public required string Case { get; init; }

    /// <summary>Scheme.</summary>
    public required string Norm { get; init; }

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

    /// <summary>Milliseconds per step and phase.</summary>
    public required IReadOnlyDictionary<string, double> Breakdown { get; init; }
}

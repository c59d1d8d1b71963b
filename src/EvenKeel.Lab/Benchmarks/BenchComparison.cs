using System.Text.Json.Serialization;

namespace EvenKeel.Lab.Benchmarks;

/// <summary>Two measurements of one case; part of its JSON line.</summary>
internal sealed record BenchComparison
{
    /// <summary>The peer's images per second in its default layout; null if that was not measured.</summary>
    [JsonPropertyName("default_images_per_s")]
    public double? DefaultImagesPerSecond { get; init; }

    /// <summary>The peer's images per second in its fastest layout.</summary>
    [JsonPropertyName("best_images_per_s")]
    public required double BestImagesPerSecond { get; init; }

    /// <summary>How many times as fast as the peer's default layout.</summary>
    [JsonPropertyName("over_default")]
    public double? OverDefault { get; init; }

    /// <summary>How many times as fast as the peer's fastest layout.</summary>
    [JsonPropertyName("over_best")]
    public required double OverBest { get; init; }

    /// <summary>A speed against a peer's.</summary>
    public static BenchComparison Of(double imagesPerSecond, PeerSpeed peer) => new()
    {
        DefaultImagesPerSecond = Rounded(peer.DefaultLayout, 1),
        BestImagesPerSecond = Math.Round(peer.BestLayout, 1),
        OverDefault = Rounded(imagesPerSecond / peer.DefaultLayout, 3),
        OverBest = Math.Round(imagesPerSecond / peer.BestLayout, 3),
    };

    private static double? Rounded(double? value, int digits) => value is { } some ? Math.Round(some, digits) : null;
}

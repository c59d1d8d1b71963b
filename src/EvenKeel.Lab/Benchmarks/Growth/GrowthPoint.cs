using System.Text.Json.Serialization;

namespace EvenKeel.Lab.Benchmarks.Growth;

/// <summary>What grows.</summary>
internal enum GrowthAxis
{
    /// <summary>Images per step.</summary>
    Batch,

    /// <summary>Factor on every hidden width.</summary>
    Width,

    /// <summary>Intermediate layers of the perceptron.</summary>
    Depth,
}

/// <summary>Cost at one place of an axis; one JSON line and one row of the table.</summary>
internal sealed record GrowthPoint
{
    /// <summary>What grows.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<GrowthAxis>))]
    public required GrowthAxis Axis { get; init; }

    /// <summary>How far.</summary>
    public required double Value { get; init; }

    /// <summary>What was measured; null where it was skipped.</summary>
    public BenchResult? Result { get; init; }

    /// <summary>Why it was skipped; null where it was measured.</summary>
    public string? Skipped { get; init; }
}

using System.Text.Json.Serialization;

namespace EvenKeel.Lab.Benchmarks.Profiling;

/// <summary>What one operation of one layer takes in a step; one JSON line.</summary>
internal sealed record ProfileRow
{
    /// <summary>What stands for work between operations: tables on the host, memory of the step, calls.</summary>
    public const string Host = "host";

    /// <summary>Name of the layer; in brackets what is none.</summary>
    public required string Layer { get; init; }

    /// <summary>Part of the step.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<StepPhase>))]
    public required StepPhase Phase { get; init; }

    /// <summary>Primitive of the backend, or <see cref="Host"/>.</summary>
    public required string Operation { get; init; }

    /// <summary>Sizes in words.</summary>
    public required string Shape { get; init; }

    /// <summary>Calls in a step.</summary>
    public required int Calls { get; init; }

    /// <summary>Median milliseconds of all its calls in a step.</summary>
    [JsonPropertyName("ms")]
    public required double Milliseconds { get; init; }

    /// <summary>The least milliseconds for the same: its multiply-adds at the machine's peak, or its bytes at the
    /// bandwidth of main memory.</summary>
    [JsonPropertyName("floor_ms")]
    public required double FloorMilliseconds { get; init; }

    /// <summary>Multiply-adds times two.</summary>
    public required double Operations { get; init; }

    /// <summary>Bytes that must be read or written once.</summary>
    public required double Bytes { get; init; }

    /// <summary>Milliseconds above the floor; below zero where operands stay in a cache or multiplications are saved.</summary>
    [JsonPropertyName("lost_ms")]
    public double Lost => Math.Round(Milliseconds - FloorMilliseconds, 5);
}

using System.Text.Json.Serialization;

namespace EvenKeel.Lab.Benchmarks.KernelCases;

/// <summary>What a kernel came to; one JSON line. Rates are 10⁹ operations per second for kernels that arithmetic limits,
/// a multiply-add being two, and 10⁹ bytes per second for those that memory limits.</summary>
internal sealed record KernelResult
{
    /// <summary>What the kernel does.</summary>
    public required string Kernel { get; init; }

    /// <summary>Sizes in words.</summary>
    public required string Size { get; init; }

    /// <summary>How it is computed; empty where there is one way.</summary>
    public required string Algorithm { get; init; }

    /// <summary><c>GFLOP/s</c> or <c>GB/s</c>.</summary>
    public required string Unit { get; init; }

    /// <summary>Milliseconds of the fastest call.</summary>
    [JsonPropertyName("best_ms")]
    public required double BestMilliseconds { get; init; }

    /// <summary>Milliseconds of the median call.</summary>
    [JsonPropertyName("median_ms")]
    public required double MedianMilliseconds { get; init; }

    /// <summary>Rate of the fastest call. Of a way that needs fewer multiplications than the direct one it is the rate at
    /// which the direct one would have had to run.</summary>
    public required double Best { get; init; }

    /// <summary>Rate of the median call.</summary>
    public required double Median { get; init; }

    /// <summary>The machine's rate, measured right before and after.</summary>
    public required double Machine { get; init; }

    /// <summary>The fastest call's rate over the machine's.</summary>
    [JsonPropertyName("best_share")]
    public double BestShare => Math.Round(Best / Machine, 3);

    /// <summary>The median call's rate over the machine's.</summary>
    [JsonPropertyName("median_share")]
    public double MedianShare => Math.Round(Median / Machine, 3);

    /// <summary>Calls that were timed.</summary>
    public required int Calls { get; init; }

    /// <summary>The processor.</summary>
    public required string Cpu { get; init; }

    /// <summary>Vector width in bits.</summary>
    public required int Path { get; init; }

    /// <summary>Threads.</summary>
    public required int Threads { get; init; }

    /// <summary>Day of the measurement, UTC.</summary>
    public required DateOnly Date { get; init; }
}

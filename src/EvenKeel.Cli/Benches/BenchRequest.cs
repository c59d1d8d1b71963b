using EvenKeel.Lab.Benchmarks;

namespace EvenKeel.Cli.Benches;

/// <summary>What is asked of the cases.</summary>
internal enum BenchMode
{
    /// <summary>The time of steps.</summary>
    Steps,

    /// <summary>The time of single kernels.</summary>
    Kernels,

    /// <summary>Where the time of a step goes.</summary>
    Layers,

    /// <summary>The wait for the first step.</summary>
    FirstStep,

    /// <summary>One thread against all.</summary>
    Scaling,

    /// <summary>What schemes cost, by steps in turn.</summary>
    Costs,

    /// <summary>Speed and memory over batch, width and depth.</summary>
    Growth,
}

/// <summary>What is to be timed, and for how long.</summary>
internal sealed record BenchRequest
{
    /// <summary>What is asked.</summary>
    public required BenchMode Mode { get; init; }

    /// <summary>The cases; none where single kernels are timed.</summary>
    public required BenchSuite Suite { get; init; }

    /// <summary>Parts of the suite, or null for all of it.</summary>
    public required IReadOnlyList<string>? Only { get; init; }

    /// <summary>Threads; 0 means one per processor.</summary>
    public required int Threads { get; init; }

    /// <summary>How long each case is timed in each round.</summary>
    public required double Seconds { get; init; }

    /// <summary>Rounds over all cases; null means the suite's own number.</summary>
    public required int? Rounds { get; init; }

    /// <summary>True for JSON lines.</summary>
    public required bool Json { get; init; }

    /// <summary>Rows of a profile's tables.</summary>
    public required int Top { get; init; }

    /// <summary>Folder for the page of <see cref="BenchMode.Growth"/>.</summary>
    public required string Folder { get; init; }

    /// <summary>A file of a peer's results, or null.</summary>
    public required string? Compare { get; init; }

    /// <summary>A file of saved results to show instead of measuring, or null.</summary>
    public required string? Results { get; init; }

    /// <summary>True for a Markdown table.</summary>
    public required bool Markdown { get; init; }
}

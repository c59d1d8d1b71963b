namespace EvenKeel.Lab.Verification;

/// <summary>How one array of a golden vector came out.</summary>
/// <param name="Name">The array.</param>
/// <param name="Error">max|a−b| / (max|b| + 1e-6); null if there is none.</param>
/// <param name="Problem">Why it fails, as the end of a sentence that begins with the name; null if it passes.</param>
internal sealed record ArrayResult(string Name, double? Error, string? Problem)
{
    private const double Floor = 1e-6;

    /// <summary>A failure without an error to tell.</summary>
    public static ArrayResult Failed(string name, string problem) => new(name, null, problem);

    /// <summary>Judges computed numbers.</summary>
    /// <param name="name">The array.</param>
    /// <param name="expected">Exact results b.</param>
    /// <param name="computed">Results a, as many.</param>
    /// <param name="tolerance">Largest error that passes.</param>
    public static ArrayResult Compare(string name, ReadOnlySpan<double> expected, ReadOnlySpan<float> computed, double tolerance)
    {
        if (expected.Length != computed.Length) return Failed(name, $"has {computed.Length} numbers, expected {expected.Length}");
        double difference = 0, largest = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            if (!double.IsFinite(expected[i])) return Failed(name, $"is {expected[i]} in the file at index {i}");
            if (!float.IsFinite(computed[i])) return Failed(name, $"is {computed[i]} at index {i}");
            difference = Math.Max(difference, Math.Abs(computed[i] - expected[i]));
            largest = Math.Max(largest, Math.Abs(expected[i]));
        }

        var error = difference / (largest + Floor);
        return new ArrayResult(name, error, error <= tolerance ? null : $"has error {error:0.0e+00}, tolerance {tolerance:0.0e+00}");
    }
}

/// <summary>How one golden vector came out.</summary>
internal sealed record CaseResult
{
    /// <summary>File or resource.</summary>
    public required string File { get; init; }

    /// <summary>Kind of operation.</summary>
    public required string Family { get; init; }

    /// <summary>The operation.</summary>
    public required string Operation { get; init; }

    /// <summary>Name of the case.</summary>
    public required string Case { get; init; }

    /// <summary>Largest error that passes.</summary>
    public required double Tolerance { get; init; }

    /// <summary>What EvenKeel does not have yet, so that the vector was not checked; else null.</summary>
    public string? NotThere { get; init; }

    /// <summary>The arrays that were compared, and everything that was not understood.</summary>
    public IReadOnlyList<ArrayResult> Arrays { get; init; } = [];

    /// <summary>True if it was checked and everything is within tolerance.</summary>
    public bool Passed => NotThere is null && Arrays.Count > 0 && Arrays.All(array => array.Problem is null);

    /// <summary>True if it was checked and something is wrong.</summary>
    public bool Failed => NotThere is null && !Passed;

    /// <summary>The largest error of its arrays; null if nothing could be compared.</summary>
    public double? WorstError => Arrays.Max(array => array.Error);

    /// <summary>The largest error as a share of the tolerance.</summary>
    public double? WorstRatio => WorstError / Tolerance;
}

/// <summary>All cases of an operation together.</summary>
/// <param name="Family">Kind of operation.</param>
/// <param name="Operation">The operation.</param>
/// <param name="Cases">Vectors that were checked.</param>
/// <param name="Failed">How many of them failed.</param>
/// <param name="WorstCase">The vector nearest to its tolerance, or farthest beyond; null if none could be compared.</param>
/// <param name="Error">Its largest error.</param>
/// <param name="Tolerance">Its tolerance.</param>
/// <param name="Ratio">Error over tolerance.</param>
internal sealed record OperationResult(
    string Family, string Operation, int Cases, int Failed, string? WorstCase, double? Error, double? Tolerance, double? Ratio);

/// <summary>Something that EvenKeel does not have yet.</summary>
/// <param name="What">The operation, or a variant of it.</param>
/// <param name="Cases">Vectors that wait for it.</param>
internal sealed record NotThereResult(string What, int Cases);

/// <summary>How a set of golden vectors came out on one vector path.</summary>
/// <param name="Path">Bits of the vectors.</param>
/// <param name="Threads">Threads that shared the work.</param>
/// <param name="Cases">Every vector, in order.</param>
internal sealed record VerificationResult(int Path, int Threads, IReadOnlyList<CaseResult> Cases)
{
    /// <summary>Vectors that were checked and passed.</summary>
    public int Passed => Cases.Count(c => c.Passed);

    /// <summary>Vectors that were checked and failed.</summary>
    public int Failed => Cases.Count(c => c.Failed);

    /// <summary>Vectors of operations that are not there yet.</summary>
    public int Waiting => Cases.Count(c => c.NotThere is not null);

    /// <summary>True if at least one vector was checked and none failed.</summary>
    public bool Good => Passed > 0 && Failed == 0;

    /// <summary>The checked operations, in the order of their first vectors.</summary>
    public IReadOnlyList<OperationResult> Operations =>
    [
        .. Cases.Where(c => c.NotThere is null).GroupBy(c => (c.Family, c.Operation)).Select(group =>
        {
            var worst = group.Where(c => c.WorstRatio is not null).MaxBy(c => c.WorstRatio);
            return new OperationResult(
                group.Key.Family, group.Key.Operation, group.Count(), group.Count(c => c.Failed),
                worst?.Case, worst?.WorstError, worst?.Tolerance, worst?.WorstRatio);
        }),
    ];

    /// <summary>What is not there yet, in the order of the first vectors.</summary>
    public IReadOnlyList<NotThereResult> NotThere =>
        [.. Cases.Where(c => c.NotThere is not null).GroupBy(c => c.NotThere!).Select(g => new NotThereResult(g.Key, g.Count()))];
}

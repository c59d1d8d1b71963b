using EvenKeel.Lab.Statistics;

namespace EvenKeel.Lab.Claims;

/// <summary>What the data say of a claim.</summary>
internal enum Verdict
{
    /// <summary>It is so, beyond chance.</summary>
    Holds,

    /// <summary>It is not so, beyond chance.</summary>
    Contradicted,

    /// <summary>The data do not say.</summary>
    Undecided,
}

/// <summary>Values of a measure.</summary>
/// <param name="BySeed">Value by seed, of the runs that have one.</param>
/// <param name="Count">The count, for measures that count; null when runs are missing.</param>
/// <param name="Missing">Why values are missing; null when none are.</param>
internal sealed record MeasureValues(IReadOnlyDictionary<ulong, double> BySeed, double? Count, string? Missing)
{
    /// <summary>All machines that the runs of a seed were timed on, if the measure is a time.</summary>
    public IReadOnlyDictionary<ulong, string[]> Machines { get; init; } = new Dictionary<ulong, string[]>();

    /// <summary>No values.</summary>
    public static MeasureValues None(string why) => new(new Dictionary<ulong, double>(), null, why);
}

/// <summary>What came of one comparison.</summary>
/// <param name="Comparison">The comparison.</param>
/// <param name="Left">Mean of its left side over the seeds; null when not measured.</param>
/// <param name="Right">Mean of its right side.</param>
/// <param name="Margin">By how much it is so, seed by seed; negative where it is not.</param>
/// <param name="PValue">Chance of such a margin if the true one is zero, corrected for the other comparisons.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Reason">What keeps the verdict from being firmer; null when nothing does.</param>
internal sealed record ComparisonResult(
    Comparison Comparison, Estimate? Left, Estimate? Right, Estimate? Margin, double? PValue, Verdict Verdict, string? Reason);

/// <summary>
/// Judges claims, seed by seed and paired: what seeds share (initial weights, order of images) cancels. A claim holds
/// or is contradicted only if the margin differs from zero at 5% by Student's t after Holm's correction over all
/// comparisons of the study; with one seed it stays undecided. Counts need no test. Times of different machines are not
/// compared.
/// </summary>
internal static class ClaimJudge
{
    /// <summary>Chance of error that a verdict may have, over all comparisons together.</summary>
    public const double Level = 0.05;

    /// <summary>Judges the comparisons of a study together.</summary>
    /// <param name="comparisons">All comparisons of all claims.</param>
    /// <param name="values">Values of a measure.</param>
    public static IReadOnlyList<ComparisonResult> Judge(
        IReadOnlyList<Comparison> comparisons, Func<Measure, MeasureValues> values)
    {
        (ComparisonResult Result, double? PValue)[] raw = [.. comparisons.Select(
            comparison => comparison.IsExact ? (Exact(comparison, values), null) : Measured(comparison, values))];
        int[] tested = [.. Enumerable.Range(0, raw.Length).Where(i => raw[i].PValue is not null)];
        double[] corrected = Holm.Correct([.. tested.Select(i => raw[i].PValue!.Value)]);
        for (int i = 0; i < tested.Length; i++)
            raw[tested[i]].Result = Decide(raw[tested[i]].Result, corrected[i]);
        return [.. raw.Select(item => item.Result)];
    }

    /// <summary>The verdict on a claim: of its comparisons, the worst.</summary>
    public static Verdict Overall(IReadOnlyCollection<ComparisonResult> results) =>
        results.Any(result => result.Verdict == Verdict.Contradicted) ? Verdict.Contradicted
        : results.All(result => result.Verdict == Verdict.Holds) ? Verdict.Holds
        : Verdict.Undecided;

    private static ComparisonResult Exact(Comparison comparison, Func<Measure, MeasureValues> values)
    {
        string? missing = comparison.Measures.Select(measure => values(measure).Missing).FirstOrDefault(why => why is not null);
        double? left = comparison.Left.Value(measure => values(measure).Count);
        double? right = comparison.Right.Value(measure => values(measure).Count);
        if (missing is not null || left is not { } a || right is not { } b)
            return new ComparisonResult(comparison, null, null, null, null, Verdict.Undecided, missing ?? "not measured");
        bool holds = comparison.Relation switch
        {
            "<" => a < b,
            ">" => a > b,
            "<=" => a <= b,
            ">=" => a >= b,
            _ => Math.Abs(a - b) <= comparison.Within,
        };
        return new ComparisonResult(
            comparison, Estimate.Of([a]), Estimate.Of([b]), Estimate.Of([Margin(comparison, a, b, Math.Sign(a - b))]), null,
            holds ? Verdict.Holds : Verdict.Contradicted, "a count, so exact");
    }

    private static (ComparisonResult Result, double? PValue) Measured(
        Comparison comparison, Func<Measure, MeasureValues> values)
    {
        MeasureValues[] all = [.. comparison.Measures.Select(values)];
        string? missing = all.Select(item => item.Missing).FirstOrDefault(why => why is not null);
        ulong[] seeds = [.. all.SelectMany(item => item.BySeed.Keys).Distinct().Order()];
        List<double> left = [];
        List<double> right = [];
        foreach (ulong seed in seeds)
        {
            double? Of(Measure measure) => values(measure).BySeed.TryGetValue(seed, out double value) ? value : null;
            if (comparison.Left.Value(Of) is not { } a || comparison.Right.Value(Of) is not { } b)
                continue;
            string[] machines = [.. all.SelectMany(item => item.Machines.GetValueOrDefault(seed) ?? []).Distinct()];
            if (machines.Length > 1)
            {
                missing ??= $"times with seed {seed} are of different machines: {string.Join(" and ", machines)}";
                continue;
            }

            left.Add(a);
            right.Add(b);
        }

        if (left.Count == 0)
            return (new ComparisonResult(comparison, null, null, null, null, Verdict.Undecided, missing ?? "no seed has all the values"), null);

        int side = Math.Sign(left.Average() - right.Average());
        double[] margins = [.. left.Zip(right, (a, b) => Margin(comparison, a, b, side))];
        PairedComparison test = PairedComparison.Of(margins)!;
        string? reason = test.PValue is null ? "one seed" : missing;
        if (test.PValue is null && missing is not null)
            reason = $"one seed: {missing}";
        return (
            new ComparisonResult(comparison, Estimate.Of(left), Estimate.Of(right), test.Difference, null, Verdict.Undecided, reason),
            test.PValue);
    }

    // Positive where the comparison is so. For equality the side on which the mean lies decides; the other is farther.
    private static double Margin(Comparison comparison, double left, double right, int side) => comparison.Relation switch
    {
        "<" or "<=" => right - left,
        ">" or ">=" => left - right,
        _ => comparison.Within - (side * (left - right)),
    };

    private static ComparisonResult Decide(ComparisonResult result, double corrected) => result with
    {
        PValue = corrected,
        Verdict = corrected >= Level ? Verdict.Undecided
            : result.Margin!.Mean > 0 ? Verdict.Holds : Verdict.Contradicted,
    };
}

using MathNet.Numerics.Distributions;

namespace EvenKeel.Lab.Statistics;

/// <summary>
/// Whether values that come in pairs (one for each seed) differ beyond chance: Student's t test of their mean
/// difference against zero, two-sided.
/// <para>
/// Differences that are all the same have no deviation to test with, as counts of epochs often do. Those are judged by
/// their signs alone, <c>p = 2·2^−n</c>, since t would call any two of them certain.
/// </para>
/// </summary>
/// <param name="Difference">Mean difference with its 95% interval.</param>
/// <param name="PValue">Chance of a mean at least so far from zero if the true one is zero; null for one pair.</param>
internal sealed record PairedComparison(Estimate Difference, double? PValue)
{
    // Equal differences of errors such as 0.33 − 0.31 and 0.29 − 0.27 differ in their last digits.
    private const double Rounding = 1e-9;

    /// <summary>The comparison of differences with zero; null when there are none.</summary>
    public static PairedComparison? Of(IReadOnlyList<double> differences) => Estimate.Of(differences) is { } estimate
        ? new PairedComparison(estimate, TwoSided(estimate))
        : null;

    private static double? TwoSided(Estimate estimate) => estimate switch
    {
        { Deviation: null } => null,
        { Mean: 0, Deviation: 0 } => 1,
        _ when estimate.Deviation <= Rounding * Math.Abs(estimate.Mean) => Math.Min(1, 2 * Math.Pow(0.5, estimate.Count)),
        _ => 2 * StudentT.CDF(
            0, 1, estimate.Count - 1,
            -Math.Abs(estimate.Mean) * Math.Sqrt(estimate.Count) / estimate.Deviation.Value),
    };
}

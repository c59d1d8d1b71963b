namespace EvenKeel.Lab.Statistics;

/// <summary>
/// Holm's step-down correction: of many tests some come out by chance, and this keeps the chance that any does at the
/// level of a single one. The smallest p value is multiplied by the number of tests, the next by one less, and so on;
/// none may fall below the one before it. (S. Holm, 1979, Scandinavian Journal of Statistics 6, 65-70.)
/// </summary>
internal static class Holm
{
    /// <summary>The corrected p values, in the order given.</summary>
    public static double[] Correct(IReadOnlyList<double> values)
    {
        int[] order = [.. Enumerable.Range(0, values.Count).OrderBy(i => values[i]).ThenBy(i => i)];
        double[] corrected = new double[values.Count];
        double highest = 0;
        for (int rank = 0; rank < order.Length; rank++)
        {
            highest = Math.Max(highest, Math.Min(1, values[order[rank]] * (order.Length - rank)));
            corrected[order[rank]] = highest;
        }

        return corrected;
    }
}

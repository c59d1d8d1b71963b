namespace EvenKeel.Lab.Statistics;

/// <summary>
/// How far two lists rank the same things alike: Kendall's τ-b, 1 for the same order, −1 for the reverse, 0 for none.
/// τ-b = (concordant − discordant)/√((pairs − ties in the first)·(pairs − ties in the second)).
/// </summary>
/// <param name="Count">Things ranked.</param>
/// <param name="Tau">τ-b.</param>
/// <param name="PValue">
/// Chance of a τ at least so far from zero, either way, if all orders are equally likely; exact, from the counts of
/// permutations by inversions. Null when there are ties, for which those counts do not hold.
/// </param>
internal sealed record RankAgreement(int Count, double Tau, double? PValue)
{
    /// <summary>The agreement of two lists of the same length; null for fewer than two things or where one list is all ties.</summary>
    public static RankAgreement? Of(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        if (first.Count != second.Count)
            throw new ArgumentException($"Two rankings of the same things: got {first.Count} and {second.Count} values.", nameof(second));
        long pairs = (long)first.Count * (first.Count - 1) / 2;
        long score = 0;
        long tiesFirst = 0;
        long tiesSecond = 0;
        for (int i = 0; i < first.Count; i++)
        {
            for (int j = i + 1; j < first.Count; j++)
            {
                int a = first[i].CompareTo(first[j]);
                int b = second[i].CompareTo(second[j]);
                score += Math.Sign(a) * Math.Sign(b);
                tiesFirst += a == 0 ? 1 : 0;
                tiesSecond += b == 0 ? 1 : 0;
            }
        }

        double below = Math.Sqrt((double)(pairs - tiesFirst) * (pairs - tiesSecond));
        return below == 0
            ? null
            : new RankAgreement(
                first.Count, score / below, tiesFirst + tiesSecond > 0 ? null : Chance(first.Count, Math.Abs(score)));
    }

    // Shares of permutations by inversions: the k-th thing can stand behind 0 to k − 1 of the earlier ones.
    private static double Chance(int count, long score)
    {
        double[] shares = [1];
        for (int k = 2; k <= count; k++)
        {
            double[] next = new double[shares.Length + k - 1];
            for (int i = 0; i < shares.Length; i++)
            {
                for (int more = 0; more < k; more++)
                    next[i + more] += shares[i] / k;
            }

            shares = next;
        }

        double chance = 0;
        for (int inversions = 0; inversions < shares.Length; inversions++)
        {
            if (Math.Abs(shares.Length - 1 - (2 * inversions)) >= score)
                chance += shares[inversions];
        }

        return Math.Min(1, chance);
    }
}

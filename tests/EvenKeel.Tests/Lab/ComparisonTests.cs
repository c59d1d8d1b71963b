using EvenKeel.Lab.Statistics;

namespace EvenKeel.Tests.Lab;

public sealed class ComparisonTests
{
    // Student's own data (1908, The probable error of a mean): extra hours of sleep of ten patients under two drugs.
    private static readonly double[] FirstDrug = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
    private static readonly double[] SecondDrug = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

    [Fact]
    public void Students_sleep_data_give_the_published_test()
    {
        // t = −4.0621 with 9 degrees of freedom, p = 0.002833, interval −2.4598856 to −0.7001142, mean −1.58.
        PairedComparison test = PairedComparison.Of([.. FirstDrug.Zip(SecondDrug, (a, b) => a - b)])!;
        Assert.Equal(-1.58, test.Difference.Mean, 12);
        Assert.Equal((2.4598856 - 0.7001142) / 2, test.Difference.HalfWidth!.Value, 6);
        Assert.Equal(0.002833, test.PValue!.Value, 6);
    }

    [Fact]
    public void One_pair_has_no_p_value_and_none_is_no_comparison()
    {
        Assert.Null(PairedComparison.Of([3])!.PValue);
        Assert.Null(PairedComparison.Of([]));
    }

    [Theory]
    [InlineData(2, 0.5)]
    [InlineData(3, 0.25)]
    [InlineData(6, 0.03125)]
    public void Equal_differences_count_by_their_signs_alone(int count, double expected) =>
        Assert.Equal(expected, PairedComparison.Of([.. Enumerable.Repeat(-2.0, count)])!.PValue!.Value, 12);

    [Fact]
    public void Differences_that_rounding_alone_tells_apart_count_as_equal()
    {
        double[] differences = [0.33 - 0.31, 0.29 - 0.27, 0.41 - 0.39];
        Assert.NotEqual(differences[0], differences[1]);
        Assert.Equal(0.25, PairedComparison.Of(differences)!.PValue!.Value, 12);
    }

    [Fact]
    public void Differences_of_zero_are_no_evidence() => Assert.Equal(1, PairedComparison.Of([0, 0, 0])!.PValue);

    [Fact]
    public void Holms_correction_multiplies_by_the_tests_that_are_left()
    {
        // 0.005·4, 0.01·3, 0.03·2, 0.04·1 raised to the one before it.
        double[] corrected = Holm.Correct([0.01, 0.04, 0.03, 0.005]);
        double[] expected = [0.03, 0.06, 0.06, 0.02];
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], corrected[i], 12);
        Assert.Equal([1.0, 1.0], Holm.Correct([0.6, 0.9]));
        Assert.Empty(Holm.Correct([]));
    }

    [Fact]
    public void Tau_and_its_chance_agree_with_hand_counts_and_tables()
    {
        // One swap of neighbours in four: 5 concordant, 1 discordant. Of 24 orders, 1 + 3 have at most one inversion.
        RankAgreement swapped = RankAgreement.Of([1, 2, 3, 4], [1, 2, 4, 3])!;
        Assert.Equal(4.0 / 6, swapped.Tau, 12);
        Assert.Equal(8.0 / 24, swapped.PValue!.Value, 12);

        RankAgreement same = RankAgreement.Of([3, 1, 2, 5, 4], [30, 10, 20, 50, 40])!;
        Assert.Equal(1, same.Tau, 12);
        Assert.Equal(2.0 / 120, same.PValue!.Value, 12);
        Assert.Equal(-1, RankAgreement.Of([1, 2, 3], [9, 5, 1])!.Tau, 12);

        // The published critical value for ten things at 5%, two-sided, is 23 (τ = 0.511): at most 11 inversions.
        double[] straight = [.. Enumerable.Range(0, 10).Select(i => (double)i)];
        Assert.InRange(RankAgreement.Of(straight, Inverted(11))!.PValue!.Value, 0.04, 0.05);
        Assert.InRange(RankAgreement.Of(straight, Inverted(12))!.PValue!.Value, 0.05, 0.08);
    }

    [Fact]
    public void Ties_lower_what_tau_is_divided_by()
    {
        // Pairs 6, one tied in each list, 4 concordant, 0 discordant: 4/√(5·5).
        RankAgreement tied = RankAgreement.Of([1, 1, 2, 3], [1, 2, 3, 3])!;
        Assert.Equal(4.0 / 5, tied.Tau, 12);
        Assert.Null(tied.PValue);
        Assert.Null(RankAgreement.Of([1, 1], [1, 2]));
        Assert.Null(RankAgreement.Of([1], [1]));
    }

    [Fact]
    public void Figures_are_read_off_a_curve()
    {
        RunCurve curve = new([new(1, 60, 10), new(2, double.NaN, 20), new(3, 41, 30), new(4, 40, 40), new(5, 43, 50)]);
        Assert.Equal((43.0, 40.0, 41.0), (curve.Last, curve.Lowest, curve.At(3)));
        Assert.Null(curve.At(2));
        Assert.Equal((3, 30.0), (curve.EpochsTo(41), curve.SecondsTo(41)));
        Assert.Null(curve.EpochsTo(39.9));
        Assert.Null(curve.SecondsTo(39.9));
        Assert.Null(new RunCurve([]).Last);
        Assert.Null(new RunCurve([new(1, 5, double.NaN)]).SecondsTo(6));
    }

    // The numbers 0 to 9 with so many inversions: the first ones reversed as far as needed.
    private static double[] Inverted(int inversions)
    {
        List<double> rest = [.. Enumerable.Range(0, 10).Select(i => (double)i)];
        List<double> order = [];
        while (rest.Count > 0)
        {
            int skip = Math.Min(inversions, rest.Count - 1);
            inversions -= skip;
            order.Add(rest[skip]);
            rest.RemoveAt(skip);
        }

        return [.. order];
    }
}

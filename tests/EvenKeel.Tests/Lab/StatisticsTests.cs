using EvenKeel.Lab.Statistics;

namespace EvenKeel.Tests.Lab;

public sealed class StatisticsTests
{
    [Fact]
    public void Mean_deviation_and_interval_agree_with_hand_values()
    {
        // 17, 18, 19, 22: mean 19, squares 4+1+0+9 = 14, s = √(14/3), t(0.975, 3) = 3.182446305.
        Estimate estimate = Estimate.Of([17, 18, 19, 22])!;
        Assert.Equal(4, estimate.Count);
        Assert.Equal(19, estimate.Mean, 12);
        Assert.Equal(2.160246899469287, estimate.Deviation!.Value, 12);
        Assert.Equal(3.182446305 * 2.160246899469287 / 2, estimate.HalfWidth!.Value, 7);
    }

    [Fact]
    public void One_run_has_no_interval_and_none_has_no_estimate()
    {
        Assert.Equal(new Estimate(1, 5, null, null), Estimate.Of([5]));
        Assert.Null(Estimate.Of([]));
    }

    [Theory]
    [InlineData(1, 12.706204736432095)]
    [InlineData(2, 4.302652729696142)]
    [InlineData(3, 3.182446305284263)]
    [InlineData(4, 2.7764451051977987)]
    [InlineData(9, 2.2621571627409915)]
    [InlineData(30, 2.0422724563012373)]
    public void Student_quantiles_agree_with_published_tables(int freedom, double expected) =>
        Assert.Equal(expected, Estimate.StudentQuantile(0.975, freedom), 8);

    [Fact]
    public void Pairs_are_matched_by_seed_and_what_seeds_share_cancels()
    {
        Dictionary<ulong, double> first = new() { [1] = 10, [2] = 20, [3] = 30, [9] = 99 };
        Dictionary<ulong, double> second = new() { [3] = 27, [1] = 9, [2] = 18, [8] = 1 };
        Estimate difference = Estimate.OfPairs(first, second)!;
        Assert.Equal(3, difference.Count);
        Assert.Equal(2, difference.Mean, 12);
        Assert.Equal(1, difference.Deviation!.Value, 12);
        Assert.Null(Estimate.OfPairs(first, new Dictionary<ulong, double> { [7] = 1 }));
    }

    [Fact]
    public void Other_units_scale_all_but_the_count() =>
        Assert.Equal(new Estimate(2, -300, 20, 10), new Estimate(2, 3, 0.2, 0.1).Times(-100));

    [Fact]
    public void Weights_for_five_points_and_degree_two_are_the_published_ones()
    {
        // Savitzky and Golay's table: (−3, 12, 17, 12, −3) / 35 in the middle; (31, 9, −3, −5, 3) / 35 at the edge.
        double[] impulse = new SavitzkyGolay(5, 2).Smooth([0, 0, 0, 0, 1, 0, 0, 0, 0]);
        double[] expected = [0, 0, -3, 12, 17, 12, -3, 0, 0];
        for (int i = 2; i < 7; i++)
            Assert.Equal(expected[i] / 35, impulse[i], 14);
        double[] edge = new SavitzkyGolay(5, 2).Smooth([1, 0, 0, 0, 0, 0, 0]);
        Assert.Equal(31.0 / 35, edge[0], 14);
        Assert.Equal(9.0 / 35, edge[1], 14);
        double[] second = new SavitzkyGolay(5, 2).Smooth([0, 0, 0, 0, 1]);
        Assert.Equal(3.0 / 35, second[0], 14);
        Assert.Equal(-5.0 / 35, second[1], 14);
    }

    [Fact]
    public void Polynomials_up_to_the_degree_come_through_exactly_also_at_the_edges()
    {
        double[] values = new double[200];
        for (int i = 0; i < values.Length; i++)
        {
            double x = (i - 100) / 100.0;
            double power = 1;
            for (int k = 0; k <= 10; k++, power *= x)
                values[i] += (k % 3 - 1.2) * power;
        }

        double[] smooth = new SavitzkyGolay(51, 10).Smooth(values);
        for (int i = 0; i < values.Length; i++)
            Assert.Equal(values[i], smooth[i], 11);
    }

    [Fact]
    public void A_polynomial_above_the_degree_does_not_come_through()
    {
        double[] values = [.. Enumerable.Range(0, 51).Select(i => Math.Pow((i - 25) / 25.0, 12))];
        double[] smooth = new SavitzkyGolay(51, 10).Smooth(values);
        Assert.True(Math.Abs(values[25] - smooth[25]) > 1e-5);
    }

    [Fact]
    public void A_constant_is_kept_and_noise_is_reduced()
    {
        double[] constant = new SavitzkyGolay(51, 10).Smooth([.. Enumerable.Repeat(7.25, 60)]);
        Assert.All(constant, value => Assert.Equal(7.25, value, 12));

        double[] alternating = [.. Enumerable.Range(0, 120).Select(i => i % 2 == 0 ? 1.0 : -1.0)];
        double[] smooth = new SavitzkyGolay(51, 10).Smooth(alternating);
        Assert.All(smooth[30..90], value => Assert.InRange(value, -0.06, 0.06));
    }

    [Theory]
    [InlineData(200, 51, 10)]
    [InlineData(51, 51, 10)]
    [InlineData(50, 49, 10)]
    [InlineData(30, 29, 6)]
    [InlineData(10, 9, 2)]
    [InlineData(5, 5, 2)]
    [InlineData(4, 3, 1)]
    [InlineData(3, 3, 1)]
    [InlineData(2, 1, 0)]
    [InlineData(1, 1, 0)]
    public void Short_runs_get_the_largest_filter_that_still_smooths(int points, int window, int degree)
    {
        SavitzkyGolay filter = SavitzkyGolay.For(points, 51, 10);
        Assert.Equal(window, filter.Window);
        Assert.Equal(degree, filter.Degree);
        double[] line = [.. Enumerable.Range(0, points).Select(i => degree > 0 ? 2.0 * i : 4)];
        Assert.All(filter.Smooth(line).Zip(line), pair => Assert.Equal(pair.Second, pair.First, 10));
    }

    [Theory]
    [InlineData(4, 2)]
    [InlineData(5, 5)]
    [InlineData(0, 0)]
    [InlineData(5, -1)]
    public void Impossible_filters_are_refused(int window, int degree) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SavitzkyGolay(window, degree));
}

using EvenKeel.Lab.Reports;

namespace EvenKeel.Tests.Lab;

public sealed class ChartTests
{
    [Theory]
    [InlineData(0.0, 97.0, 0, 100, 20)]
    [InlineData(15.2, 31.0, 15, 35, 5)]
    [InlineData(2.0, 90.0, 0, 100, 20)]
    [InlineData(1.94, 2.11, 1.9, 2.15, 0.05)]
    [InlineData(7.0, 7.0, 6.6, 7.4, 0.2)]
    [InlineData(-3.0, 4.0, -4, 4, 2)]
    public void Axes_end_on_round_numbers(double low, double high, double first, double last, double step)
    {
        Axis axis = Axis.Around(low, high, 5);
        Assert.Equal(step, axis.Step, 9);
        Assert.Equal(first, axis.Low, 9);
        Assert.Equal(last, axis.High, 9);
        Assert.InRange(low, axis.Low, axis.High);
        Assert.InRange(high, axis.Low, axis.High);
        Assert.Equal(first, axis.Ticks.First(), 9);
        Assert.Equal(last, axis.Ticks.Last(), 9);
    }

    [Theory]
    [InlineData(200, 50)]
    [InlineData(60, 10)]
    [InlineData(3, 1)]
    [InlineData(1, 1)]
    public void Epoch_axes_have_whole_ticks(int epochs, double step) =>
        Assert.Equal(step, Axis.FromZero(epochs, 6, whole: true).Step);

    [Fact]
    public void A_curve_that_blows_up_does_not_press_the_others_flat()
    {
        double[] x = [.. Enumerable.Range(1, 40).Select(i => (double)i)];
        double[] calm = [.. x.Select(i => 1 + (1 / i))];
        double[] wild = [.. x.Select(i => i == 40 ? 1e6 : 1.5)];
        LineChart chart = new("a", "Loss", "nats", "epoch", WholeX: true,
            [new(0, "calm", new Curve(x, calm, calm, calm)), new(1, "wild", new Curve(x, wild, wild, wild))]);
        Assert.Contains("reach 1000000", chart.Beyond, StringComparison.Ordinal);
        Assert.Contains(">1.6</text>", chart.Draw(), StringComparison.Ordinal);
        Assert.DoesNotContain("000</text>", chart.Draw(), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_of_lines_that_end_together_do_not_overlap()
    {
        double[] x = [1, 2];
        LineSeries[] series = [.. Enumerable.Range(0, 6).Select(i =>
            new LineSeries(i, $"line{i}", new Curve(x, [2, 1 + (i * 0.001)], [2, 1], [2, 1.1])))];
        string svg = new LineChart("a", "Loss", "nats", "epoch", WholeX: true, series).Draw();
        double[] places = [.. System.Text.RegularExpressions.Regex
            .Matches(svg, """y="([0-9.]+)" class="name">line""")
            .Select(match => double.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture))
            .Order()];
        Assert.Equal(6, places.Length);
        Assert.All(places.Zip(places.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 14.9));
    }

    [Theory]
    [InlineData(-0.004, 2, "0.00")]
    [InlineData(-1.5, 1, "\u22121.5")]
    [InlineData(17.885, 1, "17.9")]
    public void Numbers_are_written_for_readers(double value, int decimals, string expected) =>
        Assert.Equal(expected, Show.Number(value, decimals));

    [Fact]
    public void Thousands_are_grouped_from_five_digits_on()
    {
        Assert.Equal("9999", Show.Count(9999));
        Assert.Equal("1\u202f406\u202f794", Show.Count(1_406_794));
    }
}

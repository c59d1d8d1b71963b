using EvenKeel.Lab.Claims;

namespace EvenKeel.Tests.Lab;

public sealed class ClaimTests
{
    [Theory]
    [InlineData("error(wn) <", 12, "expected a number, a measure such as error(bn), or a bracket, got the end")]
    [InlineData("error(wn)", 10, "expected a comparison")]
    [InlineData("eror(wn) < 3", 1, "there is no measure 'eror'; known are: error, accuracy")]
    [InlineData("error() < 3", 7, "error() needs a scheme")]
    [InlineData("error(wn < 3", 13, "expected ')', got the end")]
    [InlineData("error(wn, bset) < 3", 11, "expected last, best, epoch=5 or an axis with its value, such as batch=2, got 'bset'")]
    [InlineData("error(wn, batch=2, batch=3) < 3", 20, "batch is given twice")]
    [InlineData("error(wn, epoch=0) < 3", 11, "epoch=0: expected a whole number of 1 or more")]
    [InlineData("epochs-to(wn) < 3", 1, "epochs-to needs the error to reach in percent")]
    [InlineData("epochs-to(wn, error=200) < 3", 15, "expected an error in percent")]
    [InlineData("3 < 4", 3, "claims nothing")]
    [InlineData("error(a) = error(b)", 10, "say how near")]
    [InlineData("error(a) < error(b) within 2", 10, "'within' goes with =")]
    [InlineData("error(a) < diverged(b)", 10, "counts and measured values cannot be mixed")]
    [InlineData("error(a) < 3 nonsense", 14, "expected the end, +, -, *, / or a comparison, got 'nonsense'")]
    public void Malformed_claims_are_refused_with_the_column(string text, int column, string expected)
    {
        ClaimException problem = Assert.Throws<ClaimException>(() => ClaimExpression.Parse(text));
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
        Assert.Equal(column, problem.Column);
    }

    [Fact]
    public void Scheme_texts_keep_their_brackets_and_commas()
    {
        Measure measure = ClaimExpression.Parse("error(gn(groups=8,uneven=fewer)+ws, batch=2, best) < 3").Measures.Single();
        Assert.Equal("gn(groups=8,uneven=fewer)+ws", measure.Scheme);
        Assert.Equal("2", measure.Choices["batch"]);
        Assert.Equal(MeasureMoment.Best, measure.Moment);
    }

    [Theory]
    [InlineData("error(a) + 2 * 3 < 0", 16)]
    [InlineData("(error(a) + 2) * 3 < 0", 36)]
    [InlineData("error(a) - 2 - 3 < 0", 5)]
    [InlineData("error(a) / 5 / 2 < 0", 1)]
    [InlineData("-2 * error(a) < 0", -20)]
    public void Arithmetic_binds_as_usual(string text, double expected) =>
        Assert.Equal(expected, ClaimExpression.Parse(text).Comparisons[0].Left.Value(_ => 10));

    [Theory]
    [InlineData("error(a) - accuracy(b) > 0", "points")]
    [InlineData("time(a) / time(b) > 1", "")]
    [InlineData("time(a) - error(b) > 1", "")]
    [InlineData("2 * loss(a) > 1", "")]
    public void Sums_keep_the_unit_of_their_measures(string text, string expected) =>
        Assert.Equal(expected, ClaimExpression.Parse(text).Comparisons[0].Left.Unit);

    [Fact]
    public void A_chain_asserts_each_of_its_comparisons()
    {
        ClaimExpression chain = ClaimExpression.Parse("error(a) < error(b) < error(c)");
        Assert.Equal(2, chain.Comparisons.Count);
        Assert.Equal(["a", "b", "b", "c"], chain.Measures.Select(measure => measure.Scheme));
    }

    // Margins of b − a: 2, 2.5, 3; mean 2.5, deviation 0.5, t = 5·√3 = 8.6603 with 2 degrees of freedom.
    private static readonly Dictionary<string, double[]> Values = new(StringComparer.Ordinal)
    {
        ["a"] = [10, 11, 12],
        ["b"] = [12, 13.5, 15],
        ["one"] = [10],
        ["wild"] = [9, 14, 12],
    };

    [Theory]
    [InlineData("error(a) < error(b)", nameof(Verdict.Holds))]
    [InlineData("error(a) > error(b)", nameof(Verdict.Contradicted))]
    [InlineData("error(a) < error(wild)", nameof(Verdict.Undecided))]
    [InlineData("error(b) - error(a) > 2.5", nameof(Verdict.Undecided))]
    [InlineData("error(b) - error(a) > 1", nameof(Verdict.Holds))]
    [InlineData("error(b) - error(a) > 9", nameof(Verdict.Contradicted))]
    [InlineData("error(a) = error(b) within 9", nameof(Verdict.Holds))]
    [InlineData("error(b) = error(a) within 9", nameof(Verdict.Holds))]
    [InlineData("error(a) = error(b) within 0.5", nameof(Verdict.Contradicted))]
    [InlineData("error(a) = error(b) within 2.4", nameof(Verdict.Undecided))]
    [InlineData("error(one) < error(b)", nameof(Verdict.Undecided))]
    [InlineData("error(nothing) < error(b)", nameof(Verdict.Undecided))]
    [InlineData("diverged(a) > 0", nameof(Verdict.Holds))]
    [InlineData("diverged(a) = 3", nameof(Verdict.Holds))]
    [InlineData("diverged(a) < 3", nameof(Verdict.Contradicted))]
    [InlineData("diverged(nothing) < 3", nameof(Verdict.Undecided))]
    [InlineData("error(a) < error(b) < error(a)", nameof(Verdict.Contradicted))]
    public void Verdicts_say_no_more_than_the_data(string text, string expected) =>
        Assert.Equal(expected, ClaimJudge.Overall([.. Judge(text)]).ToString());

    [Fact]
    public void The_margin_has_its_interval_and_chance()
    {
        ComparisonResult result = Judge("error(a) < error(b)")[0];
        Assert.Equal(2.5, result.Margin!.Mean, 12);
        Assert.Equal(4.302652729696142 * 0.5 / Math.Sqrt(3), result.Margin.HalfWidth!.Value, 8);

        // For two degrees of freedom the distribution is closed: P(|T| > t) = 1 − t/√(t² + 2).
        double t = 5 * Math.Sqrt(3);
        Assert.Equal(1 - (t / Math.Sqrt((t * t) + 2)), result.PValue!.Value, 10);
    }

    [Fact]
    public void Many_comparisons_are_corrected_together()
    {
        IReadOnlyList<ComparisonResult> alone = Judge("error(a) < error(b)");
        Comparison[] many = [.. Enumerable.Range(0, 10).SelectMany(_ => ClaimExpression.Parse("error(a) < error(b)").Comparisons)];
        IReadOnlyList<ComparisonResult> together = ClaimJudge.Judge(many, Find);
        Assert.Equal(Verdict.Holds, alone[0].Verdict);
        Assert.All(together, result => Assert.Equal(10 * alone[0].PValue!.Value, result.PValue!.Value, 10));
        Assert.All(together, result => Assert.Equal(Verdict.Undecided, result.Verdict));
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        Assert.Equal("one seed", Judge("error(one) < 3")[0].Reason);
        Assert.Equal("nothing was not run", Judge("error(nothing) < 3")[0].Reason);
        Assert.Equal("nothing was not run", Judge("diverged(nothing) < 3")[0].Reason);
    }

    private static IReadOnlyList<ComparisonResult> Judge(string text) =>
        ClaimJudge.Judge(ClaimExpression.Parse(text).Comparisons, Find);

    private static MeasureValues Find(Measure measure) => Values.TryGetValue(measure.Scheme, out double[]? values)
        ? new MeasureValues(
            values.Select((value, i) => (Seed: (ulong)i, value)).ToDictionary(pair => pair.Seed, pair => pair.value), 3, null)
        : MeasureValues.None($"{measure.Scheme} was not run");
}

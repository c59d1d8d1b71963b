using EvenKeel.Lab.Benchmarks;

namespace EvenKeel.Tests.Lab;

public class BenchSuiteTests
{
    [Fact]
    public void CasesAreTimedOnTheModelsOwnImagesAndComparedWithTheFirst()
    {
        var suite = new BenchSuite("small", [Case("mlp-1", "none"), Case("fashion-cnn-pre", "bn") with { Name = "mlp-1" }]);
        var order = new List<(int Done, string Norm)>();
        var rows = suite.Run(threads: 1, seconds: 0, rounds: 1, (done, row) => order.Add((done, row.Norm)), CancellationToken.None);
        Assert.Equal([(1, "none"), (2, "bn")], order);
        Assert.Equal(1, rows[0].Ratio);
        Assert.Equal(rows[1].MillisecondsPerStep / rows[0].MillisecondsPerStep, rows[1].Ratio!.Value, 1e-3);
        Assert.All(rows, row => Assert.Equal((1, 1), (row.Rounds, row.Threads)));
    }

    [Fact]
    public void MediansAreOfEachFigure()
    {
        var median = BenchResult.Median([Result(3, 2, 1.2), Result(1, 6, 1.4), Result(2, 4, 1.1)]);
        Assert.Equal((2, 4, 1.2, 3), (median.MillisecondsPerStep, median.Breakdown["forward"], median.Ratio, median.Rounds));
        Assert.Null(BenchResult.Median([Result(3, 2, null)]).Ratio);
    }

    [Fact]
    public void AnUnknownSuiteNamesTheOthers() => Assert.Contains(
        "norms", Assert.Throws<UserException>(() => BenchSuite.Find("norm")).Message, StringComparison.Ordinal);

    private static BenchCase Case(string model, string scheme) => new(model, model, scheme, Batch: 2, Width: 0.1);

    internal static BenchResult Result(double milliseconds, double forward, double? ratio) => new()
    {
        Case = "case",
        Model = "model",
        Norm = "none",
        Scheme = "none",
        Batch = 1,
        MillisecondsPerStep = milliseconds,
        ImagesPerSecond = 1,
        Gflops = 1,
        FractionOfPeak = 1,
        PeakBytes = 1,
        Breakdown = new Dictionary<string, double>(StringComparer.Ordinal) { ["forward"] = forward },
        Ratio = ratio,
        Cpu = "cpu",
        Threads = 1,
        Date = new DateOnly(2026, 1, 1),
    };
}

using EvenKeel.Lab.Benchmarks.Growth;
using EvenKeel.Tests.Data;

namespace EvenKeel.Tests.Lab;

public class GrowthTests
{
    [Fact]
    public void WhatDoesNotFitIsLeftOutAndSaidSo()
    {
        var plan = new GrowthPlan("mlp-1", "bn");
        var told = new List<(int Done, GrowthPoint Point)>();
        var points = plan.Run(threads: 1, seconds: 0, rounds: 3, memory: 1000, (done, point) => told.Add((done, point)), CancellationToken.None);
        Assert.Equal(10 + 4 + 10, points.Count);
        Assert.Equal(Enumerable.Range(1, 3 * 24), told.Select(t => t.Done));
        double[] speeds = [.. told.Where(t => t.Done % 24 == 2).Select(t => t.Point.Result!.ImagesPerSecond).Order()];
        Assert.Equal((3, speeds[1]), (points[1].Result!.Rounds, points[1].Result!.ImagesPerSecond));

        // One image leaves batch normalization nothing to measure; from the first place measured on, memory is short.
        Assert.Contains("one element per statistic", points[0].Skipped, StringComparison.Ordinal);
        Assert.Equal([2, 0.25, 1], points.Where(p => p.Result is not null).Select(p => p.Value));
        Assert.StartsWith("needs about ", points[2].Skipped, StringComparison.Ordinal);

        using var folder = new TemporaryFolder();
        var page = File.ReadAllText(GrowthReport.Write(folder.Path, plan, points));
        Assert.Contains("512 is left out: needs about", page, StringComparison.Ordinal);
        Assert.Equal(2 * 6, page.Split("<svg ").Length - 1);
        string[] lines = File.ReadAllLines(folder.File("growth.csv"));
        Assert.Equal(1 + points.Count, lines.Length);
        Assert.StartsWith("batch,1,,,,,,,,\"Layer dense1.norm", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("width,0.25,mlp-1,bn,100,", lines[11], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(GrowthAxis.Batch, 32, 64, 1.3 * 2)]
    [InlineData(GrowthAxis.Depth, 1, 19, 1.3 * 19)]
    [InlineData(GrowthAxis.Width, 0.5, 2, 1.3 * 16)]
    internal void MemoryIsForeseenFromThePlaceBefore(GrowthAxis axis, double from, double to, double factor)
    {
        var before = new GrowthPoint { Axis = axis, Value = from, Result = BenchSuiteTests.Result(1, 1, null) with { PeakBytes = 1000 } };
        Assert.Equal(1000 * factor, GrowthPlan.Predicted(before, to), 1e-6);
    }

    [Fact]
    public void AnUnknownNetworkIsRefusedAtOnce() => Assert.Contains(
        "Model 'convpol' does not exist", Assert.Throws<UserException>(() => new GrowthPlan("convpol", "bn")).Message, StringComparison.Ordinal);
}

using EvenKeel.Lab.Benchmarks;

namespace EvenKeel.Tests.Lab;

public class ComparisonFileTests
{
    private static readonly CaseName Bn = new("fashion", "bn", 32);

    [Fact]
    public void RepeatedLinesCountByTheirMedianAndTheFasterLayoutIsTheBest()
    {
        var file = ComparisonFile.Parse("peer.jsonl", string.Join('\n', [
            Line("bn", 32, "nchw", 90), Line("bn", 32, "nhwc", 150), Line("bn", 32, "nchw", 110),
            "", Line("bn", 32, "nchw", 100), Line("bn", 32, "nhwc", 130), Line("bn", 2, "nchw", 7)]));
        Assert.Equal(new PeerSpeed(100, 140), file.Of(Bn));
        Assert.Equal(new PeerSpeed(7, 7), file.Of(Bn with { Batch = 2 }));
        Assert.Null(file.Of(Bn with { Norm = "none" }));

        var ours = BenchComparison.Of(300, file.Of(Bn)!);
        Assert.Equal((3, 2.143), (ours.OverDefault!.Value, ours.OverBest));
    }

    [Fact]
    public void AnotherBuildHasOneLayoutAndMoreFields()
    {
        var file = ComparisonFile.Parse("before.jsonl", Line("bn", 32, "nhwc", 200).Replace("{", "{\"scheme\":\"bn\",", StringComparison.Ordinal));
        Assert.Equal(new PeerSpeed(null, 200), file.Of(Bn));
        Assert.Null(BenchComparison.Of(300, file.Of(Bn)!).OverDefault);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("[1]")]
    [InlineData("""{"case":"fashion","norm":"bn","layout":"nhwc","images_per_s":3}""")]
    [InlineData("""{"case":"fashion","norm":"bn","batch":2.5,"layout":"nhwc","images_per_s":3}""")]
    [InlineData("""{"case":"fashion","norm":"bn","batch":2,"layout":null,"images_per_s":3}""")]
    [InlineData("""{"case":"fashion","norm":"bn","batch":2,"layout":"nhwc","images_per_s":0}""")]
    public void AWrongLineIsNamed(string line)
    {
        var problem = Assert.Throws<UserException>(() => ComparisonFile.Parse("peer.jsonl", $"{Line("bn", 2, "nchw", 1)}\n{line}"));
        Assert.Contains("peer.jsonl, line 2: expected a JSON object with case, norm, batch, layout and images_per_s", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem.Message);
    }

    [Fact]
    public void AFileWithoutTheCasesIsRefused()
    {
        var file = ComparisonFile.Parse("peer.jsonl", Line("bn", 2, "nchw", 1));
        var problem = Assert.Throws<UserException>(() => file.Require([Bn]));
        Assert.Contains("expected fashion bn, batch 32, it has fashion bn, batch 2", problem.Message, StringComparison.Ordinal);
        file.Require([Bn, Bn with { Batch = 2 }]);
        Assert.Contains("it is empty", Assert.Throws<UserException>(() => ComparisonFile.Parse("a", "").Require([Bn])).Message, StringComparison.Ordinal);
    }

    private static string Line(string norm, int batch, string layout, double speed) =>
        $$"""{"case": "fashion", "norm": "{{norm}}", "batch": {{batch}}, "layout": "{{layout}}", "ms_per_step": 1.0, "images_per_s": {{speed}}}""";
}

using System.Text.Json;
using EvenKeel.Cli.Benches;
using EvenKeel.Lab.Benchmarks;
using EvenKeel.Training;

namespace EvenKeel.Tests.Lab;

public class ResultsFileTests
{
    [Fact]
    public void LinesOfSeveralRunsCountByTheirMedian()
    {
        string[] lines = [Line("bn", 100), Line("none", 50), "", Line("bn", 300), Line("bn", 200)];
        var rows = ResultsFile.Parse("ours.jsonl", string.Join('\n', lines));
        Assert.Equal([("bn", 200.0, 3), ("none", 50.0, 1)], rows.Select(r => (r.Norm, r.ImagesPerSecond, r.Rounds)));
    }

    [Fact]
    public void TheMarkdownTableHasRatiosWhereThePeerHasTheCase()
    {
        var peer = ComparisonFile.Parse("peer.jsonl", """
            {"case": "case", "norm": "bn", "batch": 1, "layout": "nchw", "images_per_s": 50}
            {"case": "case", "norm": "bn", "batch": 1, "layout": "nhwc", "images_per_s": 80}
            """);
        var rows = ResultsFile.Parse("ours.jsonl", $"{Line("bn", 100)}\n{Line("none", 120)}").Select(r => r.Against(peer));
        var lines = StepTables.Markdown([.. rows]).Split('\n');
        Assert.Equal("| case | bn | 1 | 100.0 | 50.0 | 80.0 | 2.00x | 1.25x | 1.50x | 100% | 7 MB |", lines[2]);
        Assert.Equal("| case | none | 1 | 120.0 | - | - | - | - | 1.50x | 100% | 7 MB |", lines[3]);
        Assert.Equal("cpu, 1 thread, 2026-01-01.", lines[5]);
    }

    [Theory]
    [InlineData("", "ours.jsonl is empty")]
    [InlineData("""{"case":"a","norm":"bn","batch":1}""", "ours.jsonl, line 1: expected a line that 'evenkeel bench --json' printed")]
    [InlineData("table", "ours.jsonl, line 1")]
    public void AWrongFileGetsOneSentence(string text, string sentence) =>
        Assert.StartsWith(sentence, Assert.Throws<UserException>(() => ResultsFile.Parse("ours.jsonl", text)).Message, StringComparison.Ordinal);

    private static string Line(string norm, double speed) => JsonSerializer.Serialize(
        BenchSuiteTests.Result(1, 1, null) with { Norm = norm, ImagesPerSecond = speed, Ratio = 1.5, PeakResidentBytes = 7_400_000 }, SpecJson.Compact);
}

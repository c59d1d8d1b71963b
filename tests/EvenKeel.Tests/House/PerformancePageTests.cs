using EvenKeel.Cli;
using EvenKeel.Lab.Benchmarks;

namespace EvenKeel.Tests.House;

/// <summary>The tables of measured cases in the page on performance, one for each machine, against the files of results.</summary>
public class PerformancePageTests
{
    private const string End = "<!-- end of table -->";

    private static readonly string Page = Docs("performance.md");

    [Theory]
    [InlineData("epyc")]
    [InlineData("xeon")]
    public void TheTableIsTheGeneratedOne(string machine)
    {
        using var output = new StringWriter { NewLine = "\n" };
        Assert.Equal(
            ExitCode.Done,
            CommandLine.Run(["bench", "--results", Ours(machine), "--compare", Peer(machine), "--markdown"], output, TextWriter.Null));
        var page = File.ReadAllText(Page).ReplaceLineEndings("\n");
        var mark = $"<!-- table {machine} -->\n";
        var start = page.IndexOf(mark, StringComparison.Ordinal) + mark.Length;
        Assert.True(start >= mark.Length, $"docs/performance.md has no line {mark}");
        var end = page.IndexOf(End, start, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("EVENKEEL_UPDATE") == "1")
        {
            File.WriteAllText(Page, page[..start] + output + page[end..]);
            return;
        }

        Assert.True(
            output.ToString() == page[start..end],
            $"The table {machine} in docs/performance.md is not that of docs/performance/{machine}*.jsonl; run the tests with EVENKEEL_UPDATE=1 and review the difference.");
    }

    [Theory]
    [InlineData("epyc")]
    [InlineData("xeon")]
    public void EveryCaseOfThePeerSuitesIsMeasuredOnBothSides(string machine)
    {
        var wanted = PeerSuites.All.SelectMany(s => s.Cases).Select(c => c.Id).ToArray();
        Assert.Equal(wanted, ResultsFile.Read(Ours(machine)).Select(r => r.Id));
        var peer = ComparisonFile.Read(Peer(machine));
        Assert.All(wanted, id => Assert.NotNull(peer.Of(id)));
    }

    private static string Ours(string machine) => Docs($"performance/{machine}.jsonl");

    private static string Peer(string machine) => Docs($"performance/{machine}-peer.jsonl");

    private static string Docs(string file) => Path.Combine(Repository.Root, "docs", file);
}

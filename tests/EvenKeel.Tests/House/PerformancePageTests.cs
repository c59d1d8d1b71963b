using EvenKeel.Cli;
using EvenKeel.Lab.Benchmarks;

namespace EvenKeel.Tests.House;

/// <summary>The table of measured cases in the page on performance, against the files of results.</summary>
public class PerformancePageTests
{
    private const string Start = "<!-- table -->\n";
    private const string End = "<!-- end of table -->";

    private static readonly string Page = Docs("performance.md");
    private static readonly string Ours = Docs("performance.jsonl");
    private static readonly string Peer = Docs("performance-peer.jsonl");

    [Fact]
    public void TheTableIsTheGeneratedOne()
    {
        using var output = new StringWriter { NewLine = "\n" };
        Assert.Equal(ExitCode.Done, CommandLine.Run(["bench", "--results", Ours, "--compare", Peer, "--markdown"], output, TextWriter.Null));
        var page = File.ReadAllText(Page).ReplaceLineEndings("\n");
        var start = page.IndexOf(Start, StringComparison.Ordinal) + Start.Length;
        var end = page.IndexOf(End, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("EVENKEEL_UPDATE") == "1")
        {
            File.WriteAllText(Page, page[..start] + output + page[end..]);
            return;
        }

        Assert.True(
            output.ToString() == page[start..end],
            "The table in docs/performance.md is not that of docs/performance*.jsonl; run the tests with EVENKEEL_UPDATE=1 and review the difference.");
    }

    [Fact]
    public void EveryCaseOfThePeerSuitesIsMeasuredOnBothSides()
    {
        var wanted = PeerSuites.All.SelectMany(s => s.Cases).Select(c => c.Id).ToArray();
        Assert.Equal(wanted, ResultsFile.Read(Ours).Select(r => r.Id));
        var peer = ComparisonFile.Read(Peer);
        Assert.All(wanted, id => Assert.NotNull(peer.Of(id)));
    }

    private static string Docs(string file) => Path.Combine(Repository.Root, "docs", file);
}

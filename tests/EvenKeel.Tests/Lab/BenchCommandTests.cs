using System.Text.Json;
using EvenKeel.Cli;
using EvenKeel.Tests.Data;

namespace EvenKeel.Tests.Lab;

public class BenchCommandTests
{
    private static readonly string[] Small = ["--model", "mlp-1", "--width", "0.05", "--batch", "4", "--threads", "1", "--seconds", "0"];

    [Fact]
    public void ALineHasThePeersFieldsAndItsRatios()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("peer.jsonl");
        File.WriteAllText(file, """{"case": "mlp-1", "norm": "bn", "batch": 4, "layout": "nchw", "ms_per_step": 1, "images_per_s": 10.0}""");
        var (code, output, _) = Run([.. Small, "--norm", "bn", "--json", "--compare", file]);
        Assert.Equal(ExitCode.Done, code);
        var line = JsonDocument.Parse(output).RootElement;
        Assert.Equal(("mlp-1", "bn", "bn", 4, "nhwc"), (
            line.GetProperty("case").GetString(), line.GetProperty("norm").GetString(), line.GetProperty("scheme").GetString(),
            line.GetProperty("batch").GetInt32(), line.GetProperty("layout").GetString()));
        var speed = line.GetProperty("images_per_s").GetDouble();
        var peer = line.GetProperty("peer");
        Assert.Equal(speed / 10, peer.GetProperty("over_default").GetDouble(), 1e-3);
        Assert.Equal(speed / 10, peer.GetProperty("over_best").GetDouble(), 1e-3);
    }

    [Fact]
    public void ItsOwnLinesCanBeComparedWith()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("before.jsonl");
        File.WriteAllText(file, Run([.. Small, "--json"]).Output);
        var (code, output, _) = Run([.. Small, "--compare", file]);
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("over best", output, StringComparison.Ordinal);
    }

    [Fact]
    public void LayersComeAsTablesOrAsLines()
    {
        var (code, output, _) = Run([.. Small, "--layers", "--top", "2"]);
        Assert.Equal(ExitCode.Done, code);
        Assert.Equal(2, output.Split('\n').Count(line => line.StartsWith("total", StringComparison.Ordinal)));
        Assert.Equal(2, output.Split('\n').Count(line => line.Contains(" more ", StringComparison.Ordinal)));

        var lines = Run([.. Small, "--layers", "--json"]).Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal("mlp-1", lines[^1].GetProperty("case").GetString());
        var sum = lines[..^1].Sum(line => line.GetProperty("ms").GetDouble());
        Assert.Equal(lines[^1].GetProperty("ms").GetDouble(), sum, 1e-9);
    }

    [Theory]
    [InlineData(ExitCode.Usage, "Give --suite or --model", "--suite", "mlp", "--model", "mlp-1")]
    [InlineData(ExitCode.Usage, "give --suite too", "--case", "bn")]
    [InlineData(ExitCode.Usage, "Suite 'mpl' does not exist: expected one of", "--suite", "mpl")]
    [InlineData(ExitCode.Usage, "--rounds must be 1 or more", "--rounds", "0")]
    [InlineData(ExitCode.Usage, "--batch must be 1 or more", "--batch", "0")]
    [InlineData(ExitCode.Failed, "Suite mlp has no case 'gn'", "--suite", "mlp", "--case", "gn")]
    [InlineData(ExitCode.Failed, "there is no such file", "--compare", "missing.jsonl")]
    public void MistakesGetOneSentence(int expected, string sentence, params string[] arguments)
    {
        var (code, _, error) = Run(arguments);
        Assert.Equal(expected, code);
        Assert.Contains(sentence, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = CommandLine.Run(["bench", .. arguments], output, error);
        return (code, output.ToString(), error.ToString());
    }
}

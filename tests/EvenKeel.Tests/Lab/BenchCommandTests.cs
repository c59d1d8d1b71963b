using System.Text.Json;
using EvenKeel.Cli;
using EvenKeel.Cli.Benches;
using EvenKeel.Cli.Terminals;
using EvenKeel.Lab.Benchmarks;
using EvenKeel.Lab.Benchmarks.Profiling;
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
    public void ThreadsAndTheFirstStepHaveLinesOfTheirOwn()
    {
        string[] two = [.. Small.Select(word => word == "1" ? "2" : word), "--json"];
        var scaling = JsonDocument.Parse(Run([.. two, "--scaling"]).Output).RootElement;
        Assert.Equal(2, scaling.GetProperty("threads").GetInt32());
        Assert.All(["speed_up", "copies_speed_up", "arithmetic_speed_up", "memory_speed_up"], ratio => Assert.True(scaling.GetProperty(ratio).GetDouble() > 0));

        var first = JsonDocument.Parse(Run([.. two, "--first-step"]).Output).RootElement;
        var parts = new[] { "start_s", "network_s", "step_s" }.Sum(part => first.GetProperty(part).GetDouble());
        Assert.Equal(first.GetProperty("first_step_s").GetDouble(), parts, 2e-3);
        Assert.True(first.GetProperty("peak_resident_bytes").GetInt64() > 10_000_000);
    }

    // A neighbour slows whole turns: the second case took a tenth longer in each of them.
    [Fact]
    public void CostsCompareWhatRanInTheSameTurn()
    {
        double[] first = [40, 20, 10, 5], second = [44, 22, 11, 5.5];
        BenchCase none = new("mlp", "mlp-1", "none", 4), bn = new("mlp", "mlp-1", "bn", 4);
        for (var again = 0; again < 2; again++)
        {
            Assert.Equal((1, 1, 1), Ratios(StepCost.Of(none, first, none, first, 1)));
            Assert.Equal((1.1, 1.1, 1.1), Ratios(StepCost.Of(bn, second, none, first, 1)));
            Assert.Equal(16.5, StepCost.Of(bn, second, none, first, 1).Milliseconds);
        }

        static (double, double, double) Ratios(StepCost cost) => (cost.Lower, cost.Cost, cost.Upper);
    }

    [Fact]
    public void CostsAreOverTheFirstScheme()
    {
        BenchCase[] cases = [new("mlp", "mlp-1", "none", 4), new("mlp", "mlp-1", "bn", 4), new("mlp", "mlp-1", "enorm", 4)];
        var costs = StepCost.Measure(cases, threads: 1, seconds: 0, progress: null, CancellationToken.None);
        Assert.Equal(["none", "bn", "enorm"], costs.Select(c => c.Norm));
        Assert.All(costs, c =>
        {
            Assert.Equal(("none", 3, 1), (c.Over, c.Turns, c.Threads));
            Assert.InRange(c.Cost, c.Lower, c.Upper);
            Assert.True(c.Milliseconds > 0);
        });
        Assert.Equal((1, 1, 1), (costs[0].Lower, costs[0].Cost, costs[0].Upper));

        string[] two = ["--suite", "fashion", "--case", "bn,gn+ws", "--seconds", "0", "--rounds", "1", "--costs"];
        var (code, output, _) = Run(two);
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("half of the turns", output, StringComparison.Ordinal);
        var lines = Run([.. two, "--json"]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([2, 2, 32, 32, 128, 128], lines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("batch").GetInt32()));
        Assert.Equal(1.0, JsonDocument.Parse(lines[2]).RootElement.GetProperty("cost").GetDouble());
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
    public void LayersComeAsLines()
    {
        var lines = Run([.. Small, "--layers", "--json"]).Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal("mlp-1", lines[^1].GetProperty("case").GetString());
        var sum = lines[..^1].Sum(line => line.GetProperty("ms").GetDouble());
        Assert.Equal(lines[^1].GetProperty("ms").GetDouble(), sum, 1e-9);
    }

    [Fact]
    public void TablesOfLayersEndInTheRestAndTheTotal()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var profile = new StepProfile(new BenchCase("a", "a", "bn", Batch: 2), StepMilliseconds: 11, new MachineSpeed(100, 10), [
            Row("one", StepPhase.Forward, "fill", 4, 1), Row("one", StepPhase.Backward, "copy", 2, 1),
            Row("two", StepPhase.Forward, "fill", 3, 1), Row("three", StepPhase.Forward, "add", 1, 2)]);
        LayerTables.Print(new Terminal(output, TextWriter.Null), profile, top: 1);
        string[][] rows = [.. output.ToString().Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        Assert.Contains(rows, row => row is ["one", "2", "4.00", "2.00", "6.00", "2.00", "33", "%", "4.00"]);
        Assert.Contains(rows, row => row is ["2", "more", "2", "4.00", "0.00", "4.00", "3.00", "75", "%", "1.00"]);
        Assert.Contains(rows, row => row is ["total", "4", "8.00", "2.00", "10.00", "5.00", "50", "%", "5.00"]);
        Assert.Contains(rows, row => row is ["fill", "[2]", "2", "7.00", "2.00", "29", "%", "5.00"]);

        static ProfileRow Row(string layer, StepPhase phase, string operation, double milliseconds, double floor) => new()
        {
            Layer = layer,
            Phase = phase,
            Operation = operation,
            Shape = "[2]",
            Calls = 1,
            Milliseconds = milliseconds,
            FloorMilliseconds = floor,
            Operations = 0,
            Bytes = 1,
        };
    }

    [Theory]
    [InlineData(ExitCode.Usage, "Give --suite or --model", "--suite", "mlp", "--model", "mlp-1")]
    [InlineData(ExitCode.Usage, "give --suite too", "--case", "bn")]
    [InlineData(ExitCode.Usage, "Suite 'mpl' does not exist: expected one of", "--suite", "mpl")]
    [InlineData(ExitCode.Usage, "Give one of --layers and --scaling", "--layers", "--scaling")]
    [InlineData(ExitCode.Usage, "Give --layers or --compare, which is for the time of whole steps", "--layers", "--compare", "peer.jsonl")]
    [InlineData(ExitCode.Usage, "--rounds is for training steps", "--suite", "kernels", "--rounds", "2")]
    [InlineData(ExitCode.Usage, "measures convolutions in every way", "--suite", "kernels", "--conv", "direct")]
    [InlineData(ExitCode.Usage, "Give --results or --norm", "--results", "a.jsonl", "--norm", "bn")]
    [InlineData(ExitCode.Usage, "Give --growth without --batch", "--growth", "--batch", "2")]
    [InlineData(ExitCode.Failed, "Cannot read missing.jsonl: there is no such file", "--results", "missing.jsonl")]
    [InlineData(ExitCode.Failed, "No kernel has 'gelu'", "--suite", "kernels", "--case", "gelu")]
    [InlineData(ExitCode.Failed, "give --threads 2 or more", "--scaling", "--threads", "1")]
    [InlineData(ExitCode.Failed, "--costs compares schemes, but here is only one", "--costs")]
    [InlineData(ExitCode.Failed, "--costs compares schemes, but here is only one", "--suite", "mlp", "--case", "bn", "--costs")]
    [InlineData(ExitCode.Usage, "--rounds must be 1 or more", "--rounds", "0")]
    [InlineData(ExitCode.Usage, "--batch must be 1 or more", "--batch", "0")]
    [InlineData(ExitCode.Failed, "Suite mlp has no case 'gn'", "--suite", "mlp", "--case", "gn")]
    [InlineData(ExitCode.Failed, "there is no such file", "--compare", "missing.jsonl")]
    [InlineData(ExitCode.Failed, "use a smaller batch, image or width", "--model", "convpool-cnn-c", "--batch", "100000", "--norm", "bn")]
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

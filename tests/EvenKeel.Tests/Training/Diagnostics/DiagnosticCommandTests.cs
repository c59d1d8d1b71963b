using System.Text.Json;
using EvenKeel.Cli;
using EvenKeel.Tests.Data;
using EvenKeel.Training;

namespace EvenKeel.Tests.Training.Diagnostics;

public sealed class DiagnosticCommandTests : IDisposable
{
    private static readonly string[] Small =
    [
        "--model", "mlp-1", "--width", "0.1", "--train-images", "60", "--test-images", "20", "--batch", "20", "--epochs", "1", "--threads", "1",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TrainingEndsWithALineOnTheInside()
    {
        var (code, output, error) = Run(["train", "--norm", "bn", "--diagnostics", "2", .. Small, "--out", _folder.Path]);
        Assert.True(code == ExitCode.Done, error);
        var line = Inside(output).Single(l => l.StartsWith("bn ", StringComparison.Ordinal));
        Assert.Equal(8, line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal([0L, 3], JournalReader.Read(new RunFolder(TrainedRun()))!.Diagnostics.Select(d => d.Step));
    }

    [Fact]
    public void AComparisonEndsWithALineForEachSchemeWithinAHundredColumns()
    {
        string[] schemes = ["bn(rate=0.01)", "wn(g=exp)+mobn", "rms"];
        var (code, output, error) = Run(["compare", .. schemes, "--diagnostics", "2", .. Small, "--out", _folder.Path]);
        Assert.True(code == ExitCode.Done, error);
        var inside = Inside(output);
        Assert.All(schemes, scheme => Assert.Single(inside, line => line.StartsWith(scheme, StringComparison.Ordinal)));
        Assert.All(inside.TakeWhile(line => !line.StartsWith("Report:", StringComparison.Ordinal)), line => Assert.InRange(line.Length, 0, 100));
    }

    // A run that is there is not trained again for its diagnostics; the way to see it is named, and goes.
    [Fact]
    public void AFinishedRunIsInspected()
    {
        Run(["train", "--norm", "wn+mobn", .. Small, "--out", _folder.Path]);
        var run = TrainedRun();
        var (_, _, note) = Run(["train", "--norm", "wn+mobn", "--diagnostics", "2", .. Small, "--out", _folder.Path]);
        Assert.Contains($"evenkeel inspect {run}", note, StringComparison.Ordinal);

        var (code, output, error) = Run(["inspect", run, "--hessian", "--iterations", "3", "--threads", "1"]);
        Assert.True(code == ExitCode.Done, error);
        Assert.Contains("Largest eigenvalue of the Hessian:", output, StringComparison.Ordinal);
        Assert.Contains("tolerance 1.0e-3, step", output, StringComparison.Ordinal);
        Assert.Contains("on 20 training images: loss", output, StringComparison.Ordinal);

        var json = JsonDocument.Parse(Run(["inspect", run, "--json", "--threads", "1"]).Output).RootElement;
        Assert.Equal("wn+mobn", json.GetProperty("scheme").GetString());
        Assert.True(json.GetProperty("moment").GetProperty("weights")[0].GetProperty("effectiveNorm").GetDouble() > 0);
        Assert.Equal(0.001, json.GetProperty("moment").GetProperty("rate").GetDouble());
    }

    private string TrainedRun() => Directory.GetDirectories(Path.Combine(_folder.Path, "train")).Single();

    private static string[] Inside(string output) =>
        [.. output.ReplaceLineEndings("\n").Split('\n').SkipWhile(line => !line.StartsWith("Inside the network", StringComparison.Ordinal)).Select(line => line.TrimEnd())];

    private static (int Code, string Output, string Error) Run(string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        return (CommandLine.Run(arguments, output, error), output.ToString(), error.ToString());
    }
}

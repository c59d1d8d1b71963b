using System.Text.Json;
using EvenKeel.Backends;
using EvenKeel.Cli;
using EvenKeel.Tests.Data;
using EvenKeel.Training;

namespace EvenKeel.Tests.Training;

public class FoldCommandTests
{
    [Fact]
    public void ARunIsFoldedCheckedAndReadBack()
    {
        using var folder = new TemporaryFolder();
        Train(folder.Path, "wn+mobn");
        var (code, output, error) = Run("fold", folder.Path, "--threads", "2");
        Assert.True(code == ExitCode.Done, error);
        Assert.Contains("into conv1", output, StringComparison.Ordinal);
        Assert.Contains("Largest difference of the outputs on 16 random images", output, StringComparison.Ordinal);

        using var backend = new CpuBackend(2);
        var saved = SavedNetwork.Load(folder.File("folded.ekpt"), backend);
        Assert.True(saved.IsFolded);
        Assert.Equal("wn+mobn", saved.Spec.Scheme);
        var network = SavedNetwork.Load(folder.Path, backend).Network;
        Assert.Equal(network.Fold().Network.State().SelectMany(s => s.Value.ToArray()), saved.Network.State().SelectMany(s => s.Value.ToArray()));
        Assert.Contains("is folded already", Run("fold", folder.File("folded.ekpt")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void JsonNamesTheLayersAndTheDifference()
    {
        using var folder = new TemporaryFolder();
        Train(folder.Path, "bn");
        var target = folder.File("out/net.ekpt");
        var (code, output, _) = Run("fold", folder.File("checkpoint-last.ekpt"), "--out", target, "--json");
        Assert.Equal(ExitCode.Done, code);
        var json = JsonDocument.Parse(output).RootElement;
        Assert.InRange(json.GetProperty("difference").GetDouble(), 0, 1e-5);
        Assert.True(json.GetProperty("isComplete").GetBoolean());
        Assert.Equal(target, json.GetProperty("file").GetString());
        Assert.Equal("conv1", json.GetProperty("layers")[1].GetProperty("into").GetString());
    }

    [Fact]
    public void WhatIsNotThereIsSaid()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("holds no checkpoint", Run("fold", folder.Path).Error, StringComparison.Ordinal);
        Assert.Contains("There is no file or folder", Run("fold", folder.File("nothing")).Error, StringComparison.Ordinal);
        Train(folder.Path, "bn");
        File.Delete(folder.File("run.json"));
        Assert.Contains("there is no run.json", Run("fold", folder.Path).Error, StringComparison.Ordinal);
    }

    private static void Train(string folder, string scheme)
    {
        var spec = new RunSpec { Scheme = scheme, Width = 0.05, TrainImages = 40, TestImages = 0, Batch = 10, Epochs = 1, InitImages = 20 };
        using var backend = new CpuBackend(2);
        var trainer = new Trainer(spec, TrainingData.Load(spec, "", backend.Workers), backend);
        trainer.Run(new RunFolder(folder));
    }

    private static (int Code, string Output, string Error) Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = CommandLine.Run(args, output, error);
        return (code, output.ToString(), error.ToString());
    }
}

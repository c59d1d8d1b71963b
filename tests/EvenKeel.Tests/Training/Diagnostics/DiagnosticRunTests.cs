using EvenKeel.Backends;
using EvenKeel.Tests.Data;
using EvenKeel.Training;
using EvenKeel.Training.Diagnostics;

namespace EvenKeel.Tests.Training.Diagnostics;

/// <summary>Runs with diagnostics: the same training, a journal with their lines.</summary>
public sealed class DiagnosticRunTests : IDisposable
{
    private static readonly RunSpec Small = new()
    {
        Width = 0.05,
        TrainImages = 60,
        TestImages = 20,
        Batch = 10,
        Epochs = 2,
        InitImages = 30,
        Scheme = "wn+mobn",
        Augment = "flip+crop",
        Schedule = new ScheduleSpec { Kind = "linear", From = 0.5 },
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // ConvPool-CNN-C has noise and dropout, so a stream that moved would show.
    [Theory]
    [InlineData("wn+mobn")]
    [InlineData("brn(warmup=3)")]
    [InlineData("sn+agc(clip=0.001)")]
    [InlineData("enorm")]
    public void TrainingIsTheSameToTheBit(string scheme)
    {
        var spec = Small with { Scheme = scheme };
        var (plain, without) = Run(spec, "without");
        var (diagnosed, with) = Run(spec with { Diagnostics = 5 }, "with");
        Assert.Equal(plain, diagnosed);
        Assert.Equal(without.Epochs.Select(e => (e.TrainLoss, e.TestError)), with.Epochs.Select(e => (e.TrainLoss, e.TestError)));
        Assert.Empty(without.Diagnostics);
        Assert.Equal([0L, 3, 6, 9, 12], with.Diagnostics.Select(d => d.Step));
        Assert.Equal([0, 0.5, 1, 1.5, 2], with.Diagnostics.Select(d => d.Epoch));
    }

    [Fact]
    public void AResumedRunHasTheSameDiagnostics()
    {
        var spec = Small with { Diagnostics = 7 };
        var whole = Run(spec, "whole").History.Diagnostics;
        var folder = new RunFolder(Path.Combine(_folder.Path, "resumed"));
        using var backend = new CpuBackend(2);
        using var cancel = new CancellationTokenSource();
        new Trainer(spec, TrainingData.Load(spec, ""), backend).Run(folder, cancel.Token, new StopAfter(5, cancel));
        new Trainer(spec, TrainingData.Load(spec, ""), backend).Run(folder);
        var resumed = JournalReader.Read(folder)!.Diagnostics;
        Assert.Equal(7, resumed.Count);
        Assert.Equal(whole.Select(Lasting), resumed.Select(Lasting));
    }

    // What a user reads off a run: the rate, and that the classifier is measured too.
    [Fact]
    public void AMomentHasItsRateAndEveryLayer()
    {
        var (_, history) = Run(Small with { Diagnostics = 3, Schedule = new ScheduleSpec { Kind = "linear" } }, "rates");
        Assert.Equal([0.001, 0.001, 0.0005], history.Diagnostics.Select(d => d.Rate), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal(history.Diagnostics[0].Weights.Select(w => w.Layer), history.Diagnostics[2].Weights.Select(w => w.Layer));
        Assert.All(history.Diagnostics, d => Assert.All(d.Weights, w => Assert.True(w is { Norm: > 0, Gradient: > 0, EffectiveNorm: > 0 })));
        Assert.All(history.Diagnostics, d => Assert.NotEmpty(d.Statistics));
        Assert.NotEqual(history.Diagnostics[2].TrainLoss, history.Diagnostics[2].BatchLoss);
    }

    [Fact]
    public void DiagnosticsAreNoPartOfARunsIdentity()
    {
        var spec = new RunSpec();
        Assert.Equal(spec.Hash, (spec with { Diagnostics = 20 }).Hash);
        Assert.DoesNotContain("diagnostics", System.Text.Json.JsonSerializer.Serialize(spec, SpecJson.Compact), StringComparison.Ordinal);
    }

    [Fact]
    public void FewerThanNoMomentsAreRefused()
    {
        using var backend = new CpuBackend(1);
        var spec = Small with { Diagnostics = -1 };
        var error = Assert.Throws<UserException>(() => new Trainer(spec, TrainingData.Load(spec, ""), backend));
        Assert.Contains("Diagnostics is -1: expected a number of moments", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsWrittenIsReadBack()
    {
        var folder = new RunFolder(_folder.Path);
        folder.Write(new RunRecord());
        DiagnosticRecord record = new()
        {
            Step = 3,
            TrainLoss = double.NaN,
            Weights = [new WeightDiagnostic { Layer = "a", Norm = 2, Gradient = double.PositiveInfinity, EffectiveStep = 0.25 }],
            Statistics = [new StatisticsDiagnostic { Layer = "b", MeanDistance = 0.5 }],
        };
        using (var writer = new JournalWriter(folder))
        {
            writer.Append(record with { TrainLoss = 1 });
            writer.Append(record);
            writer.Append(new StepRecord { Step = 3 });
        }

        var history = JournalReader.Read(folder)!;
        var read = Assert.Single(history.Diagnostics);
        Assert.Single(history.Steps);
        Assert.Equal(double.NaN, read.TrainLoss);
        Assert.Equal(record.Weights, read.Weights);
        Assert.Equal(record.Statistics, read.Statistics);
        Assert.StartsWith("{\"kind\":\"diagnostics\",\"step\":3,", File.ReadLines(folder.MetricsPath).First(), StringComparison.Ordinal);
    }

    private static string Lasting(DiagnosticRecord record) =>
        System.Text.Json.JsonSerializer.Serialize(record with { Seconds = null }, SpecJson.Compact);

    private (float[] State, RunHistory History) Run(RunSpec spec, string name)
    {
        using var backend = new CpuBackend(1);
        var trainer = new Trainer(spec, TrainingData.Load(spec, ""), backend);
        var folder = new RunFolder(Path.Combine(_folder.Path, name));
        trainer.Run(folder);
        return ([.. trainer.Network.State().SelectMany(s => s.Value.ToArray())], JournalReader.Read(folder)!);
    }

    private sealed class StopAfter(int steps, CancellationTokenSource cancel) : IRunObserver
    {
        public void Started(RunRecord record, long firstStep, long totalSteps)
        {
        }

        public void Stepped(StepRecord record)
        {
            if (record.Step >= steps) cancel.Cancel();
        }

        public void EpochEnded(EpochRecord record)
        {
        }
    }
}

using EvenKeel.Backends;
using EvenKeel.Modules;
using EvenKeel.Training;

namespace EvenKeel.Tests.Training;

public sealed class TrainerTests : IDisposable
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
        Schedule = new ScheduleSpec { Kind = "linear", From = 0.5, Beta1After = 0.5 },
    };

    private readonly string _root = Path.Combine(Path.GetTempPath(), $"evenkeel-trainer-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(_root)) Directory.Delete(_root, recursive: true);
    }

    [Theory]
    [InlineData("wn+mobn", 1)]
    [InlineData("wn+mobn", 7)]
    [InlineData("bn", 6)]
    [InlineData("none", 5)]
    public void AnInterruptedRunEndsWithTheSameBits(string scheme, int stopAfter)
    {
        var spec = Small with { Scheme = scheme };
        var whole = Weights(spec, threads: 1, "whole");
        var folder = new RunFolder(Path.Combine(_root, "resumed"));
        using (var backend = new CpuBackend(2))
        {
            using var cancel = new CancellationTokenSource();
            var outcome = Make(spec, backend).Run(folder, cancel.Token, new StopAfter(stopAfter, cancel));
            Assert.Equal(RunStatus.Interrupted, outcome.Status);
            Assert.Equal(RunStatus.Interrupted, folder.Read()!.Status);
        }

        using (var backend = new CpuBackend(2))
        {
            var trainer = Make(spec, backend);
            Assert.Equal(RunStatus.Finished, trainer.Run(folder).Status);
            Assert.Equal(whole, trainer.Network.State().SelectMany(s => s.Value.ToArray()).ToArray());
        }

        var left = JournalReader.Read(new RunFolder(Path.Combine(_root, "whole")))!;
        var resumed = JournalReader.Read(folder)!;
        Assert.Equal(left.Epochs.Select(e => (e.TrainLoss, e.TestError)), resumed.Epochs.Select(e => (e.TrainLoss, e.TestError)));
        Assert.Equal(2, resumed.Record.Sessions);
    }

    [Fact]
    public void ThreadsDoNotChangeABit() =>
        Assert.Equal(Weights(Small, threads: 1, "one"), Weights(Small, threads: 3, "three"));

    [Fact]
    public void SchemesStartFromTheSameRandomNumbers()
    {
        using var backend = new CpuBackend(1);
        float[] First(string scheme) => Make(Small with { Scheme = scheme }, backend)
            .Network.Parameters.First(p => p.Kind == ParameterKind.Weight).Value.ToArray();
        Assert.Equal(First("none"), First("bn"));
        Assert.Equal(First("none"), First("wn"));
    }

    [Fact]
    public void ADivergedRunNamesStepAndLayer()
    {
        var spec = Small with { Scheme = "none", Optimizer = new OptimizerSpec { Kind = "sgd", LearningRate = 1e30 } };
        using var backend = new CpuBackend(1);
        var folder = new RunFolder(Path.Combine(_root, "diverged"));
        var error = Assert.Throws<DivergedException>(() => Make(spec, backend).Run(folder));
        Assert.Matches("diverged at step [0-9]+ of 12: the loss is (NaN|.*∞|.*Infinity); the first layer with a value that is not finite is conv[0-9]", error.Message);
        Assert.Equal(RunStatus.Diverged, folder.Read()!.Status);
        Assert.Equal(error.Message, folder.Read()!.Message);
    }

    [Fact]
    public void TheHotLoopAllocatesNothing()
    {
        using var backend = new CpuBackend(2);
        var trainer = Make(Small with { Scheme = "bn", TestImages = 0 }, backend);
        for (var i = 0; i < 3; i++) trainer.TrainStep(0, i);
        var bytes = backend.PeakBytes;
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < 1000; i++) trainer.TrainStep(0, i % 6);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 4096);
        Assert.Equal(bytes, backend.PeakBytes);
    }

    [Theory]
    [InlineData("modell", "convpool-cnn-c")]
    [InlineData("optimizer", "expected one of sgd, adam, adamw, adamax")]
    [InlineData("schedule", "expected one of constant, linear, steps, cosine")]
    [InlineData("batch", "larger than the data")]
    [InlineData("epochs", "expected 1 or more")]
    public void MistakesAreExplainedBeforeAnythingIsWritten(string what, string part)
    {
        var spec = what switch
        {
            "modell" => Small with { Model = "convpool" },
            "optimizer" => Small with { Optimizer = new OptimizerSpec { Kind = "adm" } },
            "schedule" => Small with { Schedule = new ScheduleSpec { Kind = "liner" } },
            "batch" => Small with { Batch = 61 },
            _ => Small with { Epochs = 0 },
        };
        using var backend = new CpuBackend(1);
        Assert.Contains(part, Assert.Throws<UserException>(() => Make(spec, backend)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADamagedCheckpointIsRefused()
    {
        using var backend = new CpuBackend(1);
        var spec = Small with { Epochs = 1 };
        var folder = new RunFolder(Path.Combine(_root, "damaged"));
        Make(spec, backend).Run(folder);
        var path = Path.Combine(folder.FullPath, "checkpoint-last.ekpt");
        var bytes = File.ReadAllBytes(path);
        bytes[^40] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Contains("damaged", Assert.Throws<UserException>(() => Make(spec, backend).Run(folder)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(path, bytes[..^100]);
        Assert.Contains("truncated", Assert.Throws<UserException>(() => Make(spec, backend).Run(folder)).Message, StringComparison.Ordinal);
    }

    private static Trainer Make(RunSpec spec, CpuBackend backend) =>
        new(spec, TrainingData.Load(spec, "", backend.Workers), backend);

    private float[] Weights(RunSpec spec, int threads, string name)
    {
        using var backend = new CpuBackend(threads);
        var trainer = Make(spec, backend);
        trainer.Run(new RunFolder(Path.Combine(_root, name)));
        return [.. trainer.Network.State().SelectMany(s => s.Value.ToArray())];
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

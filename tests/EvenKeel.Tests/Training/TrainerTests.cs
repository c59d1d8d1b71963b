using EvenKeel.Backends;
using EvenKeel.Modules;
using EvenKeel.Norms;
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
    [InlineData("sn+agc(clip=0.001)", 4)]
    [InlineData("bwn(form=prenorm)+mobn+normschedule(growth=2,every=1)", 8)]
    [InlineData("bn+wdmimic(from=RECORDED,maxRatio=4)", 8)]
    public void AnInterruptedRunEndsWithTheSameBits(string scheme, int stopAfter)
    {
        if (scheme.Contains("RECORDED", StringComparison.Ordinal))
        {
            Weights(Small with { Scheme = "bn+record" }, threads: 2, "recorded");
            scheme = scheme.Replace("RECORDED", Path.Combine(_root, "recorded"), StringComparison.Ordinal);
        }

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

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void AnInterruptedRecordingEndsWithTheSameBits(int stopAfter)
    {
        var spec = Small with { Scheme = "bn+record" };
        Weights(spec, threads: 1, "whole");
        var folder = new RunFolder(Path.Combine(_root, "resumed"));
        using var backend = new CpuBackend(2);
        using var cancel = new CancellationTokenSource();
        Make(spec, backend).Run(folder, cancel.Token, new StopAfter(stopAfter, cancel));
        var trainer = Make(spec, backend);
        trainer.Run(folder);
        var recording = NormRecording.Load(folder.FullPath);
        Assert.Equal(2, recording.Epochs);
        var map = trainer.Network.Root.DescendantsAndSelf().OfType<LinearMap>().First();
        var weight = map.Weight.Stored.Value.ToArray();
        var outputs = map.WeightShape.Channels;
        for (var o = 0; o < outputs; o++)
        {
            var norm = Math.Sqrt(weight.Where((_, i) => i % outputs == o).Sum(w => (double)w * w));
            Assert.Equal(norm, recording.Norms(map.Name, 1)[o], 1e-5);
        }

        Assert.Equal(
            File.ReadAllBytes(Path.Combine(_root, "whole", RecordNorms.FileName)),
            File.ReadAllBytes(Path.Combine(folder.FullPath, RecordNorms.FileName)));
    }

    [Fact]
    public void ARunThatIsLongerThanItsRecordingIsRefusedAtItsStart()
    {
        Weights(Small with { Scheme = "bn+record", Epochs = 1 }, threads: 1, "recorded");
        using var backend = new CpuBackend(1);
        var trainer = Make(Small with { Scheme = $"bn+wdmimic(from={Path.Combine(_root, "recorded")})" }, backend);
        var error = Assert.Throws<UserException>(() => trainer.Run(new RunFolder(Path.Combine(_root, "longer"))));
        Assert.Contains("records 1 epochs, and this run is longer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ThreadsDoNotChangeABit() =>
        Assert.Equal(Weights(Small, threads: 1, "one"), Weights(Small, threads: 3, "three"));

    // With the same gradient g, the first step of Nesterov's form is −rate·(1 + momentum)·g, of the other −rate·g.
    [Fact]
    public void NesterovsFormReachesTheOptimizer()
    {
        var spec = Small with
        {
            Epochs = 1,
            TrainImages = 10,
            Optimizer = new OptimizerSpec { Kind = "sgd", LearningRate = 0.1, Momentum = 0.75 },
        };
        using var backend = new CpuBackend(1);
        var start = Make(spec with { Scheme = "bn" }, backend).Network.Parameters.SelectMany(p => p.Value.ToArray()).ToArray();
        float[] Moved(bool nesterov)
        {
            var trainer = Make(spec with { Scheme = "bn", Optimizer = spec.Optimizer with { Nesterov = nesterov } }, backend);
            trainer.Run(new RunFolder(Path.Combine(_root, $"nesterov-{nesterov}")));
            return [.. trainer.Network.Parameters.SelectMany(p => p.Value.ToArray()).Zip(start, (a, b) => a - b)];
        }

        float[] plain = Moved(nesterov: false), ahead = Moved(nesterov: true);
        Assert.Contains(plain, d => Math.Abs(d) > 1e-3f);
        Assert.All(plain.Zip(ahead), pair => Assert.Equal(1.75f * pair.First, pair.Second, 1e-5f));
    }

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

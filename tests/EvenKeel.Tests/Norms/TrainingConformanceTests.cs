using EvenKeel.Backends;
using EvenKeel.Norms;
using EvenKeel.Tests.Data;
using EvenKeel.Training;

namespace EvenKeel.Tests.Norms;

/// <summary>Every method, by being in the list, trains an epoch on Shapes10 through the trainer: no NaN, and a loss that
/// falls.</summary>
public sealed class TrainingConformanceTests : IDisposable
{
    private static readonly RunSpec Base = new()
    {
        Model = "fashion-cnn-pre",
        Width = 0.15,
        TrainImages = 600,
        TestImages = 0,
        Batch = 50,
        InitImages = 200,
        Epochs = 1,
        Optimizer = new OptimizerSpec { LearningRate = 0.003 },
    };

    private static readonly Lazy<TrainingData> Images = new(() => TrainingData.Load(Base, ""));

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Methods() => [.. Norm.Methods.Select(m => m.Name)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Methods))]
    public void AnEpochLowersTheLoss(string method)
    {
        if (method is "wdmimic" or "normschedule") Losses(Spec("record"), "recorded");
        var losses = Losses(Spec(method), "run");
        Assert.Equal(12, losses.Length);
        Assert.All(losses, loss => Assert.True(double.IsFinite(loss)));
        double first = losses[..3].Average(), last = losses[^3..].Average();
        Assert.True(last < first, $"{method}: the loss went from {first:F3} to {last:F3}");
    }

    // The defaults fit published widths: narrow layers take fewer groups; what acts on weights or steps alone gets the
    // normalizer that its paper has behind it.
    private RunSpec Spec(string method)
    {
        var spec = Base with
        {
            Scheme = method switch
            {
                "gn" or "gn-slabs" or "bcn" or "evo-s0" => $"{method}(groups=1)",
                "in" or "frn" or "switch" => $"{method}(flat=pass)",
                "range" => "range(runs=2)",
                "ghost" => "ghost(size=25)",
                "ws" or "bwn" or "sn" => $"{method}+bn",
                "record" => "bn+record",
                "wdmimic" or "normschedule" => $"bn+{method}(from={Path.Combine(_folder.Path, "recorded")})",
                _ => method,
            },
        };
        return method switch
        {
            "pathsgd" => spec with { Model = "mlp-1", Optimizer = new OptimizerSpec { Kind = "sgd", LearningRate = 0.003 } },
            "half" => spec with { Model = "mlp-1" },
            "wdmimic" or "normschedule" or "record" or "enorm" =>
                spec with { Optimizer = new OptimizerSpec { Kind = "sgd", LearningRate = 0.05, Momentum = 0.9 } },
            _ => spec,
        };
    }

    private double[] Losses(RunSpec spec, string name)
    {
        using var backend = new CpuBackend(1);
        var losses = new List<double>();
        new Trainer(spec, Images.Value, backend).Run(new RunFolder(Path.Combine(_folder.Path, name)), observer: new Collector(losses));
        return [.. losses];
    }

    private sealed class Collector(List<double> losses) : IRunObserver
    {
        public void Started(RunRecord record, long firstStep, long totalSteps)
        {
        }

        public void Stepped(StepRecord record) => losses.Add(record.Loss ?? double.NaN);

        public void EpochEnded(EpochRecord record)
        {
        }
    }
}

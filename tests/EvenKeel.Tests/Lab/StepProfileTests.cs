using EvenKeel.Backends;
using EvenKeel.Lab.Benchmarks;
using EvenKeel.Lab.Benchmarks.Profiling;

namespace EvenKeel.Tests.Lab;

public class StepProfileTests
{
    [Fact]
    public void EveryOperationIsItsLayersWithItsOwnFloor()
    {
        using var backend = new CpuBackend(1);
        var bench = new BenchCase("small", "fashion-cnn-pre", "bn", Batch: 2, Width: 0.125);
        var profile = StepProfile.Measure(bench, backend, seconds: 0, CancellationToken.None);

        // Widths 4, 4, 8, 8 and 64 at an eighth; multiply-adds of a 3x3 convolution at 28x28 and 14x14, two images.
        Assert.Equal(2.0 * 2 * 28 * 28 * 9 * 4 * 4, Row("conv2", StepPhase.Forward, "conv forward").Operations);
        Assert.Equal(2.0 * 2 * 14 * 14 * 9 * 4 * 8, Row("conv3", StepPhase.Backward, "conv weight gradient").Operations);
        Assert.Equal(2.0 * 2 * (7 * 7 * 8) * 64, Row("dense1", StepPhase.Backward, "dense input gradient").Operations);
        Assert.Equal(4.0 * 2 * (2 * 28 * 28 * 4), Row("conv1.norm", StepPhase.Forward, "normalize").Bytes);
        Assert.Equal("3x3 4-8 at 14x14", Row("conv3", StepPhase.Forward, "conv forward").Shape);
        Assert.Equal("2x392x64", Row("dense1", StepPhase.Forward, "dense forward").Shape);
        Assert.Equal(StepPhase.Backward, Assert.Single(profile.Rows, r => r is { Layer: "(loss)", Operation: "cross entropy backward" }).Phase);
        Assert.Single(profile.Rows, r => r is { Layer: "pool2", Operation: "max pool backward" });
        Assert.All(profile.Rows.Where(r => r.Phase == StepPhase.Optimizer), r => Assert.Equal("(optimizer)", r.Layer));
        Assert.DoesNotContain(profile.Rows, r => r is { Layer: "conv1", Operation: "conv input gradient" });

        var row = Row("conv2", StepPhase.Forward, "conv forward");
        var compute = row.Operations / profile.Speed.Gflops / 1e6;
        var traffic = row.Bytes / profile.Speed.GigabytesPerSecond / 1e6;
        Assert.Equal(Math.Max(compute, traffic), row.FloorMilliseconds, 1e-5);
        var layers = profile.SumBy(r => r.Layer);
        Assert.Equal(layers.Select(l => l.Lost).OrderDescending(), layers.Select(l => l.Lost));
        Assert.Equal(profile.Rows.Sum(r => r.Milliseconds), layers.Sum(l => l.Milliseconds), 1e-9);

        ProfileRow Row(string layer, StepPhase phase, string operation) =>
            Assert.Single(profile.Rows, r => r.Layer == layer && r.Phase == phase && r.Operation == operation);
    }

    [Fact]
    public void FloorIsTheLongerOfArithmeticAndTraffic()
    {
        var speed = new MachineSpeed(Gflops: 100, GigabytesPerSecond: 10);
        Assert.Equal(20, speed.FloorMilliseconds(2e9, 1e6), 1e-12);
        Assert.Equal(50, speed.FloorMilliseconds(2e9, 5e8), 1e-12);
    }

    // Each scheme takes primitives of its own; a wrong hand-over would change bits.
    [Theory]
    [InlineData("fashion-cnn", "gn(groups=2)+ws")]
    [InlineData("fashion-cnn-pre", "bn(p=topk,k=3)")]
    [InlineData("fashion-cnn-pre", "bn(p=inf)")]
    [InlineData("fashion-cnn-pre", "bn(p=1,round=all)")]
    [InlineData("fashion-cnn-pre", "range(runs=1)")]
    [InlineData("fashion-cnn-pre", "ln+bwn(p=1)")]
    [InlineData("fashion-cnn-pre", "rms+bwn(p=inf)")]
    [InlineData("fashion-cnn-pre", "evo-b0+wn")]
    [InlineData("fashion-cnn-pre", "evo-s0(groups=2)+agc")]
    [InlineData("mlp-2", "enorm+bn")]
    [InlineData("resnet-20-a", "mobn")]
    public void ProfilingChangesNoBits(string model, string scheme)
    {
        var bench = new BenchCase("bits", model, scheme, Batch: 3, Width: 0.125);
        using var plain = new CpuBackend(1);
        using var watched = new CpuBackend(1);
        var recorder = new StepRecorder();
        var expected = new TrainingStep(bench, plain);
        var actual = new TrainingStep(bench, new ProfilingBackend(watched, recorder));
        for (var i = 0; i < 2; i++)
        {
            expected.Take();
            actual.Take();
        }

        Assert.All(expected.Network.State().Zip(actual.Network.State()), pair =>
            Assert.True(pair.First.Value.ToArray().AsSpan().SequenceEqual(pair.Second.Value.ToArray()), pair.First.Name));
    }
}

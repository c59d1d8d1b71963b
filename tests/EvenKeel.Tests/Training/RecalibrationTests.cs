using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Data;
using EvenKeel.Kernels.Random;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Optim;
using EvenKeel.Tensors;
using EvenKeel.Training;

namespace EvenKeel.Tests.Training;

public class RecalibrationTests
{
    private static readonly Shape Image = new(1, 12, 12, 3);

    // Batches of unequal size, far from zero: means of means and of variances would be off.
    [Theory]
    [InlineData("bn", 1)]
    [InlineData("bn(running=biased,rate=0.7)", 0)]
    [InlineData("mobn", 0)]
    public void StatisticsAreThoseOfAllElements(string scheme, int less)
    {
        using var backend = new CpuBackend(2);
        var layer = Scheme.Parse(scheme).Activation(3, Activation.Relu)!;
        var root = new Sequential().Add("noise", new GaussianNoise(1f)).Add("drop", new EvenKeel.Modules.Dropout(0.5f)).Add("norm", layer);
        var network = new Network(root, Image, backend, seed: 1);
        var batches = new[] { 5, 2, 9 }.Select((count, use) => Images(count, (uint)use)).ToArray();
        Assert.Equal(1, Recalibration.Run(network, batches));
        for (var c = 0; c < 3; c++)
        {
            var values = batches.SelectMany(b => b.Where((_, i) => i % 3 == c)).Select(v => (double)v).ToArray();
            var mean = values.Average();
            var variance = values.Sum(v => (v - mean) * (v - mean)) / (values.Length - less);
            Assert.Equal(mean, layer.Running!.Mean.ToArray()[c], 1e-4);
            if (scheme != "mobn") Assert.Equal(1, layer.Running.Spread.ToArray()[c] / variance, 1e-4);
        }
    }

    [Fact]
    public void TheWayToABatchDoesNotMatterForTheFirstLayer()
    {
        using var backend = new CpuBackend(2);
        var set = TrainingData.Load(new RunSpec { TrainImages = 21, TestImages = 0 }, "", backend.Workers).Train;
        var one = new Network(ModelCatalog.Find("resnet-20").Build(Spec("bn", set)), new Shape(1, 32, 32, 3), backend, 1);
        var other = new Network(ModelCatalog.Find("resnet-20").Build(Spec("bn", set)), new Shape(1, 32, 32, 3), backend, 1);
        Assert.Equal(21, Recalibration.Run(one, set, 10));
        Assert.Equal(21, Recalibration.Run(other, set, 7));
        float[] a = one.Buffers[0].Value.ToArray(), b = other.Buffers[0].Value.ToArray();
        for (var c = 0; c < a.Length; c++) Assert.Equal(a[c], b[c], 1e-5f);
    }

    // Its statistics are those of the batch normalization that it is made of.
    [Fact]
    public void ALayerMadeOfOthersCountsOnce()
    {
        using var backend = new CpuBackend(1);
        var layer = Scheme.Parse("bcn(groups=3)").Activation(3, Activation.Relu)!;
        var network = new Network(new Sequential().Add("norm", layer), Image, backend, seed: 1);
        Assert.Equal(1, Recalibration.Run(network, [Images(4, 1), Images(3, 2)]));
    }

    // With one batch, evaluation after recalibration is that batch's training pass (with the biased variance).
    [Fact]
    public void EvaluationBecomesTheTrainingPassOfTheOnlyBatch()
    {
        using var backend = new CpuBackend(2);
        var network = Make("bn(running=biased)", backend);
        var images = Images(6, 3);
        Recalibration.Run(network, [images]);
        Assert.Equal(Output(network, images, PassMode.Recalibrate), Output(network, images, PassMode.Evaluate), (x, y) => Math.Abs(x - y) < 1e-4);
    }

    [Fact]
    public void FrozenStatisticsStayFrozenThroughTrainingAndRecalibration()
    {
        using var backend = new CpuBackend(2);
        var network = Make("bn", backend);
        Recalibration.Run(network, [Images(6, 1)]);
        var layers = network.Root.DescendantsAndSelf().OfType<NormLayer>().ToArray();
        foreach (var layer in layers) (layer.Statistics, layer.UpdateRunning) = (StatisticsSource.Running, false);
        var before = network.Buffers.SelectMany(b => b.Value.ToArray()).ToArray();
        Train(network);
        Assert.Equal(0, Recalibration.Run(network, [Images(4, 2)]));
        Assert.Equal(before, network.Buffers.SelectMany(b => b.Value.ToArray()).ToArray());
        Assert.Equal(Output(network, Images(4, 5), PassMode.Evaluate), Output(network, Images(4, 5), PassMode.Recalibrate));

        // Normalizing with the batch and keeping what is stored are two switches.
        foreach (var layer in layers) layer.Statistics = StatisticsSource.ByMode;
        Train(network);
        Assert.Equal(before, network.Buffers.SelectMany(b => b.Value.ToArray()).ToArray());
        Assert.NotEqual(Output(network, Images(4, 5), PassMode.Evaluate), Output(network, Images(4, 5), PassMode.Recalibrate));
        foreach (var layer in layers) layer.UpdateRunning = true;
        Train(network);
        Assert.NotEqual(before, network.Buffers.SelectMany(b => b.Value.ToArray()).ToArray());
    }

    [Fact]
    public void ASingleImageLeftOverJoinsTheLastPass()
    {
        using var backend = new CpuBackend(2);
        var set = TrainingData.Load(new RunSpec { TrainImages = 9, TestImages = 0 }, "", backend.Workers).Train;
        var network = new Network(
            ModelCatalog.Find("mlp-1").Build(Spec("bn", set)), new Shape(1, 32, 32, 3), backend, seed: 1);
        Assert.Equal(2, Recalibration.Run(network, set, 4));
        Assert.Contains("expected 2 or more", Assert.Throws<UserException>(() => Recalibration.Run(network, set, 1)).Message, StringComparison.Ordinal);
    }

    private static ModelSpec Spec(string scheme, PreparedSet set) =>
        new(new Shape(1, set.Height, set.Width, set.Channels), 10, Scheme.Parse(scheme), Width: 0.1);

    private static Network Make(string scheme, CpuBackend backend)
    {
        var spec = new ModelSpec(Image, 4, Scheme.Parse(scheme), Width: 0.1);
        return new Network(ModelCatalog.Find("fashion-cnn-pre").Build(spec), Image, backend, seed: 1);
    }

    private static void Train(Network network)
    {
        var optimizer = new Sgd(network) { LearningRate = 0.01 };
        for (uint step = 0; step < 3; step++)
        {
            network.ClearGradients();
            network.Tape.Begin(recording: true);
            var x = network.RentInput(4);
            x.CopyFrom(Images(4, 10 + step));
            var logits = network.Forward(new Pass(network.Tape, PassMode.Train, 1, step), x);
            network.Tape.Backward(network.Tape.SoftmaxCrossEntropy(logits, [0, 1, 2, 3]).Value);
            optimizer.Step();
        }
    }

    private static float[] Images(int count, uint use)
    {
        var stream = new RandomStream(7, use);
        return [.. Enumerable.Range(0, count * Image.Length).Select(i => 20f + use + (1f + use) * stream.Uniform((ulong)i))];
    }

    private static float[] Output(Network network, float[] images, PassMode mode)
    {
        network.Tape.Begin(recording: false);
        var x = network.RentInput(images.Length / Image.Length);
        x.CopyFrom(images);
        return network.Forward(new Pass(network.Tape, mode), x).ToArray();
    }
}

using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels.Random;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Optim;
using EvenKeel.Tensors;

namespace EvenKeel.Tests.Modules;

public class FoldTests
{
    private static readonly Shape Image = new(6, 12, 12, 3);

    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (var model in new[] { "convpool-cnn-c", "resnet-20", "fashion-cnn", "fashion-cnn-pre" })
        {
            foreach (var method in Norm.Methods.Where(m => m.About.Foldable)) data.Add(model, Trainable(method.Name));
            data.Add(model, "wn+mobn");
            data.Add(model, "bn(place=added-to-scale,affine=false)");
        }

        return data;
    }

    // Weight standardization needs a normalizer behind it to train; six images are few for sixteen ranges.
    private static string Trainable(string method) => method switch
    {
        "ws" => "ws+bn",
        "range" => "range(runs=3)",
        _ => method,
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void ATrainedNetworkComputesTheSameFolded(string model, string scheme)
    {
        using var backend = new CpuBackend(2);
        var network = Train(model, scheme, backend);
        var folded = network.Fold();
        var expected = Output(network);
        Assert.InRange(Difference(Output(folded.Network), expected), 0, 1e-5);
        Assert.All(folded.Network.Root.DescendantsAndSelf().OfType<WeightMap>(), m => Assert.IsType<PlainWeight>(m));

        // Only a normalizer behind an activation must stay.
        if (model != "fashion-cnn" || !Scheme.Parse(scheme).NormalizesActivations)
        {
            Assert.True(folded.IsComplete, string.Join("; ", folded.Layers.Where(l => l.Kept is not null).Select(l => $"{l.Name}: {l.Kept}")));
            Assert.Empty(folded.Network.Root.DescendantsAndSelf().OfType<NormLayer>());
        }
    }

    [Fact]
    public void WhatIsKeptIsNamedWithTheReason()
    {
        using var backend = new CpuBackend(2);
        var folded = Train("fashion-cnn", "wn+mobn", backend).Fold();
        Assert.False(folded.IsComplete);
        Assert.Equal("it stands behind the activation of conv1, not directly behind a linear map", folded.Layers.Single(l => l.Name == "conv1.norm").Kept);
        Assert.True(folded.Layers.Single(l => l.Name == "conv1").WeightMap);
        Assert.Equal(5, folded.Network.Root.DescendantsAndSelf().OfType<NormLayer>().Count());
    }

    [Fact]
    public void FoldedLayersSayWhereTheyWent()
    {
        using var backend = new CpuBackend(2);
        var folded = Train("resnet-20", "bn", backend).Fold();
        var norm = folded.Layers.Single(l => l.Name == "stage2.block1.shortcut.conv.norm");
        Assert.Equal(("stage2.block1.shortcut.conv", null), (norm.Into, norm.Kept));
        Assert.Equal(["stem.bias", "stem.weight"], folded.Network.Parameters.Take(2).Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    // Batch statistics are measured in evaluation too, so such a layer stays, with its parameters and switches.
    [Fact]
    public void ANormalizerThatMeasuresItsInputStays()
    {
        using var backend = new CpuBackend(2);
        var network = Train("fashion-cnn-pre", "bn", backend);
        foreach (var norm in network.Root.DescendantsAndSelf().OfType<NormLayer>())
            if (norm.Name == "conv2.norm") norm.Statistics = StatisticsSource.Batch;
        var folded = network.Fold();
        var kept = Assert.Single(folded.Network.Root.DescendantsAndSelf().OfType<NormLayer>());
        Assert.Equal(("conv2.norm", StatisticsSource.Batch), (kept.Name, kept.Statistics));
        Assert.Equal("it measures its input in evaluation too", folded.Layers.Single(l => l.Kept is not null).Kept);
        Assert.InRange(Difference(Output(folded.Network), Output(network)), 0, 1e-5);
    }

    [Fact]
    public void TheOriginalIsLeftAlone()
    {
        using var backend = new CpuBackend(2);
        var network = Train("convpool-cnn-c", "wn+mobn", backend);
        var before = network.State().SelectMany(s => s.Value.ToArray()).ToArray();
        var folded = network.Fold().Network;
        foreach (var (_, value) in folded.State()) value.CopyFrom(new float[value.Shape.Length]);
        Assert.Equal(before, network.State().SelectMany(s => s.Value.ToArray()).ToArray());
    }

    [Fact]
    public void AModuleThatCannotBeMadeAnewIsNamed()
    {
        using var backend = new CpuBackend(1);
        var network = new Network(new Sequential().Add("odd", new Odd()), new Shape(1, 3), backend, 1);
        Assert.Contains("Layer odd cannot be made anew", Assert.Throws<UserException>(() => network.Fold()).Message, StringComparison.Ordinal);
    }

    private static Network Train(string model, string scheme, CpuBackend backend)
    {
        var spec = new ModelSpec(Image.WithBatch(1), 4, Scheme.Parse(scheme), Width: 0.1);
        var network = new Network(ModelCatalog.Find(model).Build(spec), Image, backend, seed: 1);
        network.InitializeFromData(Images(0), seed: 1);
        var optimizer = new Sgd(network, momentum: 0.9) { LearningRate = 0.01 };
        var hooks = spec.Scheme.Hooks(network, optimizer);
        for (var step = 1; step <= 5; step++)
        {
            network.ClearGradients();
            network.Tape.Begin(recording: true);
            var x = network.RentInput(Image[0]);
            x.CopyFrom(Images((uint)step));
            var logits = network.Forward(new Pass(network.Tape, PassMode.Train, 1, (uint)step), x);
            network.Tape.Backward(network.Tape.SoftmaxCrossEntropy(logits, [0, 1, 2, 3, 0, 1]).Value);
            foreach (var hook in hooks) hook.BeforeUpdate(new StepTime(step, 0));
            optimizer.Step();
            foreach (var hook in hooks) hook.AfterUpdate(new StepTime(step, 0));
        }

        return network;
    }

    private static float[] Images(uint use)
    {
        var stream = new RandomStream(7, use);
        return [.. Enumerable.Range(0, Image.Length).Select(i => stream.Uniform((ulong)i))];
    }

    private static float[] Output(Network network)
    {
        network.Tape.Begin(recording: false);
        var x = network.RentInput(Image[0]);
        x.CopyFrom(Images(99));
        return network.Forward(new Pass(network.Tape, PassMode.Evaluate), x).ToArray();
    }

    private static double Difference(float[] a, float[] b) =>
        a.Zip(b).Max(p => Math.Abs((double)p.First - p.Second)) / b.Max(v => Math.Abs((double)v));

    private sealed class Odd : Module
    {
        public override Tensor Forward(Pass pass, Tensor x) => x;
    }
}

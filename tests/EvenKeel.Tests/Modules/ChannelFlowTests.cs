using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace EvenKeel.Tests.Modules;

public class ChannelFlowTests
{
    [Fact]
    public void ASummedStreamIsOneGroup()
    {
        using var backend = new CpuBackend(1);
        Assert.Equal(
            [
                "16: stem stage1.block1.body.conv2 stage1.block2.body.conv2 stage1.block3.body.conv2"
                    + " -> stage1.block1.body.conv1 stage1.block2.body.conv1 stage1.block3.body.conv1 stage2.block1.body.conv1 stage2.block1.shortcut.conv",
                "16: stage1.block1.body.conv1 -> stage1.block1.body.conv2",
                "16: stage1.block2.body.conv1 -> stage1.block2.body.conv2",
                "16: stage1.block3.body.conv1 -> stage1.block3.body.conv2",
                "32: stage2.block1.body.conv1 -> stage2.block1.body.conv2",
            ],
            Free(Make("resnet-20", "none", backend), throughNormalizers: true).Take(5));
    }

    // Padding keeps a stream's channels and adds new ones, so the first channels run through all stages.
    [Fact]
    public void PaddedShortcutsSplitStreamsWhereTheyGrow()
    {
        using var backend = new CpuBackend(1);
        var groups = ChannelFlow.Of(Make("resnet-20-a", "none", backend), throughNormalizers: true).Groups
            .Where(g => g.Fixed is null && g.Writers.Count > 1).ToArray();
        Assert.Equal([16, 16, 32], groups.Select(g => g.Count));
        Assert.Equal([10, 6, 3], groups.Select(g => g.Writers.Count));
        Assert.Equal([0, 16, 32], groups.Select(g => g.Writers[^1].First));
        Assert.Equal([10, 6, 3], groups.Select(g => g.Readers.Count));
    }

    [Fact]
    public void ADenseLayerBehindAFlattenReadsEveryPixel()
    {
        using var backend = new CpuBackend(1);
        var group = ChannelFlow.Of(Make("fashion-cnn", "none", backend), throughNormalizers: true).Groups
            .Single(g => g.Readers.Any(r => r.Module.Name == "dense1"));
        Assert.Equal((64, 64), (group.Count, group.Readers.Count));
        Assert.Equal(Enumerable.Range(0, 64).Select(p => 64 * p), group.Readers.Select(r => r.First));
    }

    [Fact]
    public void NormalizersWriteChannelsOfTheirOwnUnlessSeenThrough()
    {
        using var backend = new CpuBackend(1);
        var network = Make("fashion-cnn-pre", "bn", backend);
        Assert.Equal(["32: conv1 -> conv2", "32: conv2 -> conv3"], Free(network, throughNormalizers: true).Take(2));
        Assert.Equal(["32: conv1 -> conv1.norm", "32: conv1.norm -> conv2"], Free(network, throughNormalizers: false).Take(2));
    }

    [Fact]
    public void UnknownModulesEndTheFlowWithAReason()
    {
        using var backend = new CpuBackend(1);
        var root = new Sequential().Add("a", Dense(3, 4)).Add("odd", new Unknown()).Add("b", Dense(4, 5)).Add("c", Dense(5, 2));
        var flow = ChannelFlow.Of(new Network(root, new Shape(1, 3), backend, 1), throughNormalizers: true);
        Assert.Equal(
            [
                "they are the network's input", "layer odd (Unknown) does not tell what it does to channels",
                "layer odd (Unknown) does not tell what it does to channels", null, "they are the network's output",
            ],
            flow.Groups.Select(g => g.Fixed));
    }

    [Fact]
    public void NoiseFixesTheSizeOfWhatItIsAddedTo()
    {
        using var backend = new CpuBackend(1);
        var root = new Sequential().Add("a", Dense(3, 4)).Add("noise", new GaussianNoise(0.1f)).Add("b", Dense(4, 2));
        var flow = ChannelFlow.Of(new Network(root, new Shape(1, 3), backend, 1), throughNormalizers: true);
        Assert.Equal("layer noise adds noise of a given size to them", flow.Groups[1].Fixed);
    }

    [Theory]
    [InlineData("resnet-20", "bn", "stem.norm", "stem", "")]
    [InlineData("fashion-cnn", "bn", "conv1.norm", null, "it stands behind the activation of conv1, not directly behind a linear map")]
    [InlineData("vgg-11", "mobn", "conv3.norm", "conv3", "")]
    public void WhatStandsBeforeANormalizerIsKnown(string model, string scheme, string norm, string? map, string reason)
    {
        using var backend = new CpuBackend(1);
        var network = Make(model, scheme, backend);
        var layer = network.Root.DescendantsAndSelf().OfType<NormLayer>().Single(n => n.Name == norm);
        Assert.Equal(map, ChannelFlow.Of(network, throughNormalizers: false).MapBefore(layer, out var why)?.Name);
        Assert.Equal(reason, why);
    }

    [Fact]
    public void ANormalizerOfASharedInputIsNotDirectlyBehindTheMap()
    {
        using var backend = new CpuBackend(1);
        var norm = new BatchNorm().Activation(4, Activation.Identity);
        var root = new Sequential().Add("a", Dense(3, 4)).Add("block", new Residual(norm, null, Activation.Relu));
        var flow = ChannelFlow.Of(new Network(root, new Shape(2, 3), backend, 1), throughNormalizers: false);
        Assert.Null(flow.MapBefore(norm, out var why));
        Assert.Equal("it stands behind the input of block, which something else reads too, not directly behind a linear map", why);
    }

    [Theory]
    [InlineData("fashion-cnn-pre", "bn", "conv2", true)]
    [InlineData("fashion-cnn", "bn", "conv2", true)]
    [InlineData("fashion-cnn", "bn", "dense2", false)]
    [InlineData("fashion-cnn-pre", "mobn", "conv2", false)]
    [InlineData("fashion-cnn-pre", "none", "conv2", false)]
    [InlineData("resnet-20", "bn", "stage2.block1.shortcut.conv", true)]
    public void ScaleInvarianceIsTold(string model, string scheme, string layer, bool invariant)
    {
        using var backend = new CpuBackend(1);
        var network = Make(model, scheme, backend);
        var map = network.Root.DescendantsAndSelf().OfType<LinearMap>().Single(m => m.Name == layer);
        Assert.Equal(invariant, ChannelFlow.Of(network, throughNormalizers: false).IsScaleInvariant(map));
    }

    private static IEnumerable<string> Free(Network network, bool throughNormalizers) =>
        ChannelFlow.Of(network, throughNormalizers).Groups.Where(g => g.Fixed is null).Select(g =>
            $"{g.Count}: {string.Join(' ', g.Writers.Select(w => w.Module.Name))} -> {string.Join(' ', g.Readers.Select(r => r.Module.Name))}");

    private static Network Make(string model, string scheme, CpuBackend backend)
    {
        var spec = new ModelSpec(new Shape(1, 32, 32, 3), 10, Scheme.Parse(scheme));
        return new Network(ModelCatalog.Find(model).Build(spec), spec.Image, backend, seed: 1);
    }

    private static Linear Dense(int inputs, int outputs)
    {
        var shape = new Shape(inputs, outputs);
        return new Linear(shape, new PlainWeight(shape, Init.Constant(1f)), null, Activation.Relu);
    }

    private sealed class Unknown : Module
    {
        public override Tensor Forward(Pass pass, Tensor x) => x;
    }
}

using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels.Random;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace EvenKeel.Tests.Norms;

public class SwapTests
{
    private static readonly Shape Image = new(4, 12, 12, 3);

    // Where no normalizer comes or goes, the function stays; a network made for the scheme has the same tensors.
    [Theory]
    [InlineData("resnet-20", "none", "wn")]
    [InlineData("resnet-20", "wn", "none")]
    [InlineData("resnet-20", "bn", "wn+bn")]
    [InlineData("convpool-cnn-c", "none", "wn(g=exp)")]
    [InlineData("fashion-cnn", "bn", "wn+bn")]
    [InlineData("mlp-3-bias", "none", "wn")]
    public void EffectiveWeightsAreKept(string model, string before, string after)
    {
        using var backend = new CpuBackend(2);
        var network = Make(model, before, backend);
        var swapped = network.Swap(Scheme.Parse(after));
        Assert.InRange(Difference(Output(swapped.Network), Output(network)), 0, 1e-5);
        Assert.All(swapped.Layers, l => Assert.True(l.IsKept, $"{l.Name}: {l.Difference}"));
        if (model != "convpool-cnn-c") Assert.Equal(Names(Make(model, after, backend)), Names(swapped.Network));
    }

    [Theory]
    [InlineData("resnet-20", "none", "bn")]
    [InlineData("resnet-20", "wn+mobn", "bn")]
    [InlineData("resnet-20", "bn", "none")]
    [InlineData("resnet-20-a", "bn", "wn+mobn")]
    [InlineData("vgg-11", "bn", "mobn")]
    [InlineData("fashion-cnn", "bn", "none")]
    [InlineData("fashion-cnn-pre", "none", "bn")]
    [InlineData("mlp-3", "none", "bn")]
    public void TheNetworkIsTheOneThatTheSchemeMakes(string model, string before, string after)
    {
        using var backend = new CpuBackend(2);
        var image = model == "vgg-11" ? new Shape(2, 32, 32, 3) : Image;
        var swapped = Make(model, before, backend, image).Swap(Scheme.Parse(after));
        Assert.Equal(Names(Make(model, after, backend, image)), Names(swapped.Network));
        Assert.All(swapped.Layers, l => Assert.True(l.IsKept, $"{l.Name}: {l.Difference}"));
    }

    [Fact]
    public void TheReportSaysWhatChanged()
    {
        using var backend = new CpuBackend(2);
        var layers = Make("fashion-cnn-pre", "bn", backend).Swap(Scheme.Parse("wn")).Layers;
        Assert.Equal(new SwappedLayer("conv1", "bn", "wn", layers[0].Difference, "bias added"), layers[0]);
        Assert.Equal(("dense2", "none", "none", "writes the network's output"), (layers[^1].Name, layers[^1].Before, layers[^1].After, layers[^1].Note));
        layers = Make("fashion-cnn-pre", "none", backend).Swap(Scheme.Parse("wn+bn"), output: true).Layers;
        Assert.Equal(("dense2", "wn+bn", "bias left out: a normalizer follows"), (layers[^1].Name, layers[^1].After, layers[^1].Note));
        layers = Make("fashion-cnn", "bn", backend).Swap(Scheme.Parse("mobn")).Layers;
        Assert.Equal(("conv1.norm", "bn", "mobn"), (layers[1].Name, layers[1].Before, layers[1].After));
    }

    [Fact]
    public void NetworksMadeByHandSwapToo()
    {
        using var backend = new CpuBackend(1);
        Shape shape = new(3, 4), last = new(4, 2);
        var root = new Residual(
            new Linear(new Shape(3, 3), new PlainWeight(new Shape(3, 3), new NormalInit(1f)), Init.Constant(0.5f), Activation.Identity), null, Activation.Relu);
        var network = new Network(
            new Sequential().Add("block", root).Add("a", new Linear(shape, new PlainWeight(shape, new NormalInit(1f)), null, Activation.Relu))
                .Add("own", new BatchNorm().Activation(4, Activation.LeakyRelu(0.2f)))
                .Add("b", new Linear(last, new PlainWeight(last, new NormalInit(1f)), null, Activation.Identity)),
            new Shape(1, 3), backend, 1);
        var swapped = network.Swap(Scheme.Parse("wn+bn")).Network;
        Assert.Equal(
            ["block.body.v", "block.body.g", "block.body.norm.gamma", "block.body.norm.beta", "a.v", "a.g", "own.gamma", "own.beta", "b.weight"],
            swapped.Parameters.Select(p => p.Name));
        var plain = network.Swap(Scheme.Parse("none")).Network;
        Assert.Contains(plain.Root.DescendantsAndSelf(), m => m is Activate { Name: "own" });
    }

    private static Network Make(string model, string scheme, CpuBackend backend, Shape? image = null)
    {
        var spec = new ModelSpec((image ?? Image).WithBatch(1), 4, Scheme.Parse(scheme), Width: 0.1);
        var network = new Network(ModelCatalog.Find(model).Build(spec), spec.Image, backend, seed: 1);
        uint use = 1;
        foreach (var parameter in network.Parameters.Where(p => p.Kind == ParameterKind.Bias))
        {
            var stream = new RandomStream(4, use++);
            parameter.Value.CopyFrom([.. Enumerable.Range(0, parameter.Shape.Length).Select(i => stream.Uniform((ulong)i))]);
        }

        // Statistics and gains start alike everywhere, so normalizers that stay compute the same.
        foreach (var norm in network.Root.DescendantsAndSelf().OfType<NormLayer>())
            foreach (var parameter in norm.Parameters().Where(p => p.Kind == ParameterKind.Bias)) parameter.Value.CopyFrom(new float[parameter.Shape.Length]);
        return network;
    }

    private static IEnumerable<string> Names(Network network) => network.State().Select(s => $"{s.Name} {s.Value.Shape}");

    private static float[] Output(Network network)
    {
        network.Tape.Begin(recording: false);
        var x = network.RentInput(Image[0]);
        var stream = new RandomStream(7, 7);
        x.CopyFrom([.. Enumerable.Range(0, x.Shape.Length).Select(i => 2f * stream.Uniform((ulong)i) - 1f)]);
        return network.Forward(new Pass(network.Tape, PassMode.Evaluate), x).ToArray();
    }

    private static double Difference(float[] a, float[] b) =>
        a.Zip(b).Max(p => Math.Abs((double)p.First - p.Second)) / b.Max(v => Math.Abs((double)v));
}

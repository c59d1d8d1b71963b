using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels.Random;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace EvenKeel.Tests.Modules;

public class DataInitTests
{
    private static readonly Shape Image = new(40, 6, 6, 3);

    [Theory]
    [InlineData("wn", 1f)]
    [InlineData("wn(g=exp)", 1f)]
    [InlineData("wn(initScale=0.5)", 0.5f)]
    public void EveryLayerOfTheBatchIsStandardized(string scheme, float deviation)
    {
        using var backend = new CpuBackend(1);
        var network = Make(scheme, backend);
        var images = Images();
        network.InitializeFromData(images, seed: 3);
        network.Tape.Begin(recording: false);
        var x = network.RentInput(Image[0]);
        x.CopyFrom(images);
        var pass = new Pass(network.Tape, PassMode.Train, 3);
        var layers = 0;
        pass.Watch = (module, output) =>
        {
            if (module is not LinearMap) return;
            layers++;
            foreach (var (mean, std) in ChannelMoments(output))
            {
                Assert.Equal(0, mean, 1e-4);
                Assert.Equal(deviation, std, 1e-3);
            }
        };
        network.Forward(pass, x);
        Assert.Equal(3, layers);
    }

    [Fact]
    public void WithMeanOnlyNormOnlyMagnitudesAreSet()
    {
        using var backend = new CpuBackend(1);
        var network = Make("wn+mobn", backend);
        network.InitializeFromData(Images(), seed: 3);
        Assert.DoesNotContain(network.Parameters, p => p.Name.EndsWith(".bias", StringComparison.Ordinal));
        Assert.All(
            network.Parameters.Where(p => p.Name.EndsWith(".beta", StringComparison.Ordinal)),
            p => Assert.All(p.Value.ToArray(), b => Assert.Equal(0f, b)));
        Assert.All(network.Buffers, b => Assert.All(b.Value.ToArray(), v => Assert.Equal(0f, v)));
        Assert.All(
            network.Parameters.Where(p => p.Name.EndsWith(".g", StringComparison.Ordinal)),
            p => Assert.All(p.Value.ToArray(), g => Assert.True(g > 0 && g != 1f)));
    }

    [Fact]
    public void OtherSchemesAreLeftAlone()
    {
        using var backend = new CpuBackend(1);
        var network = Make("bn", backend);
        var before = network.State().SelectMany(s => s.Value.ToArray()).ToArray();
        network.InitializeFromData(Images(), seed: 3);
        Assert.Equal(before, network.State().SelectMany(s => s.Value.ToArray()).ToArray());
    }

    [Fact]
    public void AConstantOutputIsAnErrorThatNamesTheLayer()
    {
        using var backend = new CpuBackend(1);
        var network = Make("wn", backend);
        var error = Assert.Throws<UserException>(() => network.InitializeFromData(new float[Image.Length], seed: 3));
        Assert.Contains("Layer a: output 0 is constant", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OneElementPerStatisticIsFoundBeforeTraining()
    {
        using var backend = new CpuBackend(1);
        var network = Make("bn", backend);
        network.CheckTraining(2);
        var error = Assert.Throws<UserException>(() => network.CheckTraining(1));
        Assert.Contains("Layer c.norm normalizes an input of shape [1, 4] with one element per statistic", error.Message, StringComparison.Ordinal);
    }

    // Identity activations, so that a layer's output is its pre-activation.
    private static Network Make(string scheme, CpuBackend backend)
    {
        var spec = new ModelSpec(Image.WithBatch(1), 4, Scheme.Parse(scheme));
        var root = new Sequential()
            .Convolution("a", spec, 3, 5, 3, 1, Activation.Identity)
            .Convolution("b", spec, 5, 7, 3, 0, Activation.Identity)
            .Add("pool", new GlobalAveragePool())
            .Dense("c", spec, 7, 4, Activation.Identity);
        return new Network(root, Image, backend, seed: 5);
    }

    private static float[] Images()
    {
        var images = new float[Image.Length];
        var stream = new RandomStream(1, 1);
        for (var i = 0; i < images.Length; i++) images[i] = stream.Uniform((ulong)i) + 3f;
        return images;
    }

    private static IEnumerable<(double Mean, double Deviation)> ChannelMoments(Tensor output)
    {
        var values = output.ToArray();
        var channels = output.Shape.Channels;
        for (var c = 0; c < channels; c++)
        {
            var column = values.Where((_, i) => i % channels == c).Select(v => (double)v).ToArray();
            var mean = column.Average();
            yield return (mean, Math.Sqrt(column.Average(v => (v - mean) * (v - mean))));
        }
    }
}

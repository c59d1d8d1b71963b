using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels.Random;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace EvenKeel.Tests.Modules;

/// <summary>A convolution measures its output for the normalizer that follows it, and for nobody else.</summary>
public class MeasuredOutputTests
{
    private static readonly Shape Image = new(8, 8, 9, 16);

    [Theory]
    [InlineData("bn")]
    [InlineData("bn(place=added-to-scale)")]
    [InlineData("bn(p=1)")]
    [InlineData("bn(p=topk,k=4)")]
    [InlineData("mobn")]
    public void GivesWhatAPassOverItGives(string scheme)
    {
        var (measured, moments) = Run(scheme, between: false, PassMode.Train);
        var (passed, none) = Run(scheme, between: true, PassMode.Train);
        Assert.True(moments);
        Assert.False(none);
        Assert.Equal(passed.Length, measured.Length);
        for (var i = 0; i < passed.Length; i++) Assert.InRange(measured[i] - passed[i], -2e-5, 2e-5);
    }

    [Theory]
    [InlineData("ghost(size=4)")]
    [InlineData("bn(round=all)")]
    [InlineData("gn(groups=4)")]
    public void IsLeftOutWhereTheNormalizerMeasuresOtherwise(string scheme) =>
        Assert.False(Run(scheme, between: false, PassMode.Train).Measured);

    [Fact]
    public void IsLeftOutInEvaluation() => Assert.False(Run("bn", between: false, PassMode.Evaluate).Measured);

    private static (float[] Numbers, bool Measured) Run(string scheme, bool between, PassMode mode)
    {
        using var backend = new CpuBackend(2);
        var shape = new Shape(3, 3, 16, 32);
        var root = new Sequential().Add("conv", new Conv2d(shape, new PlainWeight(shape, new NormalInit(0.2f)), null, 1, 1, Activation.Identity));
        if (between) root.Add("between", new EvenKeel.Modules.Dropout(0f));
        root.Add("norm", Scheme.Parse(scheme).Activation(32, Activation.Relu)!);
        var network = new Network(root, Image, backend, seed: 3);
        var measured = false;
        network.Tape.Begin(recording: true);
        var x = network.RentInput(Image[0]);
        backend.FillGaussian(new RandomStream(7, 0), 0.5f, 1f, x);
        var pass = new Pass(network.Tape, mode, seed: 1)
        {
            Watch = (module, value) => measured |= module is Conv2d && value.Moments is not null,
        };
        var y = network.Forward(pass, x);
        var numbers = y.ToArray();
        network.Tape.Backward(y, [.. Enumerable.Range(0, numbers.Length).Select(i => 1e-3f * ((i % 7) - 3))]);
        return ([.. numbers, .. network.Parameters.SelectMany(p => p.Value.Gradient!.ToArray())], measured);
    }
}

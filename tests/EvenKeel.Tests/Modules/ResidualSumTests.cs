using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels.Random;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;
using EvenKeel.Tests.Norms;

namespace EvenKeel.Tests.Modules;

/// <summary>A normalizer at the end of a residual block adds the shortcut in its own pass: the same bits as in two.</summary>
public class ResidualSumTests
{
    private static readonly Shape Image = new(6, 5, 5, 6);

    /// <summary>Every method that normalizes activations.</summary>
    public static TheoryData<string> Schemes() =>
    [
        .. SmallNetwork.Schemes().Select(row => row.Data).Append("bn(round=all)").Append("bn(round=gradient)")
            .Where(s => Scheme.Parse(s).Activation(6, Activation.Identity) is not null),
    ];

    [Theory]
    [MemberData(nameof(Schemes))]
    public void AreTheSameBitsUnderEveryMethod(string scheme) => AreTheSameBits(scheme, 0f);

    [Theory]
    [InlineData("bn", 0.1f)]
    [InlineData("bn", 1f)]
    [InlineData("bn(p=1)", 0.1f)]
    public void AreTheSameBits(string scheme, float slope)
    {
        foreach (var projected in (bool[])[false, true])
        {
            var (fused, _) = Run(scheme, slope, projected, watched: false);
            var (apart, _) = Run(scheme, slope, projected, watched: true);
            Assert.Equal(apart, fused);
            Assert.All(fused, v => Assert.True(float.IsFinite(v)));
        }
    }

    // Rounded outputs, and group normalization with its own kernel, leave the sum to a second operation.
    [Theory]
    [InlineData("bn", 1)]
    [InlineData("bn(p=1)", 1)]
    [InlineData("ghost(size=3)", 1)]
    [InlineData("bn(round=gradient)", 1)]
    [InlineData("bn(round=output)", 0)]
    [InlineData("gn(groups=3)", 0)]
    public void SaveAnOperation(string scheme, int saved)
    {
        var (_, fused) = Run(scheme, 0f, projected: false, watched: false);
        var (_, apart) = Run(scheme, 0f, projected: false, watched: true);
        Assert.Equal(apart - saved, fused);
    }

    // The block reads what the layer before made as its shortcut and, normalized, as its body.
    [Fact]
    public void HoldWhereTheBodyIsANormalizerAlone()
    {
        var (fused, _) = Run("bn", 0f, projected: false, watched: false, bare: true);
        var (apart, _) = Run("bn", 0f, projected: false, watched: true, bare: true);
        Assert.Equal(apart, fused);
    }

    private static (float[] Numbers, int Operations) Run(string scheme, float slope, bool projected, bool watched, bool bare = false)
    {
        using var backend = new CpuBackend(2);
        var norm = Scheme.Parse(scheme).Activation(6, Activation.Identity)!;
        var body = new Sequential();
        if (!bare) body.Add("conv", Map());
        body.Add("norm", norm);
        var side = projected ? new Sequential().Add("conv", Map()).Add("norm", Scheme.Parse("bn").Activation(6, Activation.Identity)!) : null;
        var root = new Sequential()
            .Add("stem", Map())
            .Add("block", new Residual(body, side, new Activation(slope)))
            .Add("next", Map());
        var network = new Network(root, Image, backend, seed: 3);
        var numbers = new List<float>();
        var operations = 0;
        for (var step = 0U; step < 2; step++)
        {
            network.ClearGradients();
            network.Tape.Begin(recording: true);
            var x = network.RentInput(Image[0]);
            backend.FillGaussian(new RandomStream(7, step), 0f, 1f, x);
            var pass = new Pass(network.Tape, PassMode.Train, seed: 1, step) { Watch = watched ? (_, _) => { } : null };
            var y = network.Forward(pass, x);
            operations = network.Tape.Count;
            numbers.AddRange(y.ToArray());
            network.Tape.Backward(y, [.. Enumerable.Range(0, y.Shape.Length).Select(i => 0.1f * ((i % 7) - 3))]);
            foreach (var parameter in network.Parameters) numbers.AddRange(parameter.Value.Gradient!.ToArray());
        }

        return ([.. numbers], operations);
    }

    private static Conv2d Map()
    {
        var shape = new Shape(3, 3, 6, 6);
        return new Conv2d(shape, new PlainWeight(shape, new NormalInit(0.3f)), null, 1, 1, Activation.Identity);
    }
}

using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels.Random;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace EvenKeel.Tests.Norms;

/// <summary>The precision study: values are rounded where the option says, as the platform rounds to half precision.</summary>
public class RoundedBatchNormTests
{
    private const int Rows = 24;

    [Theory]
    [InlineData("output")]
    [InlineData("input")]
    [InlineData("mean")]
    [InlineData("centred")]
    [InlineData("square")]
    [InlineData("scale")]
    [InlineData("input/centred/scale/output")]
    public void ValuesAreRoundedWhereSaid(string round)
    {
        var x = Numbers(1.7f, 3f);
        var output = Run($"bn(round={round},affine=false)", x).Output;
        double R(string what, double value) => round.Split('/').Contains(what) ? (double)(Half)(float)value : value;
        var input = x.Select(v => R("input", v)).ToArray();
        var mean = R("mean", input.Average());
        var centred = input.Select(v => R("centred", v - mean)).ToArray();
        var scale = R("scale", Math.Sqrt(centred.Average(c => R("square", c * c)) + 1e-5f));
        var expected = centred.Select(c => R("output", c / scale)).ToArray();

        // A value on the edge between two neighbours may go the other way where float and double differ.
        var off = expected.Zip(output).Count(p => Math.Abs(p.First - p.Second) > 2e-6 * Math.Max(1, Math.Abs(p.First)));
        Assert.InRange(off, 0, 1);
        Assert.NotEqual(Run("bn(affine=false)", x).Output, output);
    }

    [Fact]
    public void TheGradientIsRounded()
    {
        var x = Numbers(0f, 1f);
        var exact = Run("bn(affine=false)", x).Gradient;
        var rounded = Run("bn(round=gradient,affine=false)", x).Gradient;
        Assert.All(rounded, g => Assert.Equal((float)(Half)g, g));
        Assert.Contains(exact, g => (float)(Half)g != g);
        for (var i = 0; i < Rows; i++) Assert.Equal(exact[i], rounded[i], 1e-3f);
    }

    // 300² is beyond 65,504, the largest half; the mean absolute deviation is not.
    [Theory]
    [InlineData("bn(round=square,affine=false)", 200f, true)]
    [InlineData("bn(round=square,affine=false)", 300f, false)]
    [InlineData("bn(round=all,affine=false)", 300f, false)]
    [InlineData("bn(p=1,round=all,affine=false)", 300f, true)]
    [InlineData("bn(round=square,format=bfloat16,affine=false)", 300f, true)]
    public void SquaresOverflowInHalfPrecisionAndAbsoluteValuesDoNot(string scheme, float deviation, bool survives)
    {
        var x = Enumerable.Range(0, Rows).Select(i => i % 2 == 0 ? deviation : -deviation).ToArray();
        var output = Run(scheme, x).Output;

        // An infinite scale makes the channel zero: its information is lost.
        if (survives) Assert.All(output, y => Assert.InRange(Math.Abs(y), 0.7f, 1.01f));
        else Assert.All(output, y => Assert.True(y == 0f || float.IsNaN(y), $"{y}"));
    }

    private static (float[] Output, float[] Gradient) Run(string scheme, float[] x)
    {
        using var backend = new CpuBackend(1);
        var root = new Sequential().Add("input", new Held()).Add("norm", Scheme.Parse(scheme).Activation(1, Activation.Identity)!);
        var network = new Network(root, new Shape(Rows, 1), backend, seed: 1);
        network.Parameters[0].Value.CopyFrom(x);
        network.Tape.Begin(recording: true);
        var y = network.Forward(new Pass(network.Tape, PassMode.Train), network.RentInput(Rows));
        var output = y.ToArray();
        network.Tape.Backward(y, Numbers(0f, 1f));
        return (output, network.Parameters[0].Value.Gradient!.ToArray());
    }

    private static float[] Numbers(float center, float halfWidth)
    {
        var stream = new RandomStream(8, 3);
        return [.. Enumerable.Range(0, Rows).Select(i => center + halfWidth * (2f * stream.Uniform((ulong)(i * i)) - 1f))];
    }

    private sealed class Held : Module
    {
        private readonly Parameter _x;

        public Held() => _x = Parameter("x", new Shape(Rows, 1), ParameterKind.Weight, Init.Constant(0f));

        public override Tensor Forward(Pass pass, Tensor x) => pass.Tape.Scale(_x.Value, 1f);
    }
}

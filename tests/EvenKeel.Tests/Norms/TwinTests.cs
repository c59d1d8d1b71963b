using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels.Random;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;
using EvenKeel.Tests.Reference;

namespace EvenKeel.Tests.Norms;

/// <summary>Methods without golden vectors against double-precision twins: output and every gradient.</summary>
public class TwinTests
{
    private const double Epsilon = 1e-5f;

    // 38 rows divide into neither 5 nor 3 runs: the last takes the rest.
    [Theory]
    [InlineData(5, 7)]
    [InlineData(3, 11)]
    [InlineData(1, 3)]
    public void Range(int runs, int channels) => Check(
        $"range(runs={runs})", new Shape(2, 19, 1, channels), (x, p) => NormReference.Range(x, p["gamma"], p["beta"], runs, Epsilon));

    [Theory]
    [InlineData(3, 6, 5)]
    [InlineData(2, 6, 17)]
    [InlineData(8, 5, 3)]
    public void Ghost(int size, int samples, int channels) => Check(
        $"ghost(size={size})", new Shape(samples, 3, 2, channels), (x, p) => NormReference.Ghost(x, p["gamma"], p["beta"], samples, size, Epsilon));

    [Theory]
    [InlineData(2, 6)]
    [InlineData(5, 5)]
    [InlineData(3, 21)]
    public void Slabs(int groups, int channels) => Check(
        $"gn-slabs(groups={groups})", new Shape(3, 5, 3, channels), (x, p) => NormReference.Slabs(x, p["gamma"], p["beta"], 3, groups, Epsilon));

    [Theory]
    [InlineData("unbiased", 5)]
    [InlineData("biased", 17)]
    public void Switchable(string instance, int channels) => Check(
        $"switch(instance={instance})", new Shape(4, 3, 2, channels), (x, p) => NormReference.Switchable(
            x, p["gamma"], p["beta"], p["mean_weight"], p["var_weight"], 4, instance == "unbiased", Epsilon));

    private static void Check(string scheme, Shape shape, Func<double[], Dictionary<string, double[]>, double[]> twin)
    {
        using var backend = new CpuBackend(2);

        // The input is a parameter, so that its gradient can be read.
        var layer = Scheme.Parse(scheme).Activation(shape.Channels, Activation.Identity)!;
        var root = new Sequential().Add("input", new Held(shape)).Add("norm", layer);
        var network = new Network(root, shape, backend, seed: 1);
        foreach (var parameter in network.Parameters)
            parameter.Value.CopyFrom(Numbers(parameter.Shape.Length, RandomUses.Of(parameter.Name), parameter.Name == "input.x" ? 3f : 0.2f));
        network.Tape.Begin(recording: true);
        var y = network.Forward(new Pass(network.Tape, PassMode.Train), network.RentInput(shape[0]));
        var dy = Numbers(shape.Length, 7, 0f);
        var output = y.ToArray();
        network.Tape.Backward(y, dy);

        var exact = network.Parameters.ToDictionary(
            p => p.Name.Split('.')[1], p => p.Value.ToArray().Select(v => (double)v).ToArray(), StringComparer.Ordinal);
        var upstream = dy.Select(v => (double)v).ToArray();
        AssertClose(twin(exact["x"], exact), output, 1e-5, $"{scheme}, output");
        foreach (var parameter in network.Parameters)
        {
            var name = parameter.Name.Split('.')[1];
            var expected = NormReference.Gradient(exact[name], upstream, () => twin(exact["x"], exact));
            AssertClose(expected, parameter.Value.Gradient!.ToArray(), 3e-5, $"{scheme}, gradient of {name}");
        }
    }

    private static void AssertClose(double[] expected, float[] actual, double tolerance, string what)
    {
        var size = expected.Max(Math.Abs) + 1e-6;
        var error = expected.Zip(actual).Max(p => Math.Abs(p.First - p.Second)) / size;
        Assert.True(error <= tolerance, $"{what}: error {error:E2}");
    }

    private static float[] Numbers(int count, uint use, float center)
    {
        var stream = new RandomStream(8, use);
        return [.. Enumerable.Range(0, count).Select(i => center + 2f * stream.Uniform((ulong)i) - 1f)];
    }

    // Gives a parameter instead of its input.
    private sealed class Held : Module
    {
        private readonly Parameter _x;

        public Held(Shape shape) => _x = Parameter("x", shape, ParameterKind.Weight, Init.Constant(0f));

        public override Tensor Forward(Pass pass, Tensor x) => pass.Tape.Scale(_x.Value, 1f);
    }
}

using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels.Random;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace EvenKeel.Tests.Modules;

/// <summary>Whole networks against differences of their loss, along a random direction in each parameter.</summary>
public class NetworkGradientTests
{
    private static readonly Shape Image = new(4, 9, 7, 2);
    private static readonly int[] Labels = [0, 2, 1, 2];

    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (var shortcut in new[] { "identity", "projection", "padded" })
            foreach (var scheme in new[] { "none", "bn", "wn+mobn" }) data.Add(shortcut, scheme);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void GradientsMatchDirectionalDifferences(string shortcut, string scheme)
    {
        using var backend = new CpuBackend(1);
        var network = new Network(Make(shortcut, Scheme.Parse(scheme)), Image, backend, seed: 5);
        network.ClearGradients();
        network.Tape.Backward(Loss(network, record: true).Value);
        foreach (var parameter in network.Parameters)
        {
            var gradient = parameter.Value.Gradient!.ToArray();
            var start = parameter.Value.ToArray();
            var stream = new RandomStream(9, RandomUses.Of(parameter.Name));
            var direction = start.Select((_, i) => stream.Uniform((ulong)i) - 0.5f).ToArray();
            var length = Math.Sqrt(direction.Sum(d => (double)d * d));
            const double step = 1e-2;
            double At(double t)
            {
                parameter.Value.CopyFrom([.. start.Select((s, i) => (float)(s + t * direction[i] / length))]);
                return Loss(network, record: false).Mean;
            }

            var measured = (8 * (At(step) - At(-step)) - (At(2 * step) - At(-2 * step))) / (12 * step);
            parameter.Value.CopyFrom(start);
            var computed = gradient.Select((g, i) => (double)g * direction[i] / length).Sum();
            var size = Math.Sqrt(gradient.Sum(g => (double)g * g));
            Assert.True(
                Math.Abs(measured - computed) <= 3e-4 + 2e-3 * size,
                $"{shortcut}, {scheme}, {parameter.Name}: computed {computed:E4}, measured {measured:E4}, gradient norm {size:E3}");
        }
    }

    [Fact]
    public void APaddedShortcutTakesEverySecondPixelAndAddsZeros()
    {
        using var backend = new CpuBackend(1);
        var network = new Network(new PaddedShortcut(2, 5, 2), new Shape(1, 3, 4, 2), backend, seed: 1);
        network.Tape.Begin(recording: false);
        var x = network.RentInput(1);
        x.CopyFrom([.. Enumerable.Range(1, 24).Select(i => (float)i)]);
        var y = network.Forward(new Pass(network.Tape, PassMode.Evaluate), x);
        Assert.Equal(new Shape(1, 2, 2, 5), y.Shape);
        Assert.Equal([1f, 2, 0, 0, 0, 5, 6, 0, 0, 0, 17, 18, 0, 0, 0, 21, 22, 0, 0, 0], y.ToArray());
        Assert.Equal(0, network.ParameterCount);
    }

    // Noise of a seed and step is the same in each pass, so the loss has a gradient.
    [Fact]
    public void UniformNoiseIsActiveInTrainingAndPassesGradients()
    {
        using var backend = new CpuBackend(2);
        var shape = new Shape(1, 1, 2, 2);
        var map = new Conv2d(shape, new PlainWeight(shape, new NormalInit(0.3f)), null, 1, 0, Activation.Identity);
        var network = new Network(new Sequential().Add("map", map).Add("noise", new UniformNoise(0.25f)), Image, backend, seed: 5);
        float[] Output(PassMode mode, uint step)
        {
            network.Tape.Begin(recording: false);
            var x = network.RentInput(Image[0]);
            backend.Fill(1f, x);
            return network.Forward(new Pass(network.Tape, mode, 1, step), x).ToArray();
        }

        float[] quiet = Output(PassMode.Evaluate, 1), noisy = Output(PassMode.Train, 1);
        var noise = noisy.Zip(quiet, (a, b) => a - b).ToArray();
        Assert.All(noise, n => Assert.InRange(n, -0.2501f, 0.2501f));
        Assert.InRange(noise.Max() - noise.Min(), 0.45f, 0.5f);
        Assert.Equal(noisy, Output(PassMode.Train, 1));
        Assert.NotEqual(noisy, Output(PassMode.Train, 2));

        network.Tape.Begin(recording: true);
        var input = network.RentInput(Image[0]);
        backend.Fill(1f, input);
        var y = network.Forward(new Pass(network.Tape, PassMode.Train, 1, 1), input);
        network.Tape.Backward(y, [.. Enumerable.Repeat(1f, y.Shape.Length)]);
        Assert.All(network.Parameters[0].Value.Gradient!.ToArray(), g => Assert.Equal(Image.Rows, g));
    }

    // No activations: kinks would spoil the differences.
    private static Sequential Make(string shortcut, Scheme scheme)
    {
        var outputs = shortcut == "identity" ? 3 : 5;
        var stride = shortcut == "identity" ? 1 : 2;
        Module? side = shortcut switch
        {
            "identity" => null,
            "projection" => Unit("conv", 3, outputs, 1, 0, stride),
            _ => new PaddedShortcut(3, outputs, stride),
        };
        var body = new Sequential().Add("a", Unit("conv", 3, 4, 3, 1, stride)).Add("b", Unit("conv", 4, outputs, 3, 1, 1));
        return new Sequential()
            .Add("stem", Unit("conv", 2, 3, 3, 1, 1))
            .Add("block", new Residual(body, side, Activation.Identity))
            .Add("pool", new AveragePool2d(2, 2))
            .Add("average", new GlobalAveragePool())
            .Add("dense", new Linear(new Shape(outputs, 3), new PlainWeight(new Shape(outputs, 3), new NormalInit(0.5f)), Init.Constant(0f), Activation.Identity));

        Sequential Unit(string name, int inputs, int channels, int kernel, int padding, int step)
        {
            var shape = new Shape(kernel, kernel, inputs, channels);
            var norm = scheme.Activation(channels, Activation.Identity);
            var unit = new Sequential().Add(
                name,
                new Conv2d(shape, scheme.Weight(shape, new NormalInit(0.3f)), norm is null ? Init.Constant(0.1f) : null, step, padding, Activation.Identity));
            return norm is null ? unit : unit.Add("norm", norm);
        }
    }

    private static BatchLoss Loss(Network network, bool record)
    {
        network.Tape.Begin(record);
        var x = network.RentInput(Image[0]);
        var stream = new RandomStream(1, 1);
        x.CopyFrom([.. Enumerable.Range(0, Image.Length).Select(i => 2f * stream.Uniform((ulong)i) - 1f)]);
        return network.Tape.SoftmaxCrossEntropy(network.Forward(new Pass(network.Tape, PassMode.Train, 1), x), Labels);
    }
}

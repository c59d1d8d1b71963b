using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels.Random;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace EvenKeel.Tests.Autograd;

/// <summary>The operations for layers without a backward pass of their own.</summary>
public class ChannelOpsTests
{
    private static readonly Shape Image = new(3, 5, 3, 7);

    // Uses every operation, the input three times: gradients are set once and added to after that.
    [Fact]
    public void BatchNormalizationMadeOfThemIsBatchNormalization()
    {
        using var backend = new CpuBackend(2);
        var (expected, expectedGradients) = Run(new Scheme(new BatchNorm()).Activation(7, Activation.Relu)!, backend);
        var (output, gradients) = Run(new Composed(), backend);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], output[i], 1e-5f);
        Assert.Equal(["before.bias", "before.weight", "norm.beta", "norm.gamma"], gradients.Keys);
        foreach (var (name, gradient) in gradients)
            for (var i = 0; i < gradient.Length; i++) Assert.Equal(expectedGradients[name][i], gradient[i], 1e-4f);
    }

    [Fact]
    public void ShapesThatDoNotFitAreRefused()
    {
        using var backend = new CpuBackend(1);
        var tape = new Tape(backend);
        tape.Begin(recording: false);
        Tensor x = tape.Rent(Image), three = tape.Rent(new Shape(3));
        Assert.Contains("has 7 channels", Assert.Throws<ArgumentException>(() => tape.ChannelScale(x, three)).Message, StringComparison.Ordinal);
        Assert.Contains("has 7 channels", Assert.Throws<ArgumentException>(() => tape.ChannelAdd(x, three)).Message, StringComparison.Ordinal);
        Assert.Contains("Cannot multiply", Assert.Throws<ArgumentException>(() => tape.Multiply(x, three)).Message, StringComparison.Ordinal);
    }

    private static (float[] Output, SortedDictionary<string, float[]> Gradients) Run(NormLayer layer, CpuBackend backend)
    {
        var shape = new Shape(1, 1, 7, 7);
        var root = new Sequential()
            .Add("before", new Conv2d(shape, new PlainWeight(shape, new NormalInit(0.5f)), Init.Constant(0.3f), 1, 0, Activation.Identity))
            .Add("norm", layer);
        var network = new Network(root, Image, backend, seed: 3);
        foreach (var parameter in network.Parameters.Where(p => p.Name.StartsWith("norm", StringComparison.Ordinal)))
            parameter.Value.CopyFrom(Numbers(7, (uint)parameter.Kind));
        network.Tape.Begin(recording: true);
        var x = network.RentInput(3);
        x.CopyFrom(Numbers(Image.Length, 10));
        var y = network.Forward(new Pass(network.Tape, PassMode.Train, 1), x);
        var output = y.ToArray();
        network.Tape.Backward(y, Numbers(Image.Length, 11));
        return (output, new(network.Parameters.ToDictionary(p => p.Name, p => p.Value.Gradient!.ToArray()), StringComparer.Ordinal));
    }

    private static float[] Numbers(int count, uint use)
    {
        var stream = new RandomStream(4, use);
        return [.. Enumerable.Range(0, count).Select(i => 2f * stream.Uniform((ulong)i) - 0.8f)];
    }

    private sealed class Composed : NormLayer
    {
        private readonly Parameter _gamma;
        private readonly Parameter _beta;

        public Composed()
            : base(7, Activation.Relu)
        {
            _gamma = Parameter("gamma", new Shape(7), ParameterKind.Gain, Init.Constant(1f));
            _beta = Parameter("beta", new Shape(7), ParameterKind.Bias, Init.Constant(0f));
        }

        public override Tensor Forward(Pass pass, Tensor x)
        {
            var t = pass.Tape;
            var centred = t.ChannelAdd(x, t.Scale(t.ChannelMean(x), -1f));
            var scale = t.InverseRoot(t.ChannelMean(t.Multiply(centred, centred)), 1e-5f);
            var normalized = t.ChannelScale(centred, t.Multiply(scale, _gamma.Value));
            return t.Activate(t.ChannelAdd(normalized, _beta.Value), Activation);
        }
    }
}

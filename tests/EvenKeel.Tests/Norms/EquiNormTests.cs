using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels.Random;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Optim;
using EvenKeel.Tensors;

namespace EvenKeel.Tests.Norms;

public class EquiNormTests
{
    private static readonly Shape Image = new(3, 16, 16, 3);

    [Theory]
    [InlineData("mlp-18-bias", "enorm")]
    [InlineData("mlp-18-bias", "enorm(c=1.2,cycles=5)")]
    [InlineData("mlp-18-bias", "enorm(p=1,order=stale,last=false)")]
    [InlineData("convpool-cnn-c", "enorm(cycles=3)")]
    [InlineData("fashion-cnn", "enorm(cycles=3)")]
    [InlineData("resnet-20", "enorm(cycles=3)")]
    [InlineData("resnet-20-a", "enorm(c=0.9,cycles=3)")]
    [InlineData("resnet-20", "enorm(cycles=3,bn=exact)+bn")]
    [InlineData("fashion-cnn", "enorm(cycles=3,bn=exact)+bn")]
    public void TheFunctionIsKept(string model, string scheme)
    {
        using var backend = new CpuBackend(2);
        var network = Make(model, scheme, backend);
        var before = Output(network);
        var weights = Weights(network);
        Norm(scheme).Balance(network);
        Assert.InRange(Difference(Weights(network), weights), 0.1, double.MaxValue);
        Assert.InRange(Difference(Output(network), before), 0, 1e-5);
    }

    [Fact]
    public void SeeingThroughNormalizersChangesTheFunction()
    {
        using var backend = new CpuBackend(2);
        var network = Make("resnet-20", "enorm+bn", backend);
        var before = Output(network);
        Norm("enorm+bn").Balance(network);
        Assert.InRange(Difference(Output(network), before), 1e-2, double.MaxValue);
    }

    [Theory]
    [InlineData(1f)]
    [InlineData(1.2f)]
    public void ConsecutiveNormsComeToHaveTheRatio(float ratio)
    {
        using var backend = new CpuBackend(1);
        var network = Make("mlp-4", "none", backend);
        var moved = new EquiNorm { Ratio = ratio, Cycles = 400 }.Balance(network);
        Assert.InRange(moved, 1, 1 + 1e-4);
        var norms = network.Parameters.Where(p => p.Kind == ParameterKind.Weight).Select(p => Math.Sqrt(Squares(p))).ToArray();
        for (var k = 1; k < norms.Length; k++) Assert.Equal(ratio, norms[k] / norms[k - 1], 1e-3);
    }

    [Fact]
    public void StaleNormsComeToTheSameFixedPointAnotherWay()
    {
        using var backend = new CpuBackend(1);
        Network fresh = Make("mlp-2", "none", backend), stale = Make("mlp-2", "none", backend);
        new EquiNorm().Balance(fresh);
        new EquiNorm { Order = BalanceOrder.Stale }.Balance(stale);
        Assert.InRange(Difference(Weights(stale), Weights(fresh)), 1e-3, double.MaxValue);
        new EquiNorm { Cycles = 300 }.Balance(fresh);
        new EquiNorm { Order = BalanceOrder.Stale, Cycles = 300 }.Balance(stale);
        Assert.InRange(Difference(Weights(stale), Weights(fresh)), 0, 1e-3);
    }

    [Fact]
    public void TheSumOfSquaresNeverGrowsAtRatioOne()
    {
        using var backend = new CpuBackend(1);
        var network = Make("resnet-20", "none", backend);
        var squares = network.Parameters.Where(p => p.Kind == ParameterKind.Weight).Sum(Squares);
        for (var cycle = 0; cycle < 10; cycle++)
        {
            new EquiNorm().Balance(network);
            var next = network.Parameters.Where(p => p.Kind == ParameterKind.Weight).Sum(Squares);
            Assert.InRange(next, 0, squares * (1 + 1e-7));
            squares = next;
        }
    }

    // The block's second map writes the stream, which is balanced first, and then reads the block's own channels: their
    // norms count as the stream left them, and in one cycle nothing moves them afterwards.
    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    public void NormsAreThoseThatTheGroupsBeforeLeft(int power)
    {
        using var backend = new CpuBackend(1);
        var block = new Sequential().Add("first", Map(4, 5, Activation.Relu)).Add("second", Map(5, 4, Activation.Identity));
        var root = new Sequential().Add("stem", Map(3, 4, Activation.Relu)).Add("block", new Residual(block, null, Activation.Relu))
            .Add("last", Map(4, 2, Activation.Identity));
        var network = new Network(root, new Shape(1, 3), backend, seed: 3);
        new EquiNorm { Power = power }.Balance(network);
        float[] first = Weight("block.body.first"), second = Weight("block.body.second");
        for (var channel = 0; channel < 5; channel++)
        {
            var written = Enumerable.Range(0, 4).Sum(i => Math.Pow(Math.Abs(first[i * 5 + channel]), power));
            var read = Enumerable.Range(0, 4).Sum(o => Math.Pow(Math.Abs(second[channel * 4 + o]), power));
            Assert.Equal(written, read, written * 1e-5);
        }

        float[] Weight(string name) => network.Parameters.Single(p => p.Name.StartsWith(name, StringComparison.Ordinal)).Value.ToArray();

        static Linear Map(int inputs, int outputs, Activation activation) =>
            new(new Shape(inputs, outputs), new PlainWeight(new Shape(inputs, outputs), Init.Named("he", inputs, 0f).Weight), null, activation);
    }

    [Fact]
    public void TheLastLayerCanBeLeftAlone()
    {
        using var backend = new CpuBackend(1);
        var network = Make("mlp-2", "none", backend);
        var last = network.Parameters[^1].Value;
        var before = last.ToArray();
        new EquiNorm { Last = false, Cycles = 3 }.Balance(network);
        Assert.Equal(before, last.ToArray());
    }

    // A buffer that holds the gradient must hold the gradient of the balanced network afterwards.
    [Theory]
    [InlineData("sgd")]
    [InlineData("adam")]
    [InlineData("adamax")]
    public void OptimizerBuffersMoveAlong(string kind)
    {
        using var backend = new CpuBackend(1);
        var network = Make("resnet-20", "none", backend);
        Optimizer optimizer = kind switch
        {
            "sgd" => new Sgd(network, momentum: 0.9),
            "adam" => new Adam(network),
            _ => new Adam(network, AdamKind.Adamax) { Epsilon = 1e-30 },
        };
        Step(network, optimizer);
        new EquiNorm { Cycles = 2 }.Balance(network, optimizer);
        var fresh = Make("resnet-20", "none", backend);
        foreach (var (to, from) in fresh.State().Zip(network.State())) to.Value.CopyFrom(from.Value.ToArray());
        Optimizer expected = kind switch
        {
            "sgd" => new Sgd(fresh, momentum: 0.9),
            "adam" => new Adam(fresh),
            _ => new Adam(fresh, AdamKind.Adamax) { Epsilon = 1e-30 },
        };
        Step(fresh, expected);
        foreach (var (moved, anew) in optimizer.State.Zip(expected.State))
            Assert.True(Difference(moved.Value.ToArray(), anew.Value.ToArray()) < 2e-4, moved.Name);
    }

    // Where no hook acts before it, a balance is done as soon as its parameters and those of the ones before moved. With a
    // frozen one it waits for the hook, with stale norms all do.
    [Theory]
    [InlineData("mlp-3-bias", "enorm(cycles=2)", false)]
    [InlineData("mlp-3-bias", "enorm(order=stale,cycles=2)", false)]
    [InlineData("mlp-3-bias", "enorm", true)]
    [InlineData("resnet-20", "enorm(momentum=false)", false)]
    [InlineData("resnet-20", "enorm(bn=exact,cycles=2)+bn", true)]
    public void BalancingEarlyChangesNoBit(string model, string scheme, bool frozen)
    {
        using var backend = new CpuBackend(2);
        float[]? first = null, firstMoved = null;
        foreach (var early in (bool[])[false, true])
        {
            var network = Make(model, scheme, backend);
            if (frozen) network.Parameters[2].Trainable = false;
            var optimizer = new Sgd(network, momentum: 0.9);
            var hooks = early
                ? Scheme.Parse(scheme).Hooks(network, optimizer)
                : [.. Scheme.Parse(scheme).Norms.Select(n => n.Hook(network, optimizer)).OfType<StepHook>()];
            Assert.Equal(early, optimizer.Moved is not null);
            for (var step = 1; step <= 3; step++)
            {
                Step(network, optimizer, 0.01);
                var moved = Weights(network);
                firstMoved ??= moved;
                if (step == 1 && early && !frozen)
                    Assert.Equal(scheme.Contains("stale", StringComparison.Ordinal), moved.AsSpan().SequenceEqual(firstMoved));
                foreach (var hook in hooks) hook.AfterUpdate(new StepTime(step, 0));
            }

            float[] all = [.. Weights(network), .. optimizer.State.SelectMany(s => s.Value.ToArray())];
            first ??= all;
            Assert.True(first.AsSpan().SequenceEqual(all));
        }
    }

    [Fact]
    public void NothingIsDoneEarlyBehindAnotherHook()
    {
        using var backend = new CpuBackend(1);
        var network = Make("mlp-2", "none", backend);
        var optimizer = new Sgd(network);
        Assert.Equal(2, Scheme.Parse("normschedule(growth=2)+enorm").Hooks(network, optimizer).Count);
        Assert.Null(optimizer.Moved);
    }

    [Fact]
    public void DeadChannelsStayAndHarmNobody()
    {
        using var backend = new CpuBackend(1);
        var network = Make("mlp-2", "none", backend);
        var first = network.Parameters[0].Value;
        var weights = first.ToArray();
        for (var i = 0; i < weights.Length; i += first.Shape.Channels) weights[i] = 0f;
        first.CopyFrom(weights);
        var before = Output(network);
        new EquiNorm { Cycles = 3 }.Balance(network);
        Assert.InRange(Difference(Output(network), before), 0, 1e-5);
    }

    [Theory]
    [InlineData("enorm(c=0)", "expected a number above 0")]
    [InlineData("enorm(cycles=0)", "expected 1 or more")]
    [InlineData("enorm(p=3)", "expected 1 or 2")]
    [InlineData("enorm+wn", "enorm balances weights that are stored as they are, but layer stem has a weight map of another method")]
    [InlineData("enorm(bn=exact)+bn(affine=false)", "layer stem.norm has none that it could")]
    public void MistakesAreExplained(string scheme, string part)
    {
        using var backend = new CpuBackend(1);
        var error = Assert.Throws<UserException>(() =>
        {
            var network = Make("resnet-20", scheme, backend);
            Scheme.Parse(scheme).Hooks(network, new Sgd(network));
        });
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ANetworkWithNothingToBalanceIsRefused()
    {
        using var backend = new CpuBackend(1);
        var shape = new Shape(3, 2);
        var network = new Network(
            new Linear(shape, new PlainWeight(shape, Init.Constant(1f)), null, Activation.Identity), new Shape(1, 3), backend, 1);
        var error = Assert.Throws<UserException>(() => new EquiNorm().Balance(network));
        Assert.Contains("because they are the network's input; they are the network's output", error.Message, StringComparison.Ordinal);
    }

    private static EquiNorm Norm(string scheme) => Scheme.Parse(scheme).Norms.OfType<EquiNorm>().Single();

    // Unbalanced on purpose: every output of a layer gets a factor between 1/3 and 3; biases and statistics are not 0.
    private static Network Make(string model, string scheme, CpuBackend backend)
    {
        var spec = new ModelSpec(Image.WithBatch(1), 10, Scheme.Parse(scheme), Width: 0.1);
        var network = new Network(ModelCatalog.Find(model).Build(spec), Image, backend, seed: 1);
        uint use = 1;
        foreach (var (name, value) in network.State())
        {
            if (name.EndsWith("selection", StringComparison.Ordinal)) continue;
            var numbers = value.ToArray();
            var stream = new RandomStream(4, use++);
            var channels = value.Shape.Channels;
            for (var i = 0; i < numbers.Length; i++)
            {
                var random = stream.Uniform((ulong)(i % channels));
                if (value.Shape.Rank > 1) numbers[i] *= MathF.Pow(3f, 2f * random - 1f);
                else numbers[i] += 0.3f * random;
            }

            value.CopyFrom(numbers);
        }

        return network;
    }

    private static float[] Output(Network network)
    {
        network.Tape.Begin(recording: false);
        return network.Forward(new Pass(network.Tape, PassMode.Evaluate), Input(network)).ToArray();
    }

    private static Tensor Input(Network network)
    {
        var x = network.RentInput(Image[0]);
        var stream = new RandomStream(7, 7);
        x.CopyFrom([.. Enumerable.Range(0, x.Shape.Length).Select(i => 2f * stream.Uniform((ulong)i) - 1f)]);
        return x;
    }

    // Without a learning rate the buffers take the gradient and the weights stay.
    private static void Step(Network network, Optimizer optimizer, double learningRate = 0)
    {
        network.ClearGradients();
        network.Tape.Begin(recording: true);
        var logits = network.Forward(new Pass(network.Tape, PassMode.Train, 1), Input(network));
        network.Tape.Backward(network.Tape.SoftmaxCrossEntropy(logits, [1, 5, 9]).Value);
        optimizer.LearningRate = learningRate;
        optimizer.Step();
    }

    private static float[] Weights(Network network) => [.. network.Parameters.SelectMany(p => p.Value.ToArray())];

    private static double Squares(Parameter parameter) => parameter.Value.ToArray().Sum(v => (double)v * v);

    private static double Difference(float[] a, float[] b) =>
        a.Zip(b).Max(p => Math.Abs((double)p.First - p.Second)) / b.Max(v => Math.Abs((double)v));
}

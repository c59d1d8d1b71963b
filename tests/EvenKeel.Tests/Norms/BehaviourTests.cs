using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels.Random;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Optim;
using EvenKeel.Tensors;
using static EvenKeel.Tests.Norms.SmallNetwork;

namespace EvenKeel.Tests.Norms;

/// <summary>What every method must do beside its numbers, by being in the list: clone, train on one image or say why not,
/// fold or say why not, keep its state in evaluation, and be as invariant as it claims.</summary>
public class BehaviourTests
{
    // These need a recorded run, or a perceptron; whole runs train with them elsewhere.
    private static readonly string[] WithoutHook = ["wdmimic", "pathsgd"];

    public static TheoryData<string> Schemes() => SmallNetwork.Schemes();

    [Theory]
    [MemberData(nameof(Schemes))]
    public void ACloneTrainsOnWithTheSameBits(string scheme)
    {
        using var backend = new CpuBackend(1);
        var first = new Training(scheme, backend, seed: 5);
        first.Network.InitializeFromData(Images(), 3);
        first.Step(1);
        var second = new Training(Scheme.Parse(scheme).ToString(), backend, seed: 6);
        Copy(first.State(), second.State());
        first.Step(2);
        second.Step(2);
        foreach (var ((name, a), (other, b)) in first.State().Zip(second.State()))
        {
            Assert.Equal(name, other);
            Assert.Equal(a.ToArray(), b.ToArray());
        }

        Assert.Equal(Logits(first.Network, Images()), Logits(second.Network, Images()));
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void ABatchOfOneTrainsOrIsRefusedWithWaysOut(string scheme)
    {
        using var backend = new CpuBackend(1);
        var network = Make(scheme, backend);
        network.InitializeFromData(Images(), 3);
        var refusal = Record.Exception(() => network.CheckTraining(1));
        if (refusal is not null)
        {
            Assert.IsType<UserException>(refusal);
            Assert.Matches(@"^Layer [abc](\.norm)? .*: use ", refusal.Message);
            var forward = Assert.Throws<UserException>(() => One(network, record: true));
            Assert.Equal(refusal.Message, forward.Message);
            return;
        }

        network.ClearGradients();
        var loss = One(network, record: true);
        network.Tape.Backward(loss.Value);
        Assert.True(double.IsFinite(loss.Mean));
        Assert.All(network.Parameters, p => Assert.DoesNotContain(p.Value.Gradient!.ToArray(), g => !float.IsFinite(g)));
        Assert.Null(network.FirstNonFinite());
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void FoldedNetworksComputeTheSameAndNameWhatStays(string scheme)
    {
        using var backend = new CpuBackend(1);
        var training = new Training(scheme, backend, seed: 5);
        training.Network.InitializeFromData(Images(), 3);
        for (uint step = 1; step <= 3; step++) training.Step(step);
        var folded = training.Network.Fold();
        var stays = Scheme.Parse(scheme).Norms.Any(n => n.Places.HasFlag(NormPlaces.Activations)
            && !Norm.Methods.Single(m => m.Type == n.GetType()).About.Foldable);
        Assert.Equal(!stays, folded.IsComplete);
        Assert.All(folded.Layers.Where(l => l.Kept is not null), l => Assert.EndsWith(".norm", l.Name, StringComparison.Ordinal));
        if (stays) Assert.Contains(folded.Layers, l => l is { Name: "a.norm", Kept.Length: > 0 });
        AssertClose(Logits(training.Network, Images()), Logits(folded.Network, Images()), 2e-5);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void EvaluationChangesNoState(string scheme)
    {
        using var backend = new CpuBackend(1);
        var network = Make(scheme, backend);
        network.InitializeFromData(Images(), 3);
        Step(network, Images());
        var before = Snapshot(network);
        var output = Logits(network, Images());
        Assert.Equal(before, Snapshot(network));
        Assert.Equal(output, Logits(network, Images()));
    }

    // Large weights first: what is left of ε is then far below the tolerance.
    [Theory]
    [MemberData(nameof(Schemes))]
    public void ScaleInvariantWeightsAreScaleInvariant(string scheme)
    {
        using var backend = new CpuBackend(1);
        var network = Make(scheme, backend);
        var invariant = ScaleInvariance.Weights(network);
        foreach (var weight in invariant) Multiply(weight, 100f);
        network.InitializeFromData(Images(), 3);
        var buffers = network.Buffers.Select(b => b.Value.ToArray()).ToArray();
        var expected = TrainingLogits(network);
        foreach (var (buffer, value) in network.Buffers.Zip(buffers)) buffer.Value.CopyFrom(value);
        foreach (var weight in invariant) Multiply(weight, 3f);
        AssertClose(expected, TrainingLogits(network), 2e-4);
    }

    [Theory]
    [InlineData("bn", 3)]
    [InlineData("wn", 3)]
    [InlineData("ws", 3)]
    [InlineData("sn", 3)]
    [InlineData("gn(groups=1)", 3)]
    [InlineData("mobn", 0)]
    [InlineData("brn", 0)]
    [InlineData("in(flat=pass)", 0)]
    [InlineData("switch(flat=pass)", 0)]
    [InlineData("frn(flat=pass)", 0)]
    [InlineData("half", 0)]
    [InlineData("none", 0)]
    public void TheClaimIsNotEmpty(string scheme, int weights)
    {
        using var backend = new CpuBackend(1);
        Assert.Equal(weights, ScaleInvariance.Weights(Make(scheme, backend)).Count);
    }

    // Why linear maps before them need no bias: one constant per channel, or one for all where groups share a mean.
    [Theory]
    [InlineData("bn", true)]
    [InlineData("bn(p=1)", true)]
    [InlineData("bn(p=topk,k=3)", true)]
    [InlineData("bn(p=inf)", true)]
    [InlineData("mobn", true)]
    [InlineData("ghost(size=2)", true)]
    [InlineData("range(runs=3)", true)]
    [InlineData("bcn(groups=2)", true)]
    [InlineData("in", true)]
    [InlineData("gn(groups=2)", false)]
    [InlineData("gn-slabs(groups=2)", false)]
    [InlineData("ln", false)]
    [InlineData("switch", false)]
    public void CentredMethodsTakeAwayAConstant(string scheme, bool perChannel)
    {
        using var backend = new CpuBackend(1);
        var layer = Scheme.Parse(scheme).Activation(6, Activation.LeakyRelu(0.1f))!;
        var shape = new Shape(4, 5, 3, 6);
        var network = new Network(new Sequential().Add("norm", layer), shape, backend, seed: 1);
        var stream = new RandomStream(2, 2);
        var x = Enumerable.Range(0, shape.Length).Select(i => stream.Uniform((ulong)i)).ToArray();
        float[] Output(Func<int, float> constant)
        {
            network.Tape.Begin(recording: false);
            var input = network.RentInput(4);
            input.CopyFrom([.. x.Select((v, i) => v + constant(i % 6))]);
            return network.Forward(new Pass(network.Tape, PassMode.Train), input).ToArray();
        }

        AssertClose(Output(_ => 0f), Output(c => perChannel ? c - 2f : 2f), 1e-4);
    }

    private static BatchLoss One(Network network, bool record)
    {
        network.Tape.Begin(record);
        var x = network.RentInput(1);
        x.CopyFrom(Images().AsSpan(0, Image.Length / Image[0]));
        return network.Tape.SoftmaxCrossEntropy(network.Forward(new Pass(network.Tape, PassMode.Train, 1), x), Labels[..1]);
    }

    private static float[] TrainingLogits(Network network)
    {
        network.Tape.Begin(recording: false);
        var x = network.RentInput(Labels.Length);
        x.CopyFrom(Images());
        return network.Forward(new Pass(network.Tape, PassMode.Train, 1), x).ToArray();
    }

    private static void Multiply(Parameter parameter, float factor) =>
        parameter.Value.CopyFrom([.. parameter.Value.ToArray().Select(w => factor * w)]);

    private static float[] Snapshot(Network network) => [.. network.State().SelectMany(s => s.Value.ToArray())];

    private static void Copy(IEnumerable<(string Name, Tensor Value)> from, IEnumerable<(string Name, Tensor Value)> to)
    {
        foreach (var (source, target) in from.Zip(to)) target.Value.CopyFrom(source.Value.ToArray());
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance)
    {
        var size = expected.Max(v => Math.Abs((double)v)) + 1e-6;
        Assert.All(expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - (double)pair.Second) / size, 0, tolerance));
    }

    // A network with an optimizer and the scheme's hooks.
    private sealed class Training
    {
        private readonly Optimizer _optimizer;
        private readonly IReadOnlyList<StepHook> _hooks;

        public Training(string scheme, CpuBackend backend, ulong seed)
        {
            Network = Make(scheme, backend, seed);
            _optimizer = new Sgd(Network) { LearningRate = 0.05 };
            _hooks = WithoutHook.Contains(scheme) ? [] : Scheme.Parse(scheme).Hooks(Network, _optimizer);
        }

        public Network Network { get; }

        public IEnumerable<(string Name, Tensor Value)> State() => Network.State().Concat(_hooks.SelectMany(h => h.State));

        public void Step(uint step)
        {
            SmallNetwork.Step(Network, Images());
            var time = new StepTime(step, 0);
            foreach (var hook in _hooks) hook.BeforeUpdate(time);
            _optimizer.Step();
            foreach (var hook in _hooks) hook.AfterUpdate(time);
        }
    }
}

using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels;
using EvenKeel.Kernels.Random;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace EvenKeel.Tests.Autograd;

/// <summary>Operations that write over their input, and gradients that take their reader's memory, change no number.</summary>
public class MemoryReuseTests
{
    private static readonly Shape Image = new(2, 4, 4, 5);

    [Fact]
    public void WritingOverAnInputSavesItsMemoryAndKeepsTheBits()
    {
        var (over, saved) = Run(wrapped: false);
        var (apart, full) = Run(wrapped: true);
        Assert.Equal(apart, over);
        Assert.InRange(saved, 1, full - Image.Length * sizeof(float));
    }

    // The shortcut reads what the body's first layer could have written over.
    [Fact]
    public void AnInputThatIsReadTwiceStays()
    {
        using var backend = new CpuBackend(1);
        var norm = new Scheme(new MeanOnlyBatchNorm()).Activation(5, Activation.Relu)!;
        var root = new Sequential().Add("map", Map()).Add("block", new Residual(new Sequential().Add("norm", norm), null, Activation.Identity));
        var network = new Network(root, Image, backend, seed: 3);
        Tensor? mapped = null;
        var (output, pass) = Forward(network, backend, (module, value) =>
        {
            if (module is Conv2d) mapped = value;
        });
        var x = mapped!.ToArray();
        for (var c = 0; c < 5; c++)
        {
            var mean = x.Where((_, i) => i % 5 == c).Average(v => (double)v);
            for (var i = c; i < x.Length; i += 5) Assert.Equal(x[i] + Math.Max(x[i] - mean, 0), output.ToArray()[i], 1e-5);
        }

        Assert.True(pass.Tape.Recording);
    }

    // x reaches the sum three times; two of its gradients come in the memory of what was computed from it.
    [Fact]
    public void GradientsOfAValueThatIsReadOftenAddUp()
    {
        using var backend = new CpuBackend(1);
        var (tape, x) = Recording(backend);
        var y = tape.Add(tape.Add(x, x), tape.Reshape(tape.Activate(x, Activation.Relu), new Shape(2, 3)));
        tape.Backward(y, [1, 2, 3, 4, 5, 6]);
        Assert.Equal([3f, 4, 9, 8, 15, 12], x.Gradient!.ToArray());
    }

    // A sum without activation has no use for its output; one with an activation looks at its sign.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AGradientTakesTheMemoryOfAValueThatNobodyReadsAgain(bool free)
    {
        using var backend = new CpuBackend(1);
        var (tape, x) = Recording(backend);
        var sum = tape.Add(x, x, free ? Activation.Identity : Activation.Relu);
        var place = Place(sum);
        var node = tape.Record<OverValue>(tape.Rent(x.Shape), inputNeedsGradient: true)!;
        node.Input = sum;
        tape.Backward(node.Output, [1, 2, 3, 4, 5, 6]);
        Assert.Equal(free, Place(node.Target!) == place);
        Assert.Equal(free ? [2f, 4, 6, 8, 10, 12] : [2f, 0, 6, 0, 10, 0], x.Gradient!.ToArray());

        static (AlignedBuffer, long) Place(Tensor tensor) => (((CpuStorage)tensor.Storage).Buffer, ((CpuStorage)tensor.Storage).Offset);
    }

    [Fact]
    public void AnHeirGivesMemoryBackInTheOwnersPlace()
    {
        using var backend = new CpuBackend(1);
        var owner = Filled(1f);
        var heir = backend.Inherit(owner);
        backend.Return(owner);
        Filled(2f);
        Assert.All(heir.ToArray(), value => Assert.Equal(1f, value));
        backend.Return(heir);
        Filled(3f);
        Assert.All(heir.ToArray(), value => Assert.Equal(3f, value));

        Tensor Filled(float value)
        {
            var tensor = backend.Rent(new Shape(4, 16));
            backend.Fill(value, tensor);
            return tensor;
        }
    }

    [Fact]
    public void AnotherShapeCostsNoMemory()
    {
        using var backend = new CpuBackend(1);
        var tape = new Tape(backend);
        tape.Begin(recording: false);
        var x = tape.Rent(new Shape(2, 2, 3, 5));
        var bytes = backend.PeakBytes;
        var y = tape.Flatten(x);
        backend.Fill(4f, x);
        Assert.Equal(new Shape(2, 30), y.Shape);
        Assert.All(y.ToArray(), value => Assert.Equal(4f, value));
        Assert.Equal(bytes, backend.PeakBytes);
    }

    [Fact]
    public void AStepThatNeedsMoreThanTheMachineHasIsRefused()
    {
        var budget = new MemoryBudget(bytes: 12 << 20);
        budget.Keep(4 << 20);
        using var arena = new StepArena(budget);
        var first = arena.Rent(new Shape(1 << 20));
        arena.Return(first);
        arena.Rent(new Shape(2 << 20));
        var error = Assert.Throws<UserException>(() => arena.Rent(new Shape(1)));
        Assert.Contains("use a smaller batch", error.Message, StringComparison.Ordinal);
        Assert.Throws<UserException>(() => budget.Keep(9 << 20));
    }

    // The map's activation reads its output again, which another shape of it must not let anybody write over.
    [Fact]
    public void AValueUnderAnotherShapeIsNotWrittenOver()
    {
        Assert.Equal(Gradients(wrapped: true), Gradients(wrapped: false));

        static float[] Gradients(bool wrapped)
        {
            using var backend = new CpuBackend(1);
            Module norm = new Scheme(new MeanOnlyBatchNorm()).Activation(Image.Length / Image[0], Activation.Identity)!;
            var root = new Sequential()
                .Add("map", Map(Activation.Relu))
                .Add("flatten", new Flatten())
                .Add("norm", wrapped ? new Wrapped(norm) : norm);
            var network = new Network(root, Image, backend, seed: 3);
            var (y, pass) = Forward(network, backend, watch: null);
            pass.Tape.Backward(y, [.. Enumerable.Range(0, y.Shape.Length).Select(i => 0.1f * (i % 7 - 3))]);
            return [.. network.Parameters.SelectMany(parameter => parameter.Value.Gradient!.ToArray())];
        }
    }

    private static (Tape Tape, Tensor X) Recording(CpuBackend backend)
    {
        var tape = new Tape(backend);
        tape.Begin(recording: true);
        var x = tape.Rent(new Shape(2, 3));
        x.CopyFrom([1, -1, 2, -2, 3, -3]);
        x.NeedsGradient = true;
        return (tape, x);
    }

    private static (float[] Numbers, long Bytes) Run(bool wrapped)
    {
        using var backend = new CpuBackend(2);
        Module norm = new Scheme(new MeanOnlyBatchNorm()).Activation(5, Activation.LeakyRelu(0.1f))!;
        Module drop = new EvenKeel.Modules.Dropout(0.5f);
        var root = new Sequential()
            .Add("map", Map())
            .Add("norm", wrapped ? new Wrapped(norm) : norm)
            .Add("pool", new MaxPool2d(2, 2))
            .Add("drop", wrapped ? new Wrapped(drop) : drop);
        var network = new Network(root, Image, backend, seed: 3);
        var numbers = new List<float>();
        for (var step = 0; step < 2; step++)
        {
            network.ClearGradients();
            var (y, pass) = Forward(network, backend, watch: null);
            numbers.AddRange(y.ToArray());
            pass.Tape.Backward(y, [.. Enumerable.Range(0, y.Shape.Length).Select(i => 0.1f * (i % 7 - 3))]);
        }

        foreach (var parameter in network.Parameters) numbers.AddRange(parameter.Value.Gradient!.ToArray());
        return ([.. numbers], backend.PeakBytes);
    }

    private static (Tensor Output, Pass Pass) Forward(Network network, CpuBackend backend, Action<Module, Tensor>? watch)
    {
        network.Tape.Begin(recording: true);
        var x = network.RentInput(Image[0]);
        backend.FillGaussian(new RandomStream(7, 0), 0f, 1f, x);
        var pass = new Pass(network.Tape, PassMode.Train, seed: 1) { Watch = watch };
        return (network.Forward(pass, x), pass);
    }

    private static Conv2d Map(Activation? activation = null)
    {
        var shape = new Shape(1, 1, 5, 5);
        return new Conv2d(shape, new PlainWeight(shape, new NormalInit(0.5f)), null, 1, 0, activation ?? Activation.Identity);
    }

    // A module of which a sequence does not know that it reads its input once.
    private sealed class Wrapped : Module
    {
        private readonly Module _inner;

        public Wrapped(Module inner) => _inner = Child("", inner);

        public override Tensor Forward(Pass pass, Tensor x) => _inner.Forward(pass, x);
    }

    // Passes its gradient on to a value that it has no use for.
    private sealed class OverValue : Node
    {
        public Tensor Input { get; set; } = null!;

        public Tensor? Target { get; private set; }

        protected internal override void Backward(Tape tape, Tensor outputGradient)
        {
            Target = tape.GradientOverValue(Input, out _);
            tape.Backend.Copy(outputGradient, Target!);
        }
    }
}

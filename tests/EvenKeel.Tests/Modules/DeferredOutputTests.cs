using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels;
using EvenKeel.Lab.Benchmarks.Profiling;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;
using EvenKeel.Tests.Norms;

namespace EvenKeel.Tests.Modules;

/// <summary>A normalizer leaves its output to the convolution or pooling that reads it, to the same bits.</summary>
public class DeferredOutputTests
{
    private const int Channels = 48;

    /// <summary>Every method that normalizes activations, for a batch, and for one sample, where each has one segment.</summary>
    public static TheoryData<string, int> Schemes()
    {
        var data = new TheoryData<string, int>();
        foreach (var row in SmallNetwork.Schemes())
        {
            if (Scheme.Parse(row.Data).Activation(Channels, Activation.Relu) is null) continue;
            data.Add(row.Data, 6);
            data.Add(row.Data, 1);
        }

        data.Add("bn(round=all)", 6);
        return data;
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void GivesTheSameBits(string scheme, int batch)
    {
        foreach (var mode in (PassMode[])[PassMode.Train, PassMode.Evaluate])
        {
            var (deferred, _) = Run(scheme, batch, mode, read: false, ConvMethod.Winograd);
            var (read, _) = Run(scheme, batch, mode, read: true, ConvMethod.Winograd);
            Assert.Equal(read, deferred);
        }
    }

    // The block's first normalizer and the last are read by a convolution and by pooling only; the one before the block is its
    // shortcut as well, and is computed for the sum.
    [Theory]
    [InlineData("bn", ConvMethod.Winograd, 1)]
    [InlineData("bn(p=1)", ConvMethod.Winograd, 1)]
    [InlineData("bn", ConvMethod.Direct, 2)]
    [InlineData("ghost(size=2)", ConvMethod.Winograd, 3)]
    public void SavesAPass(string scheme, ConvMethod method, int passes)
    {
        var (_, operations) = Run(scheme, 6, PassMode.Train, read: null, method);
        Assert.Equal(passes, operations.Count(o => o == "normalize"));
    }

    [Fact]
    public void IsComputedWhenSomebodyReadsIt()
    {
        using var backend = new CpuBackend(1);
        var tape = new Tape(backend);
        tape.Begin(recording: false);
        Tensor x = tape.Rent(new Shape(2, 3)), table = tape.Rent(new Shape(3)), y = tape.Rent(new Shape(2, 3)), z = tape.Rent(new Shape(2, 3));
        x.CopyFrom([1f, 2f, 3f, 4f, 5f, 6f]);
        table.CopyFrom([1f, 2f, 3f]);
        y.Deferred = new(backend, x, table, table, table, 1f);
        backend.Copy(y, z);
        float[] expected = [1f, 2f, 3f, 4f, 8f, 12f];
        Assert.Equal(expected, z.ToArray());
        y.Deferred = new(backend, x, table, table, table, 1f);
        Assert.Equal(expected, y.ToArray());
        y.Deferred = new(backend, x, table, table, table, 1f);
        y.CopyFrom([0f, 0f, 0f, 0f, 0f, 7f]);
        Assert.Equal([0f, 0f, 0f, 0f, 0f, 7f], y.ToArray());
    }

    private static (float[] Numbers, List<string> Operations) Run(string scheme, int batch, PassMode mode, bool? read, ConvMethod method)
    {
        using var cpu = new CpuBackend(2, convolution: method);
        var recorder = new StepRecorder();
        using var backend = new ProfilingBackend(cpu, recorder);
        var body = new Sequential()
            .Add("conv1", Map()).Add("norm1", Norm(Activation.LeakyRelu(0.1f)))
            .Add("conv2", Map()).Add("norm2", Norm(Activation.Identity));
        var root = new Sequential()
            .Add("stem", Map()).Add("norm", Norm(Activation.Relu))
            .Add("block", new Residual(body, null, Activation.Relu))
            .Add("next", Map()).Add("last", Norm(Activation.Relu))
            .Add("pool", new MaxPool2d(2, 2));
        var network = new Network(root, new Shape(batch, 8, 8, Channels), backend, seed: 3);
        var tape = network.Tape;
        recorder.Begin();
        tape.Begin(recording: true);
        var x = network.RentInput(batch);
        backend.FillGaussian(new RandomStream(7, 0), 0f, 1f, x);
        var pass = new Pass(tape, mode, seed: 1)
        {
            Ended = module => recorder.Ended(module, tape.Count),
            Watch = read is null ? null : Watch,
        };
        var y = network.Forward(pass, x);
        var numbers = y.ToArray();
        tape.Undoing = recorder.Undoing;
        tape.Backward(y, [.. Enumerable.Range(0, y.Shape.Length).Select(i => 0.1f * ((i % 7) - 3))]);
        recorder.End();
        var operations = recorder.Rows(default!).Select(r => r.Operation).ToList();
        return ([.. numbers, .. network.Parameters.SelectMany(p => p.Value.Gradient!.ToArray())], operations);

        // Watched networks compute sums apart, so that both runs are watched, and one reads what it sees.
        void Watch(Module module, Tensor value)
        {
            if (read == true) value.ToArray();
        }

        Module Norm(Activation activation) => Scheme.Parse(scheme).Activation(Channels, activation)!;
    }

    private static Conv2d Map()
    {
        var shape = new Shape(3, 3, Channels, Channels);
        return new Conv2d(shape, new PlainWeight(shape, new NormalInit(0.1f)), null, 1, 1, Activation.Identity);
    }
}

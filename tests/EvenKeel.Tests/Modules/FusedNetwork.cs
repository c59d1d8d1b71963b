using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels;
using EvenKeel.Kernels.Random;
using EvenKeel.Lab.Benchmarks.Profiling;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;
using EvenKeel.Tests.Norms;

namespace EvenKeel.Tests.Modules;

/// <summary>A step of a network whose normalizers are read by a block, a convolution, a convolution behind the block's sum, and,
/// if asked for, max pooling.</summary>
internal sealed record FusedNetwork(float[] Output, Dictionary<string, float[]> Gradients, List<string> Operations)
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

        return data;
    }

    /// <summary>Takes the step.</summary>
    /// <param name="scheme">Of all normalizers.</param>
    /// <param name="batch">Number of samples.</param>
    /// <param name="method">How convolutions are computed.</param>
    /// <param name="mode">Of the forward pass.</param>
    /// <param name="pooled">True to end with a normalizer and max pooling, whose choices depend on last digits.</param>
    /// <param name="watch">Sees each output, or null.</param>
    public static FusedNetwork Run(
        string scheme, int batch, ConvMethod method, PassMode mode, bool pooled, Action<Module, Tensor>? watch = null)
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
            .Add("next", Map());
        if (pooled) root.Add("last", Norm(Activation.Relu)).Add("pool", new MaxPool2d(2, 2));
        var network = new Network(root, new Shape(batch, 8, 8, Channels), backend, seed: 3);
        var tape = network.Tape;
        recorder.Begin();
        tape.Begin(recording: true);
        var x = network.RentInput(batch);
        backend.FillGaussian(new RandomStream(7, 0), 0f, 1f, x);
        var pass = new Pass(tape, mode, seed: 1) { Ended = module => recorder.Ended(module, tape.Count), Watch = watch };
        var y = network.Forward(pass, x);
        var output = y.ToArray();
        tape.Undoing = recorder.Undoing;
        tape.Backward(y, [.. Enumerable.Range(0, output.Length).Select(i => 0.1f * ((i % 7) - 3))]);
        recorder.End();
        return new(
            output, network.Parameters.ToDictionary(p => p.Name, p => p.Value.Gradient!.ToArray()),
            [.. recorder.Rows(default!).Select(r => r.Operation)]);

        Module Norm(Activation activation) => Scheme.Parse(scheme).Activation(Channels, activation)!;
    }

    private static Conv2d Map()
    {
        var shape = new Shape(3, 3, Channels, Channels);
        return new Conv2d(shape, new PlainWeight(shape, new NormalInit(0.1f)), null, 1, 1, Activation.Identity);
    }
}

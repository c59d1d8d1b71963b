using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels;
using EvenKeel.Lab.Benchmarks.Profiling;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;
using EvenKeel.Tests.Norms;

namespace EvenKeel.Tests.Modules;

/// <summary>A convolution that writes a normalizer's last share of a gradient also gathers what the normalizer's backward pass
/// begins with.</summary>
public class GatheredSumsTests
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

    [Theory]
    [MemberData(nameof(Schemes))]
    public void GivesTheGradientsOfPassesOfTheirOwn(string scheme, int batch)
    {
        var (gathered, _) = Run(scheme, batch, ConvMethod.Winograd);
        var (apart, _) = Run(scheme, batch, ConvMethod.Direct);
        Assert.Equal(apart.Count, gathered.Count);

        // Some gradients are zero but for rounding: of a gain that the next normalizer takes out.
        var least = 2e-6f * apart.Values.Max(g => g.Max(Math.Abs));
        foreach (var (name, expected) in apart)
        {
            var largest = expected.Max(Math.Abs);
            var actual = gathered[name];
            for (var i = 0; i < expected.Length; i++)
                Assert.True(Math.Abs(actual[i] - expected[i]) <= (2e-4f * largest) + least, $"{name}[{i}]: {actual[i]}, {expected[i]}");
        }
    }

    // Each of the three normalizers is followed by a convolution, the last behind the sum of its block.
    [Theory]
    [InlineData("bn", ConvMethod.Winograd, 0, 0)]
    [InlineData("bn", ConvMethod.Direct, 2, 1)]
    [InlineData("ghost(size=2)", ConvMethod.Winograd, 2, 1)]
    [InlineData("bn(round=output)", ConvMethod.Winograd, 1, 0)]
    public void SavesPasses(string scheme, ConvMethod method, int passes, int passesBehindSums)
    {
        var (_, operations) = Run(scheme, 4, method);
        Assert.Equal(passes, operations.Count(o => o == "normalize backward sums"));
        Assert.Equal(passesBehindSums, operations.Count(o => o == "normalize and add backward sums"));
    }

    private static (Dictionary<string, float[]> Gradients, List<string> Operations) Run(string scheme, int batch, ConvMethod method)
    {
        using var cpu = new CpuBackend(2, convolution: method);
        var recorder = new StepRecorder();
        using var backend = new ProfilingBackend(cpu, recorder);
        var image = new Shape(batch, 8, 8, Channels);
        var body = new Sequential()
            .Add("conv1", Map()).Add("norm1", Norm(Activation.Relu))
            .Add("conv2", Map()).Add("norm2", Norm(Activation.Identity));
        var root = new Sequential()
            .Add("stem", Map()).Add("norm", Norm(Activation.Relu))
            .Add("block", new Residual(body, null, Activation.Relu))
            .Add("next", Map());
        var network = new Network(root, image, backend, seed: 3);
        var tape = network.Tape;
        tape.Undoing = recorder.Undoing;
        recorder.Begin();
        tape.Begin(recording: true);
        var x = network.RentInput(batch);
        backend.FillGaussian(new RandomStream(7, 0), 0f, 1f, x);
        var pass = new Pass(tape, PassMode.Train, seed: 1) { Ended = module => recorder.Ended(module, tape.Count) };
        var y = network.Forward(pass, x);
        tape.Backward(y, [.. Enumerable.Range(0, y.Shape.Length).Select(i => 0.1f * ((i % 7) - 3))]);
        recorder.End();
        var operations = recorder.Rows(default!).Select(r => r.Operation).ToList();
        return (network.Parameters.ToDictionary(p => p.Name, p => p.Value.Gradient!.ToArray()), operations);

        Module Norm(Activation activation) => Scheme.Parse(scheme).Activation(Channels, activation)!;
    }

    private static Conv2d Map()
    {
        var shape = new Shape(3, 3, Channels, Channels);
        return new Conv2d(shape, new PlainWeight(shape, new NormalInit(0.1f)), null, 1, 1, Activation.Identity);
    }
}

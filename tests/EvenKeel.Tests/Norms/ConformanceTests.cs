using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace EvenKeel.Tests.Norms;

/// <summary>What every method must do, by being in the list.</summary>
public class ConformanceTests
{
    private static readonly Shape Image = new(6, 7, 5, 3);
    private static readonly int[] Labels = [0, 1, 2, 3, 1, 0];

    public static TheoryData<string> Schemes() =>
    [
        .. Norm.Methods.Select(m => Small(m.Name)),
        "bn(p=1)", "bn(p=1,constant=false)", "bn(p=topk,k=3)", "bn(p=inf)", "bn(preset=keras)", "ghost(size=3)", "brn(rmax=1.2,dmax=0.1)",
        "gn(groups=1,p=1)", "gn(groups=1,place=added-to-scale)", "gn(groups=1,affine=false)+wn", "in(flat=pass,affine=false)",
        "ln(p=1)", "ln(scope=sample)", "ln(scope=sample,p=1)", "ln(affine=false)", "rms(scope=sample)", "frn(flat=pass,tlu=false)",
        "switch(flat=pass,instance=biased)",
        "wn+mobn", "wn(g=exp)", "wn(per=tensor)", "wn(init=false)", "bn(place=added-to-scale)", "bn(affine=false)", "mobn(bias=false)",
        "ws+bn", "ws(preset=ws-tensorflow)", "ws(preset=bcn)", "ws(preset=timm-scaled,gamma=1.7139589)", "ws(preset=nfnet)",
        "bwn(p=1)", "bwn(p=inf)", "bwn(form=prenorm)", "bwn(p=1,form=prenorm)", "bwn(p=inf,form=prenorm)", "bwn(form=mean-norm)+mobn",
        "sn(iterations=3,warmup=30)",
    ];

    // The options with which a method's defaults fit the small network of these tests.
    private static string Small(string method) => method switch
    {
        "gn" or "gn-slabs" or "bcn" or "evo-s0" => $"{method}(groups=1)",
        "in" or "frn" or "switch" => $"{method}(flat=pass)",
        "range" => "range(runs=2)",
        _ => method,
    };

    [Theory]
    [MemberData(nameof(Schemes))]
    public void GradientsMatchDirectionalDifferences(string scheme)
    {
        // Absolute values, largest deviations and thresholds have kinks: differences over a long step cross some.
        var kinks = scheme.Contains("p=1", StringComparison.Ordinal) || scheme.Contains("p=topk", StringComparison.Ordinal)
            || scheme.Contains("p=inf", StringComparison.Ordinal) || scheme.StartsWith("range", StringComparison.Ordinal);

        // By definition no gradient passes the two corrections of batch renormalization: the golden vectors check it.
        if (scheme.StartsWith("brn", StringComparison.Ordinal)) return;
        using var backend = new CpuBackend(1);
        var network = Make(scheme, backend);
        var images = Images();
        network.InitializeFromData(images, 3);
        Step(network, images);
        foreach (var parameter in network.Parameters)
        {
            var gradient = parameter.Value.Gradient!.ToArray();
            var start = parameter.Value.ToArray();
            var direction = new float[start.Length];
            var stream = new RandomStream(9, RandomUses.Of(parameter.Name));
            for (var i = 0; i < direction.Length; i++) direction[i] = stream.Uniform((ulong)i) - 0.5f;
            var length = Math.Sqrt(direction.Sum(d => (double)d * d));
            var step = kinks ? 4e-4 : 1e-2;
            double Loss(double t)
            {
                parameter.Value.CopyFrom([.. start.Select((s, i) => (float)(s + t * direction[i] / length))]);
                return Forward(network, images, record: false).Mean;
            }

            // Fourth-order differences: the truncation error is far below float noise, about 1e-5 here.
            var measured = (8 * (Loss(step) - Loss(-step)) - (Loss(2 * step) - Loss(-2 * step))) / (12 * step);
            parameter.Value.CopyFrom(start);
            var computed = gradient.Select((g, i) => (double)g * direction[i] / length).Sum();
            var size = Math.Sqrt(gradient.Sum(g => (double)g * g));
            Assert.True(
                Math.Abs(measured - computed) <= (kinks ? 5e-3 : 3e-4) + 2e-3 * size,
                $"{scheme}, {parameter.Name}: computed {computed:E4}, measured {measured:E4}, gradient norm {size:E3}");
        }
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void BitsDoNotDependOnThreads(string scheme)
    {
        var images = Images();
        var runs = new[] { 1, 2, 3 }.Select(threads =>
        {
            using var backend = new CpuBackend(threads);
            var network = Make(scheme, backend);
            network.InitializeFromData(images, 3);
            Step(network, images);
            return network.Parameters.SelectMany(p => p.Value.Gradient!.ToArray()).Concat(network.Buffers.SelectMany(b => b.Value.ToArray())).ToArray();
        }).ToArray();
        Assert.Equal(runs[0], runs[1]);
        Assert.Equal(runs[0], runs[2]);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void PathsAgree(string scheme)
    {
        var images = Images();
        var losses = VectorPaths.Available.Select(path =>
        {
            using var backend = new CpuBackend(2, path);
            var network = Make(scheme, backend);
            network.InitializeFromData(images, 3);
            Step(network, images);
            return network.Parameters.SelectMany(p => p.Value.Gradient!.ToArray()).ToArray();
        }).ToArray();
        foreach (var other in losses.Skip(1))
            for (var i = 0; i < other.Length; i++) Assert.Equal(losses[0][i], other[i], 1e-4f);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void SavingAndLoadingKeepsTheOutput(string scheme)
    {
        using var backend = new CpuBackend(1);
        var images = Images();
        var first = Make(scheme, backend, seed: 5);
        first.InitializeFromData(images, 3);
        Step(first, images);
        using var file = new MemoryStream();
        TensorFile.Write(file, new Dictionary<string, string>(), first.State());
        file.Position = 0;
        var second = Make(scheme, backend, seed: 6);
        var contents = TensorFile.Read(file, "test");
        foreach (var (name, value) in second.State()) contents.CopyTo(name, value);
        Assert.Equal(Logits(first, images), Logits(second, images));
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void LargeMeansDoNotHurt(string scheme)
    {
        using var backend = new CpuBackend(1);
        var network = Make(scheme, backend);
        var images = Images();
        for (var i = 0; i < images.Length; i++) images[i] += 300f;
        network.InitializeFromData(images, 3);
        Step(network, images);
        Assert.All(network.Parameters, p => Assert.All(p.Value.Gradient!.ToArray(), g => Assert.True(float.IsFinite(g))));
    }

    private static Network Make(string scheme, CpuBackend backend, ulong seed = 5)
    {
        var spec = new ModelSpec(Image.WithBatch(1), 4, Scheme.Parse(scheme), Init: "normal");

        // Odd channel counts, and no activation: kinks would spoil the differences.
        var root = new Sequential()
            .Convolution("a", spec, 3, 5, 3, 1, Activation.Identity)
            .Convolution("b", spec, 5, 7, 2, 0, Activation.Identity, stride: 2)
            .Add("pool", new GlobalAveragePool())
            .Dense("c", spec, 7, 4, Activation.Identity);
        return new Network(root, Image, backend, seed);
    }

    private static float[] Images()
    {
        var images = new float[Image.Length];
        var stream = new RandomStream(1, 1);
        for (var i = 0; i < images.Length; i++) images[i] = 2f * stream.Uniform((ulong)i) - 1f;
        return images;
    }

    private static BatchLoss Forward(Network network, float[] images, bool record)
    {
        // The differences evaluate the training loss, but only the recorded pass may move running statistics.
        network.Tape.Begin(record);
        var x = network.RentInput(Labels.Length);
        x.CopyFrom(images);
        var held = network.Root.DescendantsAndSelf().OfType<NormLayer>().ToArray();
        foreach (var layer in held) layer.UpdateRunning = record;
        return network.Tape.SoftmaxCrossEntropy(network.Forward(new Pass(network.Tape, PassMode.Train, 1), x), Labels);
    }

    private static void Step(Network network, float[] images)
    {
        network.ClearGradients();
        var loss = Forward(network, images, record: true);
        network.Tape.Backward(loss.Value);
    }

    private static float[] Logits(Network network, float[] images)
    {
        network.Tape.Begin(recording: false);
        var x = network.RentInput(Labels.Length);
        x.CopyFrom(images);
        return network.Forward(new Pass(network.Tape, PassMode.Evaluate), x).ToArray();
    }
}

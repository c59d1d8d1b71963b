using EvenKeel.Backends;
using EvenKeel.Kernels;
using EvenKeel.Kernels.Random;
using EvenKeel.Modules;
using EvenKeel.Tensors;
using static EvenKeel.Tests.Norms.SmallNetwork;

namespace EvenKeel.Tests.Norms;

/// <summary>What every method must do, by being in the list.</summary>
public class ConformanceTests
{
    public static TheoryData<string> Schemes() => SmallNetwork.Schemes();

    // By definition no gradient passes the corrections of batch renormalization, which begin after its warm-up: the
    // golden vectors check those.
    public static TheoryData<string> Differentiable() =>
        [.. Schemes().Select(row => row.Data).Where(s => !s.StartsWith("brn(warmup=0", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Schemes))]
    public void GradientsUnderFrozenStatisticsKeepNothingOfABatchBefore(string scheme)
    {
        using var backend = new CpuBackend(1);
        var network = Make(scheme, backend);
        var layers = network.Root.DescendantsAndSelf().OfType<NormLayer>().ToArray();
        var images = Images();
        network.InitializeFromData(images, 3);
        var state = network.Buffers.Select(b => b.Value.ToArray()).ToArray();
        var untouched = Frozen();
        Step(network, images);
        Assert.Equal(untouched, Frozen());

        float[][] Frozen()
        {
            foreach (var (buffer, values) in network.Buffers.Zip(state)) buffer.Value.CopyFrom(values);
            foreach (var layer in layers) layer.Statistics = StatisticsSource.Running;
            Step(network, images);
            foreach (var layer in layers) layer.Statistics = StatisticsSource.ByMode;
            return [.. network.Parameters.Select(p => p.Value.Gradient!.ToArray())];
        }
    }

    [Theory]
    [MemberData(nameof(Differentiable))]
    public void GradientsMatchDirectionalDifferences(string scheme)
    {
        // Absolute values, largest deviations and thresholds have kinks: differences over a long step cross some.
        var kinks = scheme.Contains("p=1", StringComparison.Ordinal) || scheme.Contains("p=topk", StringComparison.Ordinal)
            || scheme.Contains("p=inf", StringComparison.Ordinal) || scheme.StartsWith("range", StringComparison.Ordinal);

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
}

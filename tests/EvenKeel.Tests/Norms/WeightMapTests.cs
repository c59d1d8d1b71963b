using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace EvenKeel.Tests.Norms;

/// <summary>Known values and declared properties of the methods on weights.</summary>
public class WeightMapTests
{
    [Theory]
    [InlineData("ws", 1.161886, 0.387295)]
    [InlineData("ws(preset=ws-tensorflow)", 1.341629, 0.447210)]
    [InlineData("ws(preset=bcn)", 1.161891, 0.387297)]
    [InlineData("ws(preset=timm)", 1.341640, 0.447213)]
    [InlineData("ws(preset=timm-scaled)", 0.670820, 0.223607)]
    [InlineData("ws(preset=nfnet)", 0.670820, 0.223607)]
    public void StandardizedRowsHaveTheKnownValues(string scheme, double outer, double inner)
    {
        using var backend = new CpuBackend(1);
        var w = Effective(scheme, [[1, 2, 3, 4]], backend);
        foreach (var (expected, o) in new[] { -outer, -inner, inner, outer }.Select((e, o) => (e, o)))
            Assert.Equal(expected, w[o], 2e-6);
    }

    [Fact]
    public void DenseWeightsStayPlainWhereOnlyConvolutionsAreStandardized()
    {
        using var backend = new CpuBackend(1);
        Assert.Equal([1f, 2f, 3f, 4f], Effective("ws(layers=convolutions)", [[1, 2, 3, 4]], backend));
        var norm = Scheme.Parse("ws(layers=convolutions)").Norms.Single();
        Assert.True(norm.Weight(new Shape(1, 1, 4, 1), Init.Constant(1f))!.ScaleInvariant);
        Assert.False(norm.Weight(new Shape(4, 1), Init.Constant(1f))!.ScaleInvariant);
    }

    [Fact]
    public void ABoundedVarianceKeepsSmallWeightsSmall()
    {
        using var backend = new CpuBackend(1);

        // variance·n = 5e-6 lies below the floor of 1e-4, so the centred weights are multiplied by 100.
        var w = Effective("ws(preset=nfnet)", [[1e-3f, 2e-3f, 3e-3f, 4e-3f]], backend);
        Assert.Equal(-0.15, w[0], 1e-6);
        Assert.Equal(0.05, w[2], 1e-6);
    }

    [Theory]
    [InlineData("bwn", 7.905694)]
    [InlineData("bwn(p=1)", 10.5)]
    [InlineData("bwn(p=inf)", 8)]
    [InlineData("bwn(form=mean-norm)", 7.5)]
    public void BoundedRowsHaveTheKnownNorm(string scheme, double rho)
    {
        using var backend = new CpuBackend(1);
        var w = Effective(scheme, [[3, 4], [6, 8]], backend);
        var p = scheme.Contains("p=1", StringComparison.Ordinal) ? 7.0 : scheme.Contains("inf", StringComparison.Ordinal) ? 4.0 : 5.0;
        for (var o = 0; o < 2; o++)
        {
            Assert.Equal(3 * rho / p, w[o], 1e-5);
            Assert.Equal(4 * rho / p, w[2 + o], 1e-5);
        }
    }

    [Fact]
    public void ATotalThatIsBoundedKeepsTheFirstWeights()
    {
        using var backend = new CpuBackend(1);
        float[] expected = [3, 6, 4, 8];
        Assert.All(
            Effective("bwn(form=prenorm)", [[3, 4], [6, 8]], backend).Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
    }

    [Fact]
    public void TheLargestSingularValueBecomesOne()
    {
        using var backend = new CpuBackend(1);
        var w = Effective("sn(warmup=60)", [[3, 0], [4, 5]], backend);

        // The singular values of ((3,0),(4,5)) are √45 and √5.
        Assert.Equal(3 / Math.Sqrt(45), w[0], 1e-6);
        Assert.Equal(5 / Math.Sqrt(45), w[3], 1e-6);
    }

    [Theory]
    [InlineData("wn")]
    [InlineData("ws")]
    [InlineData("ws(preset=timm-scaled)")]
    [InlineData("bwn(p=1)")]
    [InlineData("bwn(p=inf,form=prenorm)")]
    [InlineData("sn(warmup=60)")]
    public void ScalingTheStoredWeightChangesNothing(string scheme)
    {
        using var backend = new CpuBackend(1);
        var (network, map) = Layer(scheme, [[1, -2, 3, 1], [2, 5, -1, 4]], backend);
        Assert.True(map.ScaleInvariant);
        var before = Effective(network, map);
        map.Stored.Value.CopyFrom([.. map.Stored.Value.ToArray().Select(v => 4f * v)]);

        // ε = 1e-5 beside a deviation of about 2 is all that may be seen.
        Assert.All(Effective(network, map).Zip(before), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
    }

    [Fact]
    public void TheVectorsOfThePowerIterationMoveInTrainingOnly()
    {
        using var backend = new CpuBackend(1);
        var (network, map) = Layer("sn(warmup=1)", [[1, -2, 3, 1], [2, 5, -1, 4]], backend);
        float[] Vectors() => [.. network.Buffers.SelectMany(b => b.Value.ToArray())];
        var start = Vectors();
        network.Tape.Begin(recording: false);
        map.Effective(new Pass(network.Tape, PassMode.Evaluate));
        Assert.Equal(start, Vectors());
        map.Effective(new Pass(network.Tape, PassMode.Train));
        Assert.NotEqual(start, Vectors());
    }

    [Theory]
    [InlineData("ws", "leaves nothing to standardize")]
    [InlineData("bwn", "output 1 has norm 0")]
    [InlineData("sn", "largest singular value of the weight is 0")]
    public void ImpossibleWeightsAreExplained(string scheme, string part)
    {
        using var backend = new CpuBackend(1);
        float[][] rows = scheme switch { "ws" => [[1], [2]], "bwn" => [[1, 2], [0, 0]], _ => [[0, 0], [0, 0]] };
        Assert.Contains(part, Assert.Throws<UserException>(() => Effective(scheme, rows, backend)).Message, StringComparison.Ordinal);
    }

    private static float[] Effective(string scheme, float[][] rows, CpuBackend backend)
    {
        var (network, map) = Layer(scheme, rows, backend);
        return Effective(network, map);
    }

    private static float[] Effective(Network network, WeightMap map)
    {
        network.Tape.Begin(recording: false);
        return map.Effective(new Pass(network.Tape, PassMode.Evaluate)).ToArray();
    }

    // A dense layer whose output o has the weights rows[o]; the result is [in,out].
    private static (Network Network, WeightMap Map) Layer(string scheme, float[][] rows, CpuBackend backend)
    {
        var shape = new Shape(rows[0].Length, rows.Length);
        var map = Scheme.Parse(scheme).Weight(shape, Init.Constant(1f));
        var network = new Network(new Linear(shape, map, null, Activation.Identity), new Shape(1, shape[0]), backend, seed: 0);
        map.Assign(backend, [.. Enumerable.Range(0, shape.Length).Select(i => rows[i % rows.Length][i / rows.Length])]);
        return (network, map);
    }
}

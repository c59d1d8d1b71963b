using System.Runtime.InteropServices;
using EvenKeel.Kernels;
using EvenKeel.Kernels.Convolution;
using EvenKeel.Kernels.Fusion;
using EvenKeel.Kernels.Normalization;

namespace EvenKeel.Tests.Kernels;

/// <summary>What an input gradient passes and sums while it is stored, for the normalizer that made the input.</summary>
public sealed class WinogradSumsTests
{
    /// <summary>Sizes as for moments; with and without an addend, on top of what is there and not, slopes.</summary>
    public static TheoryData<int, int, int, int, int, int, bool, bool, float> Cases => new()
    {
        { 2, 8, 8, 16, 16, 1, false, false, 0f },
        { 40, 9, 14, 32, 16, 1, false, true, 0.1f },
        { 30, 16, 16, 32, 32, 1, true, true, 0f },
        { 3, 8, 8, 48, 32, 0, true, false, 0.2f },
        { 9, 18, 19, 80, 64, 1, false, false, 0f },
        { 8, 16, 12, 64, 96, 2, false, true, 1f },
        { 8, 12, 12, 96, 96, 1, true, true, 1f },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void MatchPassesOfTheirOwnOnEveryPathAndNumberOfThreads(
        int batch, int height, int width, int inputs, int outputs, int padding, bool addend, bool accumulate, float slope)
    {
        var g = new ConvGeometry(batch, height, width, inputs, outputs, 3, 3, 1, padding);
        var dy = ConvCases.Numbers(g.OutputLength, 1);
        var w = ConvCases.Numbers(g.WeightLength, 2);
        var x = ConvCases.Numbers(g.InputLength, 3);
        var y = addend ? ConvCases.Numbers(g.InputLength, 4) : [];
        var before = ConvCases.Numbers(g.InputLength, 5);
        float[][] tables = [.. Enumerable.Range(6, 4).Select(use => ConvCases.Numbers(inputs, (uint)use))];
        float[] mean = tables[0], rstd = Array.ConvertAll(tables[1], r => 2f + r), scale = tables[2], shift = tables[3];
        float[]? first = null;
        foreach (var path in ConvCases.Paths)
        {
            foreach (var threads in (int[])[1, 3])
            {
                using var workers = new Workers(threads, path) { Convolution = ConvMethod.Winograd };
                float[] passed = [.. before], sums = new float[2 * inputs], plain = [.. before];
                Conv.InputGradient(workers, g, dy, w, passed, accumulate, new GatedSums
                {
                    X = x,
                    Y = y,
                    Mean = mean,
                    Rstd = rstd,
                    Scale = scale,
                    Shift = shift,
                    Slope = slope,
                    Sum = sums.AsSpan(0, inputs),
                    Product = sums.AsSpan(inputs),
                });
                Conv.InputGradient(workers, g, dy, w, plain, accumulate);
                float[] all = [.. passed, .. sums];
                first ??= all;
                Assert.True(first.AsSpan().SequenceEqual(all), $"{path}, {threads} threads");
                double[] sum = new double[inputs], product = new double[inputs], size = new double[inputs];
                for (var i = 0; i < plain.Length; i++)
                {
                    var c = i % inputs;
                    var centered = x[i] - mean[c];
                    var open = slope == 1f || (addend ? y[i] : MathF.FusedMultiplyAdd(centered, scale[c], shift[c])) > 0f;
                    var expected = open ? plain[i] : plain[i] * slope;
                    Assert.Equal(expected, passed[i]);
                    sum[c] += expected;
                    product[c] += (double)expected * centered * rstd[c];
                    size[c] += Math.Abs(expected);
                }

                for (var c = 0; c < inputs; c++)
                {
                    Assert.InRange(sums[c] - sum[c], -2e-7 * size[c], 2e-7 * size[c]);
                    Assert.InRange(sums[inputs + c] - product[c], -1e-6 * size[c], 1e-6 * size[c]);
                }
            }
        }
    }

    /// <summary>Blocks of few and of more channels, tiles cut off, on top of what is there and not, no activation.</summary>
    public static TheoryData<int, int, int, int, int, int, bool, bool, float> BitCases => new()
    {
        { 40, 9, 14, 32, 16, 1, true, true, 0.1f },
        { 3, 8, 8, 48, 32, 0, true, false, 0f },
        { 9, 18, 19, 80, 64, 1, true, false, 0.2f },
        { 8, 12, 12, 96, 96, 1, true, true, -0.5f },
        { 8, 16, 12, 64, 96, 2, false, true, 1f },
    };

    [Theory]
    [MemberData(nameof(BitCases))]
    public void OfAShiftMatchPassesOfTheirOwn(
        int batch, int height, int width, int inputs, int outputs, int padding, bool gated, bool accumulate, float slope)
    {
        var g = new ConvGeometry(batch, height, width, inputs, outputs, 3, 3, 1, padding);
        float[] dy = ConvCases.Numbers(g.OutputLength, 1), w = ConvCases.Numbers(g.WeightLength, 2);
        var before = ConvCases.Numbers(g.InputLength, 5);
        var gates = gated ? new float[Gated.Length((int)g.InputLength)] : [];
        new Random(7).NextBytes(MemoryMarshal.AsBytes(gates.AsSpan()));
        var bits = MemoryMarshal.Cast<float, ushort>(gates).ToArray();
        float[]? first = null;
        foreach (var path in ConvCases.Paths)
        {
            foreach (var threads in (int[])[1, 3])
            {
                using var workers = new Workers(threads, path) { Convolution = ConvMethod.Winograd };
                float[] passed = [.. before], sums = new float[inputs], plain = [.. before];
                Conv.InputGradient(
                    workers, g, dy, w, passed, accumulate, new GatedSums { Bits = gates, Slope = slope, Sum = sums });
                Conv.InputGradient(workers, g, dy, w, plain, accumulate);
                float[] all = [.. passed, .. sums];
                first ??= all;
                Assert.True(first.AsSpan().SequenceEqual(all), $"{path}, {threads} threads");
                double[] sum = new double[inputs], size = new double[inputs];
                for (var i = 0; i < plain.Length; i++)
                {
                    var expected = !gated || (bits[i / 16] >> (i % 16) & 1) != 0 ? plain[i] : plain[i] * slope;
                    Assert.Equal(expected, passed[i]);
                    sum[i % inputs] += expected;
                    size[i % inputs] += Math.Abs(expected);
                }

                for (var c = 0; c < inputs; c++) Assert.InRange(sums[c] - sum[c], -2e-7 * size[c], 2e-7 * size[c]);
            }
        }
    }

    [Fact]
    public void AreThereOnlyWhereTilesAreTransformed()
    {
        using var workers = new Workers(1) { Convolution = ConvMethod.Direct };
        var g = new ConvGeometry(4, 16, 16, 16, 16, 3, 3, 1, 1);
        Assert.False(Conv.Gates(workers, g));
        float[] dy = new float[g.OutputLength], w = new float[g.WeightLength], dx = new float[g.InputLength];
        var error = Assert.Throws<ArgumentException>(() => Conv.InputGradient(workers, g, dy, w, dx, false, Sums(new float[g.InputLength], [])));
        Assert.Contains("only where F(4x4, 3x3) computes it", error.Message, StringComparison.Ordinal);
        using var others = new Workers(1);
        Assert.True(Conv.Gates(others, g));
        Assert.False(Conv.Gates(others, g with { Stride = 2 }));
    }

    [Fact]
    public void RefuseValuesThatDoNotFit()
    {
        using var workers = new Workers(1) { Convolution = ConvMethod.Winograd };
        var g = new ConvGeometry(2, 8, 8, 16, 16, 3, 3, 1, 1);
        float[] dy = new float[g.OutputLength], w = new float[g.WeightLength], dx = new float[g.InputLength], x = new float[g.InputLength];
        Refuse("as many as the gradient", new float[x.Length - 1], [], 0f);
        Refuse("does not tell the sum's sign", x, x, -0.5f);
        Refuse("overlaps", dx, [], 0f);
        Refuse("overlaps", x, dx, 0f);

        var bits = Assert.Throws<ArgumentException>(() => Conv.InputGradient(
            workers, g, dy, w, dx, false, new GatedSums { Bits = new float[3], Sum = new float[16] }));
        Assert.Contains("Bits", bits.Message, StringComparison.Ordinal);
        var product = Assert.Throws<ArgumentException>(() => Conv.InputGradient(
            workers, g, dy, w, dx, false, new GatedSums { Sum = new float[16], Product = new float[16] }));
        Assert.Contains("a sum over x, which is empty", product.Message, StringComparison.Ordinal);

        void Refuse(string part, float[] values, float[] output, float slope)
        {
            var error = Assert.Throws<ArgumentException>(
                () => Conv.InputGradient(workers, g, dy, w, dx, false, Sums(values, output, slope)));
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        }
    }

    private static GatedSums Sums(float[] x, float[] y, float slope = 0f) => new()
    {
        X = x,
        Y = y,
        Mean = new float[16],
        Rstd = new float[16],
        Scale = new float[16],
        Shift = new float[16],
        Slope = slope,
        Sum = new float[16],
        Product = new float[16],
    };
}

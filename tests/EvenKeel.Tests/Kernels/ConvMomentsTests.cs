using EvenKeel.Kernels;
using EvenKeel.Kernels.Convolution;

namespace EvenKeel.Tests.Kernels;

/// <summary>What a convolution measures of its output while it stores it.</summary>
public sealed class ConvMomentsTests
{
    /// <summary>Few channels and many; grids that tiles cover and do not; one part and several, the last one not full.</summary>
    public static TheoryData<int, int, int, int, int, int> Cases => new()
    {
        { 2, 8, 8, 16, 16, 1 },
        { 40, 9, 14, 16, 32, 1 },
        { 30, 16, 16, 32, 32, 1 },
        { 3, 8, 8, 48, 32, 0 },
        { 9, 18, 19, 64, 80, 1 },
        { 8, 16, 12, 96, 64, 2 },

        // By strips: many, one an image, and fewer than chunks.
        { 20, 32, 32, 3, 48, 1 },
        { 3, 9, 14, 1, 16, 0 },
        { 2, 13, 30, 4, 32, 1 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void MatchTheOutputOnEveryPathAndNumberOfThreads(int batch, int height, int width, int inputs, int outputs, int padding)
    {
        var g = new ConvGeometry(batch, height, width, inputs, outputs, 3, 3, 1, padding);
        var x = ConvCases.Numbers(g.InputLength, 1);
        var w = ConvCases.Numbers(g.WeightLength, 2);

        // Means far from zero, where a difference of squares would have no digits left.
        foreach (var offset in (float[])[0f, 3_000f])
        {
            var bias = Array.ConvertAll(ConvCases.Numbers(outputs, 4), b => b + offset);
            float[]? first = null;
            foreach (var path in ConvCases.Paths)
            {
                foreach (var threads in (int[])[1, 3])
                {
                    using var workers = new Workers(threads, path) { Convolution = ConvMethod.Winograd };
                    float[] y = new float[g.OutputLength], alone = new float[g.OutputLength], moments = new float[2 * outputs];
                    Conv.Forward(workers, g, x, default, w, bias, 1f, y, moments.AsSpan(0, outputs), moments.AsSpan(outputs));
                    Conv.Forward(workers, g, x, w, bias, 1f, alone);
                    Assert.Equal(alone, y);
                    first ??= moments;
                    Assert.True(first.AsSpan().SequenceEqual(moments), $"{path}, {threads} threads");
                    for (var c = 0; c < outputs; c++)
                    {
                        var channel = Enumerable.Range(0, y.Length / outputs).Select(i => (double)y[(i * outputs) + c]).ToArray();
                        var mean = channel.Average();
                        var variance = channel.Average(v => (v - mean) * (v - mean));
                        Assert.InRange(moments[c], mean - Bound(mean, variance), mean + Bound(mean, variance));
                        Assert.Equal(1.0, moments[outputs + c] / variance, 2e-6);
                    }
                }
            }
        }

        // Half a unit in the last place of the mean, and a few of the deviation.
        static double Bound(double mean, double variance) => (6.1e-8 * Math.Abs(mean)) + (4e-7 * Math.Sqrt(variance));
    }

    [Fact]
    public void AreThereOnlyWhereTilesAreTransformed()
    {
        using var workers = new Workers(1) { Convolution = ConvMethod.Direct };
        var g = new ConvGeometry(4, 16, 16, 16, 16, 3, 3, 1, 1);
        Assert.False(Conv.Measures(workers, g));
        float[] x = new float[g.InputLength], w = new float[g.WeightLength], y = new float[g.OutputLength], m = new float[16];
        var error = Assert.Throws<ArgumentException>(() => Conv.Forward(workers, g, x, default, w, [], 1f, y, m, new float[16]));
        Assert.Contains("only where F(4x4, 3x3) computes it", error.Message, StringComparison.Ordinal);
        using var others = new Workers(1);
        Assert.True(Conv.Measures(others, g));
        Assert.False(Conv.Measures(others, g with { Stride = 2 }));
        Assert.True(Conv.Measures(others, new(4, 16, 16, 3, 32, 3, 3, 1, 1)));
        Assert.False(Conv.Measures(others, new(4, 16, 16, 3, 20, 3, 3, 1, 1)));
    }

    [Fact]
    public void StayNaNWhereTheOutputIs()
    {
        using var workers = new Workers(1) { Convolution = ConvMethod.Winograd };
        var g = new ConvGeometry(2, 8, 8, 16, 16, 3, 3, 1, 1);
        float[] x = ConvCases.Numbers(g.InputLength, 1), y = new float[g.OutputLength], mean = new float[16], variance = new float[16];
        x[77] = float.NaN;
        Conv.Forward(workers, g, x, default, ConvCases.Numbers(g.WeightLength, 2), [], 1f, y, mean, variance);
        Assert.All(mean, m => Assert.True(float.IsNaN(m)));
        Assert.All(variance, v => Assert.True(float.IsNaN(v)));
    }
}

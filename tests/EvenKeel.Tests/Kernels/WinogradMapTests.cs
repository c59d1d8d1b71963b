using EvenKeel.Kernels;
using EvenKeel.Kernels.Convolution;
using EvenKeel.Kernels.Fusion;
using EvenKeel.Kernels.Normalization;

namespace EvenKeel.Tests.Kernels;

/// <summary>A convolution that reads its input through a normalizer's map.</summary>
public sealed class WinogradMapTests
{
    /// <summary>Few channels and many; grids that tiles cover and do not; padding of all kinds.</summary>
    public static TheoryData<int, int, int, int, int, int, float> Cases => new()
    {
        { 2, 8, 8, 16, 16, 1, 0f },
        { 5, 9, 14, 16, 32, 1, 0.1f },
        { 4, 16, 16, 32, 32, 0, 0f },
        { 3, 8, 7, 48, 32, 2, 1f },
        { 9, 18, 19, 64, 80, 1, 0f },
        { 8, 16, 12, 96, 64, 0, 0.2f },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void GivesTheBitsOfAPassBeforeIt(int batch, int height, int width, int inputs, int outputs, int padding, float slope)
    {
        var g = new ConvGeometry(batch, height, width, inputs, outputs, 3, 3, 1, padding);
        var x = ConvCases.Numbers(g.InputLength, 1);
        var w = ConvCases.Numbers(g.WeightLength, 2);
        var dy = ConvCases.Numbers(g.OutputLength, 3);
        float[] mean = ConvCases.Numbers(inputs, 4), scale = ConvCases.Numbers(inputs, 5), shift = ConvCases.Numbers(inputs, 6);

        // A gain of zero makes padding and image differ most.
        scale[3] = 0f;
        foreach (var path in ConvCases.Paths)
        {
            foreach (var threads in (int[])[1, 3])
            {
                using var workers = new Workers(threads, path) { Convolution = ConvMethod.Winograd };
                Assert.True(Conv.Maps(workers, g));
                float[] mapped = new float[g.InputLength], y = new float[g.OutputLength], expected = new float[g.OutputLength];
                float[] moments = new float[2 * outputs], dw = new float[g.WeightLength], expectedDw = new float[g.WeightLength];
                Rescale.Forward(workers, x, inputs, mean, scale, shift, [], slope, mapped);
                var map = new SourceMap { Mean = mean, Scale = scale, Shift = shift, Slope = slope };
                Conv.Forward(workers, g, x, map, w, [], 1f, y, default, default);
                Conv.Forward(workers, g, mapped, w, [], 1f, expected);
                Assert.Equal(expected, y);
                Conv.Forward(workers, g, x, map, w, [], 1f, y, moments.AsSpan(0, outputs), moments.AsSpan(outputs));
                Assert.Equal(expected, y);
                Conv.WeightGradient(workers, g, x, map, dy, dw, accumulate: false);
                Conv.WeightGradient(workers, g, mapped, dy, expectedDw, accumulate: false);
                Assert.Equal(expectedDw, dw);
            }
        }
    }

    [Fact]
    public void IsThereOnlyWhereTilesAreTransformed()
    {
        using var workers = new Workers(1) { Convolution = ConvMethod.Direct };
        var g = new ConvGeometry(4, 16, 16, 16, 16, 3, 3, 1, 1);
        Assert.False(Conv.Maps(workers, g));
        float[] x = new float[g.InputLength], w = new float[g.WeightLength], y = new float[g.OutputLength], table = new float[16];
        var error = Assert.Throws<ArgumentException>(() => Conv.Forward(workers, g, x, Map(table), w, [], 1f, y, default, default));
        Assert.Contains("only where F(4x4, 3x3) computes it", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Conv.WeightGradient(workers, g, x, Map(table), y, w, accumulate: false));
        using var others = new Workers(1);
        Assert.True(Conv.Maps(others, g));
        Assert.False(Conv.Maps(others, g with { Stride = 2 }));
        error = Assert.Throws<ArgumentException>(
            () => Conv.Forward(others, g, x, Map(new float[15]), w, [], 1f, y, default, default));
        Assert.Contains("15", error.Message, StringComparison.Ordinal);
    }

    private static SourceMap Map(float[] table) => new() { Mean = table, Scale = table, Shift = table, Slope = 0f };
}

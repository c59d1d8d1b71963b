using EvenKeel.Kernels.Convolution;

namespace EvenKeel.Tests.Kernels;

public sealed class ConvGeometryTests
{
    [Theory]
    [InlineData(32, 3, 1, 1, 32)]
    [InlineData(32, 3, 2, 1, 16)]
    [InlineData(8, 3, 1, 0, 6)]
    [InlineData(7, 2, 2, 0, 3)]
    [InlineData(5, 7, 3, 2, 1)]
    [InlineData(28, 5, 1, 2, 28)]
    public void Output_size_is_rounded_down(int size, int kernel, int stride, int padding, int expected)
    {
        var g = new ConvGeometry(2, size, size + stride, 3, 5, kernel, kernel, stride, padding);
        Assert.Equal(expected, g.OutHeight);
        Assert.Equal(expected + 1, g.OutWidth);
        Assert.Equal(2L * size * (size + stride) * 3, g.InputLength);
        Assert.Equal(2L * expected * (expected + 1) * 5, g.OutputLength);
        Assert.Equal(15L * kernel * kernel, g.WeightLength);
        Assert.Equal(2L * expected * (expected + 1) * 15 * kernel * kernel, g.Multiplies);
    }

    [Theory]
    [InlineData(0, 8, 8, 3, 3, 3, 1, 0, "batch is 0")]
    [InlineData(1, 0, 8, 3, 3, 3, 1, 0, "height is 0")]
    [InlineData(1, 8, -1, 3, 3, 3, 1, 0, "width is -1")]
    [InlineData(1, 8, 8, 0, 3, 3, 1, 0, "input channel count is 0")]
    [InlineData(1, 8, 8, 3, 0, 3, 1, 0, "output channel count is 0")]
    [InlineData(1, 8, 8, 3, 3, 0, 1, 0, "kernel size is 0")]
    [InlineData(1, 8, 8, 3, 3, 3, 0, 0, "stride is 0")]
    [InlineData(1, 8, 8, 3, 3, 3, 1, -1, "padding is -1")]
    [InlineData(1, 4, 8, 3, 3, 7, 1, 1, "does not fit an image of height 4")]
    public void Impossible_sizes_are_rejected(
        int batch, int height, int width, int inputs, int outputs, int kernel, int stride, int padding, string words)
    {
        var exception = Assert.Throws<ArgumentException>(
            () => new ConvGeometry(batch, height, width, inputs, outputs, kernel, kernel, stride, padding));
        Assert.Contains(words, exception.Message, StringComparison.Ordinal);
    }
}

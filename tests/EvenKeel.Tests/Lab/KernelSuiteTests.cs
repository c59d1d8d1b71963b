using EvenKeel.Kernels;
using EvenKeel.Lab.Benchmarks.KernelCases;

namespace EvenKeel.Tests.Lab;

public class KernelSuiteTests
{
    [Fact]
    public void WorkIsThatOfTheSizes()
    {
        // 100 images of 16x16 outputs, 9 taps of 96 by 192, two operations each.
        var conv = KernelSuite.All.Only(["3x3 96-192 at 16x16 direct"]).Cases;
        Assert.Equal(["conv forward", "conv input gradient", "conv weight gradient"], conv.Select(c => c.Kernel));
        Assert.All(conv, c => Assert.Equal(2.0 * 100 * 256 * 9 * 96 * 192, c.Operations));

        // Stride 2 halves the side of the output.
        Assert.All(KernelSuite.All.Only(["16-32 at 32x32, stride 2"]).Cases, c => Assert.Equal(2.0 * 128 * 256 * 9 * 16 * 32, c.Operations));
        Assert.All(KernelSuite.All.Only(["256x3072x500"]).Cases, c => Assert.Equal(2.0 * 256 * 3072 * 500, c.Operations));

        // Reads x, writes a quarter of it and a byte for each value written.
        var pool = Assert.Single(KernelSuite.All.Only(["max pool [100"]).Cases);
        var values = 100.0 * 32 * 32 * 96;
        Assert.Equal(4 * values + values + values / 4, pool.Bytes);
        Assert.False(pool.IsArithmetic);
    }

    [Fact]
    public void EveryWayOfAConvolutionIsACaseOnlyWhereItCanBeUsed()
    {
        Assert.Equal(
            [ConvMethod.Direct, ConvMethod.Winograd],
            KernelSuite.All.Only(["192-192 at 16x16"]).Cases.Select(c => c.Convolution).Distinct());
        Assert.All(KernelSuite.All.Only(["stride 2", "1x1"]).Cases, c => Assert.Equal("direct", c.Algorithm));
    }

    // The smallest of each kind; the others differ in sizes only, which the kernels check.
    [Theory]
    [InlineData("conv forward 3x3 64-64 at 8x8", "GFLOP/s")]
    [InlineData("dense weight gradient 256x500x500", "GFLOP/s")]
    [InlineData("softmax and loss [128, 10]", "GB/s")]
    public void RatesAreWorkOverTime(string name, string unit)
    {
        var suite = KernelSuite.All.Only([name]);
        var told = 0;
        var row = suite.Run(threads: 1, seconds: 0, (_, _) => told++, CancellationToken.None)[0];
        Assert.Equal((suite.Cases.Count, unit), (told, row.Unit));
        var amount = suite.Cases[0].IsArithmetic ? suite.Cases[0].Operations : suite.Cases[0].Bytes;
        Assert.Equal(amount / row.BestMilliseconds / 1e6, row.Best, 0.05 + 0.01 * row.Best);
        Assert.InRange(row.Median, 0, row.Best);
        Assert.Equal(row.Best / row.Machine, row.BestShare, 1e-3);
    }

    [Fact]
    public void AnUnknownKernelNamesTheKnown() => Assert.Contains(
        "expected part of conv forward", Assert.Throws<UserException>(() => KernelSuite.All.Only(["gelu"])).Message, StringComparison.Ordinal);
}

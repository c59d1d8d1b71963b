using EvenKeel.Kernels.Random;
using EvenKeel.Tests.Reference;

namespace EvenKeel.Tests.Kernels;

/// <summary>Test data and comparisons.</summary>
internal static class Numbers
{
    /// <summary>Lengths that cover every tail, one whole chunk, and several chunks with a rest.</summary>
    public static readonly int[] Lengths = [.. Enumerable.Range(0, 68), 127, 1_000, 16_384, 16_385, 70_003];

    /// <summary>Numbers of channels: narrow, odd, whole vectors, more than one panel.</summary>
    public static readonly int[] ChannelCounts = [1, 2, 3, 7, 10, 16, 17, 32, 48, 67, 96, 100, 1_040];

    /// <summary>Segments, rows and channels: samples of images, single rows, channels that fill no vector.</summary>
    public static readonly (int Segments, int Rows, int Channels)[] Segments =
        [(1, 5, 3), (3, 1, 7), (2, 49, 10), (5, 64, 16), (4, 33, 17), (2, 400, 96), (3, 9, 1_040), (2, 20_000, 3)];

    /// <summary>Numbers around <paramref name="mean"/>, uniform within <paramref name="width"/>.</summary>
    public static float[] Around(uint use, int length, float mean = 0f, float width = 2f)
    {
        var stream = new RandomStream(12345, use);
        var numbers = new float[length];
        for (var i = 0; i < length; i++) numbers[i] = mean + width * (stream.Uniform((ulong)i) - 0.5f);
        return numbers;
    }

    public static void Close(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++) Close(expected[i], actual[i], tolerance, $"element {i}");
    }

    /// <summary>Sums may be off by a share of the sum of magnitudes: cancellation is not the kernel's fault.</summary>
    public static void CloseSums(int rows, int channels, Func<int, double> term, ReadOnlySpan<float> actual)
    {
        var expected = PointwiseReference.ColumnSums(rows, channels, term);
        var magnitudes = PointwiseReference.ColumnSums(rows, channels, i => Math.Abs(term(i)));
        for (var c = 0; c < channels; c++)
        {
            if (!(Math.Abs(expected[c] - actual[c]) <= 3e-7 * magnitudes[c]))
                Assert.Fail($"{rows}x{channels}, sum of channel {c}: {actual[c]:R} instead of {expected[c]:R}");
        }
    }

    public static void Close(double expected, double actual, double tolerance, string what)
    {
        if (!(Math.Abs(expected - actual) <= tolerance * Math.Max(1.0, Math.Abs(expected))))
            Assert.Fail($"{what}: {actual:R} instead of {expected:R}");
    }
}

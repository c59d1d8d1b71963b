using EvenKeel.Kernels;
using EvenKeel.Kernels.Convolution;
using EvenKeel.Kernels.Random;

namespace EvenKeel.Tests.Kernels;

/// <summary>What the convolution and matrix tests share: numbers, awkward sizes, and the measure of error.</summary>
internal static class ConvCases
{
    public const double Tolerance = 2e-5;

    /// <summary>Sizes chosen so that every tail of every tile is met: channels around 1, 16, 32, 48 and 96, kernels
    /// odd and even, images narrower than a tile and not square, strides that do not divide, padding up to 3.</summary>
    public static ConvGeometry[] Geometries { get; } =
    [
        new(1, 1, 1, 1, 1, 1, 1, 1, 0),
        new(2, 5, 7, 3, 5, 3, 3, 1, 1),
        new(1, 8, 8, 16, 48, 3, 3, 1, 1),
        new(3, 6, 9, 7, 17, 3, 3, 1, 0),
        new(2, 9, 6, 17, 31, 3, 3, 2, 1),
        new(1, 11, 13, 5, 33, 5, 5, 1, 2),
        new(2, 7, 7, 31, 49, 1, 1, 1, 0),
        new(2, 7, 8, 33, 16, 1, 1, 2, 0),
        new(1, 9, 9, 3, 67, 7, 7, 2, 3),
        new(5, 4, 4, 48, 7, 2, 2, 1, 0),
        new(2, 8, 10, 16, 31, 2, 2, 2, 0),
        new(1, 10, 7, 7, 3, 4, 4, 2, 1),
        new(2, 5, 5, 67, 96, 3, 3, 1, 1),
        new(1, 12, 12, 96, 49, 3, 3, 1, 1),
        new(3, 10, 11, 5, 16, 3, 3, 3, 1),
        new(2, 6, 5, 16, 5, 1, 3, 1, 1),
        new(2, 5, 6, 17, 1, 3, 1, 1, 0),
        new(1, 3, 3, 8, 16, 3, 3, 1, 0),
        new(2, 3, 3, 5, 7, 3, 3, 1, 3),
        new(1, 4, 5, 3, 3, 6, 4, 3, 3),
        new(1, 2, 40, 6, 12, 2, 5, 1, 2),
        new(2, 2, 2, 1, 1, 3, 3, 1, 3),
        new(1, 5, 5, 4, 3, 2, 2, 3, 0),
        new(1, 30, 45, 3, 10, 3, 3, 1, 1),
        new(4, 16, 17, 9, 20, 3, 3, 1, 1),
        new(2, 6, 7, 33, 20, 3, 3, 1, 1),
        new(1, 5, 6, 49, 33, 2, 3, 1, 1),
        new(1, 3, 4, 190, 17, 3, 3, 1, 1),
        new(9, 13, 12, 2, 3, 3, 3, 1, 1),
        new(3, 28, 28, 1, 32, 3, 3, 1, 1),
        new(2, 7, 300, 4, 20, 5, 3, 1, 1),
        new(2, 6, 6, 96, 3, 3, 3, 1, 1),
        new(5, 1, 1, 500, 260, 1, 1, 1, 0),
        new(70, 2, 2, 1024, 50, 1, 1, 1, 0),
        new(2, 9, 32, 16, 16, 3, 3, 1, 1),
        new(3, 7, 19, 16, 48, 3, 3, 1, 0),
        new(1, 12, 17, 32, 16, 3, 3, 1, 1),
        new(2, 5, 16, 16, 32, 5, 3, 1, 1),
        new(1, 2, 30, 32, 64, 2, 3, 1, 2),
        new(2, 4, 21, 16, 16, 3, 3, 1, 3),
        new(19, 5, 6, 20, 33, 3, 3, 1, 1),
        new(11, 6, 6, 48, 40, 3, 3, 1, 2),
        new(17, 9, 8, 24, 16, 3, 3, 2, 1),
        new(13, 4, 4, 40, 17, 5, 5, 1, 2),
        new(9, 16, 17, 20, 33, 3, 3, 1, 1),
        new(9, 32, 31, 20, 200, 3, 3, 2, 0),
        new(1, 5, 6, 200, 100, 3, 3, 1, 0),
    ];

    public static VectorPath[] Paths { get; } = [.. VectorPaths.Available];

    public static MatrixTheoryData<VectorPath, int> PathsAndGeometries { get; } =
        new(Paths, Enumerable.Range(0, Geometries.Length));

    /// <summary>Numbers in [-1, 1), the same on every machine.</summary>
    public static float[] Numbers(long length, uint use)
    {
        var stream = new RandomStream(Seed: 7, use);
        var numbers = new float[length];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = (2f * stream.Uniform((ulong)i)) - 1f;
        return numbers;
    }

    /// <summary>Asserts that the largest difference is small against the largest expected value.</summary>
    public static void AssertClose(double[] expected, float[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        var largest = 0.0;
        var worst = 0.0;
        for (var i = 0; i < expected.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(expected[i]));
            var difference = Math.Abs(expected[i] - actual[i]);
            worst = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(worst, difference);
        }

        var error = worst / (largest + 1e-6);
        Assert.True(error <= Tolerance, $"{what}: error {error:E2} of the largest value, allowed {Tolerance:E0}");
    }
}

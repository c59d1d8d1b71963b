using System.Runtime.Intrinsics;
using EvenKeel.Kernels.Products;

namespace EvenKeel.Tests.Kernels;

/// <summary>Every register tile by itself, those that this processor would not choose included: the 128-bit tile of
/// eight rows is Arm64's.</summary>
public sealed unsafe class GemmTilesTests
{
    private const int Steps = 37;

    [Fact]
    public void Eight_rows_of_512_bits() => Check<WideTiles<Vector512<float>, Register512>>();

    [Fact]
    public void Eight_rows_of_128_bits() => Check<WideTiles<Vector128<float>, Register128>>();

    [Fact]
    public void Six_rows_of_256_bits() => Check<NarrowTiles<Vector256<float>, Register256>>();

    [Fact]
    public void Six_rows_of_128_bits() => Check<NarrowTiles<Vector128<float>, Register128>>();

    private static void Check<T>() where T : ITiles
    {
        for (var vectors = 1; vectors <= T.Shape.MaxVectors; vectors++)
        {
            CheckRows<T>(vectors);
            CheckSteps<T>(vectors);
        }
    }

    private static void CheckRows<T>(int vectors) where T : ITiles
    {
        var (rows, width) = (T.Shape.Rows, vectors * T.Shape.Lanes);
        var pixels = ConvCases.Numbers(rows * Steps, 1);
        var weights = ConvCases.Numbers(Steps * (width + 3), 2);
        var sums = new float[rows * width];
        fixed (float* p = pixels, w = weights, s = sums)
        {
            // Two runs that together are all steps, the later one first, and an empty one.
            var segments = stackalloc TileSegment[3];
            segments[0] = Segment(p, rows, first: 20, Steps - 20);
            segments[1] = Segment(p, rows, first: 5, 0);
            segments[2] = Segment(p, rows, first: 0, 20);
            T.GatherRows(vectors, segments, 3, w, width + 3, s);
        }

        var expected = new double[sums.Length];
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < width; j++)
                for (var k = 0; k < Steps; k++)
                    expected[(i * width) + j] += (double)pixels[(i * Steps) + k] * weights[(k * (width + 3)) + j];
        ConvCases.AssertClose(expected, sums, $"rows, {vectors} registers");
    }

    private static TileSegment Segment(float* pixels, int rows, int first, int length)
    {
        var segment = new TileSegment { FirstRow = first, Length = length };
        for (var i = 0; i < rows; i++) (&segment.Pixel0)[i] = pixels + (i * Steps) + first;
        return segment;
    }

    private static void CheckSteps<T>(int vectors) where T : ITiles
    {
        var (rows, width) = (T.Shape.Rows, vectors * T.Shape.Lanes);
        var input = ConvCases.Numbers(Steps * 11, 1);
        var gradient = ConvCases.Numbers(Steps * width, 2);
        var before = ConvCases.Numbers(rows * width, 3);
        var sums = before.ToArray();
        fixed (float* a = input, b = gradient, s = sums)
        {
            var steps = stackalloc TileStep[Steps];
            for (var k = 0; k < Steps; k++) steps[k] = new((Steps - 1 - k) * 11, k * width);
            T.GatherSteps(vectors, steps, Steps, a, b, s);
        }

        var expected = new double[sums.Length];
        for (var i = 0; i < rows; i++)
            for (var j = 0; j < width; j++)
            {
                expected[(i * width) + j] = before[(i * width) + j];
                for (var k = 0; k < Steps; k++)
                    expected[(i * width) + j] += (double)input[((Steps - 1 - k) * 11) + i] * gradient[(k * width) + j];
            }

        ConvCases.AssertClose(expected, sums, $"steps, {vectors} registers");
    }
}

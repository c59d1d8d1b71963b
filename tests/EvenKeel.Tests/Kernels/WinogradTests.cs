using EvenKeel.Kernels;
using EvenKeel.Kernels.Convolution;
using EvenKeel.Kernels.Convolution.Winograd;
using EvenKeel.Tests.Reference;

namespace EvenKeel.Tests.Kernels;

public sealed class WinogradTests
{
    /// <summary>Sums of a hundred and more products of transformed numbers: a few times the error of direct sums.</summary>
    private const double Tolerance = 1e-5;

    /// <summary>Grids that tiles cover exactly, ragged and hardly; channels below, at and beyond a group of 48, and so few
    /// that blocks are small; more tiles than a block, in one part and in two of different sizes; every padding.</summary>
    private static readonly ConvGeometry[] Geometries =
    [
        new(1, 4, 4, 16, 16, 3, 3, 1, 1),
        new(1, 3, 3, 16, 16, 3, 3, 1, 0),
        new(2, 7, 5, 32, 48, 3, 3, 1, 1),
        new(3, 8, 8, 48, 32, 3, 3, 1, 0),
        new(2, 9, 14, 64, 80, 3, 3, 1, 2),
        new(1, 6, 7, 112, 64, 3, 3, 1, 3),
        new(9, 28, 28, 16, 32, 3, 3, 1, 1),
        new(1, 9, 13, 192, 96, 3, 3, 1, 1),
        new(1, 2, 1, 80, 160, 3, 3, 1, 1),
        new(2, 7, 5, 32, 16, 3, 3, 1, 1),
        new(3, 9, 17, 32, 32, 3, 3, 1, 2),
        new(40, 9, 14, 16, 16, 3, 3, 1, 1),
        new(9, 18, 19, 48, 64, 3, 3, 1, 1),
    ];

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Geometries.Length)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void All_three_passes_match_the_definition(int index)
    {
        var g = Geometries[index];
        var x = ConvCases.Numbers(g.InputLength, 1);
        var w = ConvCases.Numbers(g.WeightLength, 2);
        var dy = ConvCases.Numbers(g.OutputLength, 3);
        var bias = ConvCases.Numbers(g.OutChannels, 4);
        var expectedOutput = NaiveConv.Forward(g, x, w, bias, 0.1f);
        var expectedInput = NaiveConv.InputGradient(g, dy, w);
        var expectedWeight = NaiveConv.WeightGradient(g, x, dy);
        foreach (var path in ConvCases.Paths)
        {
            using var workers = new Workers(2, path) { Convolution = ConvMethod.Winograd };
            var y = Garbage(g.OutputLength);
            Conv.Forward(workers, g, x, w, bias, 0.1f, y);
            Close(expectedOutput, y, $"{path}, forward");

            var dx = Garbage(g.InputLength);
            Conv.InputGradient(workers, g, dy, w, dx, accumulate: false);
            Close(expectedInput, dx, $"{path}, input gradient");
            Conv.InputGradient(workers, g, dy, w, dx, accumulate: true);
            Close(Twice(expectedInput), dx, $"{path}, input gradient, accumulated");

            var dw = Garbage(g.WeightLength);
            Conv.WeightGradient(workers, g, x, dy, dw, accumulate: false);
            Close(expectedWeight, dw, $"{path}, weight gradient");
            Conv.WeightGradient(workers, g, x, dy, dw, accumulate: true);
            Close(Twice(expectedWeight), dw, $"{path}, weight gradient, accumulated");
        }
    }

    [Fact]
    public void Threads_and_vector_path_do_not_change_the_bits()
    {
        foreach (var g in new ConvGeometry[] { new(9, 18, 19, 64, 80, 3, 3, 1, 1), new(11, 18, 19, 80, 48, 3, 3, 1, 1), new(3, 8, 8, 96, 48, 3, 3, 1, 0), new(9, 18, 19, 32, 16, 3, 3, 1, 1), new(30, 8, 8, 16, 16, 3, 3, 1, 0) })
        {
            float[][]? first = null;
            foreach (var path in ConvCases.Paths)
                foreach (var threads in new[] { 1, 2, 3, 5 })
                {
                    using var workers = new Workers(threads, path) { Convolution = ConvMethod.Winograd };
                    var results = AllPasses(workers, g);
                    first ??= results;
                    for (var i = 0; i < 3; i++)
                        Assert.True(first[i].AsSpan().SequenceEqual(results[i]), $"pass {i} of {g}, {path}, {threads} threads");
                }
        }
    }

    [Fact]
    public void Automatic_choice_takes_it_where_it_saves_products_and_nowhere_else()
    {
        Assert.True(Takes(new(2, 28, 28, 32, 32, 3, 3, 1, 1)));
        Assert.True(Takes(new(100, 8, 8, 192, 192, 3, 3, 1, 0)));
        Assert.False(Takes(new(2, 28, 28, 1, 32, 3, 3, 1, 1)), "channels that do not fill a register");
        Assert.False(Takes(new(100, 32, 32, 96, 96, 3, 3, 2, 1)), "stride 2");
        Assert.False(Takes(new(100, 32, 32, 96, 96, 5, 5, 1, 2)), "another kernel");
        Assert.False(Takes(new(1, 4, 4, 512, 512, 3, 3, 1, 1)), "too few tiles to pay for the weights");
        Assert.False(Takes(new(100, 2, 2, 512, 512, 3, 3, 1, 1)), "tiles mostly outside the image");

        static bool Takes(ConvGeometry g) => WinogradConv.Takes(ConvMethod.Auto, g);
    }

    [Fact]
    public void Error_against_double_precision_stays_near_that_of_a_direct_convolution()
    {
        var g = new ConvGeometry(1, 12, 12, 96, 48, 3, 3, 1, 1);
        var x = ConvCases.Numbers(g.InputLength, 1);
        var w = ConvCases.Numbers(g.WeightLength, 2);
        var expected = NaiveConv.Forward(g, x, w, [], 1f);
        Assert.InRange(RootMeanSquare(ConvMethod.Winograd) / RootMeanSquare(ConvMethod.Direct), 0.5, 3.0);

        double RootMeanSquare(ConvMethod method)
        {
            using var workers = new Workers(1) { Convolution = method };
            var y = new float[g.OutputLength];
            Conv.Forward(workers, g, x, w, [], 1f, y);
            return Math.Sqrt(y.Select((value, i) => Math.Pow(value - expected[i], 2)).Average());
        }
    }

    private static float[][] AllPasses(Workers workers, in ConvGeometry g)
    {
        var x = ConvCases.Numbers(g.InputLength, 1);
        var w = ConvCases.Numbers(g.WeightLength, 2);
        var dy = ConvCases.Numbers(g.OutputLength, 3);
        var results = new[] { new float[g.OutputLength], new float[g.InputLength], new float[g.WeightLength] };
        Conv.Forward(workers, g, x, w, [], 0.1f, results[0]);
        Conv.InputGradient(workers, g, dy, w, results[1], accumulate: false);
        Conv.WeightGradient(workers, g, x, dy, results[2], accumulate: false);
        return results;
    }

    private static float[] Garbage(long length)
    {
        var values = new float[length];
        Array.Fill(values, float.NaN);
        return values;
    }

    private static double[] Twice(double[] values) => [.. values.Select(v => 2 * v)];

    private static void Close(double[] expected, float[] actual, string what)
    {
        var largest = expected.Max(Math.Abs);
        for (var i = 0; i < expected.Length; i++)
        {
            var error = Math.Abs(expected[i] - actual[i]) / largest;
            Assert.True(error <= Tolerance, $"{what}, element {i}: {actual[i]:R} instead of {expected[i]:R}, {error:E1} of the largest");
        }
    }
}

using EvenKeel.Kernels;
using EvenKeel.Kernels.Convolution;
using EvenKeel.Tests.Reference;

namespace EvenKeel.Tests.Kernels;

public sealed class ConvTests
{
    public static MatrixTheoryData<VectorPath, int> Cases => ConvCases.PathsAndGeometries;

    public static TheoryData<VectorPath> Paths => [.. ConvCases.Paths];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forward_matches_the_definition(VectorPath path, int index)
    {
        using var workers = new Workers(2, path);
        var g = ConvCases.Geometries[index];
        var x = ConvCases.Numbers(g.InputLength, 1);
        var w = ConvCases.Numbers(g.WeightLength, 2);
        foreach (var (bias, slope) in new[] { ([], 1f), (ConvCases.Numbers(g.OutChannels, 3), 0.1f), ([], 0f) })
        {
            var y = Garbage(g.OutputLength);
            Conv.Forward(workers, g, x, w, bias, slope, y);
            ConvCases.AssertClose(NaiveConv.Forward(g, x, w, bias, slope), y, $"{g}, slope {slope}");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Input_gradient_matches_the_definition(VectorPath path, int index)
    {
        using var workers = new Workers(2, path);
        var g = ConvCases.Geometries[index];
        var dy = ConvCases.Numbers(g.OutputLength, 1);
        var w = ConvCases.Numbers(g.WeightLength, 2);
        var expected = NaiveConv.InputGradient(g, dy, w);
        var dx = Garbage(g.InputLength);
        Conv.InputGradient(workers, g, dy, w, dx, accumulate: false);
        ConvCases.AssertClose(expected, dx, g.ToString());

        dx = ConvCases.Numbers(g.InputLength, 3);
        Add(expected, dx);
        Conv.InputGradient(workers, g, dy, w, dx, accumulate: true);
        ConvCases.AssertClose(expected, dx, $"{g}, accumulated");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Weight_gradient_matches_the_definition(VectorPath path, int index)
    {
        using var workers = new Workers(2, path);
        var g = ConvCases.Geometries[index];
        var x = ConvCases.Numbers(g.InputLength, 1);
        var dy = ConvCases.Numbers(g.OutputLength, 2);
        var expected = NaiveConv.WeightGradient(g, x, dy);
        var dw = Garbage(g.WeightLength);
        Conv.WeightGradient(workers, g, x, dy, dw, accumulate: false);
        ConvCases.AssertClose(expected, dw, g.ToString());

        dw = ConvCases.Numbers(g.WeightLength, 3);
        Add(expected, dw);
        Conv.WeightGradient(workers, g, x, dy, dw, accumulate: true);
        ConvCases.AssertClose(expected, dw, $"{g}, accumulated");
    }

    [Fact]
    public void Threads_and_vector_path_do_not_change_the_bits()
    {
        foreach (var g in new ConvGeometry[]
                 {
                     new(5, 18, 19, 20, 50, 3, 3, 1, 1), new(3, 17, 20, 33, 70, 3, 3, 2, 1),
                     new(7, 16, 16, 3, 10, 5, 5, 1, 2), new(9, 15, 15, 40, 100, 1, 1, 1, 0),
                     new(5, 13, 33, 16, 16, 3, 3, 1, 1), new(3, 11, 18, 32, 48, 3, 3, 1, 0), new(3, 28, 29, 3, 50, 3, 3, 1, 1), new(5, 1, 1, 500, 260, 1, 1, 1, 0), new(300, 1, 1, 1024, 70, 1, 1, 1, 0),
                 })
        {
            float[][]? first = null;
            foreach (var path in ConvCases.Paths)
                foreach (var threads in new[] { 1, 2, 3, 5 })
                {
                    using var workers = new Workers(threads, path);
                    var results = AllPasses(workers, g);
                    first ??= results;
                    for (var i = 0; i < 3; i++)
                        Assert.True(first[i].AsSpan().SequenceEqual(results[i]), $"pass {i} of {g}, {path}, {threads} threads");
                }
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Numbers_outside_the_operands_are_neither_read_nor_written(VectorPath path)
    {
        using var workers = new Workers(1, path);
        foreach (var g in new ConvGeometry[] { new(1, 5, 5, 3, 10, 3, 3, 1, 1), new(1, 3, 4, 19, 49, 3, 3, 1, 1), new(1, 3, 17, 16, 16, 3, 3, 1, 1), new(1, 4, 18, 32, 32, 3, 3, 1, 0), new(1, 1, 3, 7, 5, 1, 1, 1, 0) })
        {
            // Each tensor sits between NaNs, so that a read outside shows in the result and a write outside here.
            var x = Fenced(ConvCases.Numbers(g.InputLength, 1));
            var w = Fenced(ConvCases.Numbers(g.WeightLength, 2));
            var b = Fenced(ConvCases.Numbers(g.OutChannels, 3));
            var y = Fenced(new float[g.OutputLength]);
            var dx = Fenced(new float[g.InputLength]);
            var dw = Fenced(new float[g.WeightLength]);
            Conv.Forward(workers, g, Inner(x), Inner(w), Inner(b), 1f, Inner(y));
            Conv.InputGradient(workers, g, Inner(y), Inner(w), Inner(dx), accumulate: false);
            Conv.WeightGradient(workers, g, Inner(x), Inner(y), Inner(dw), accumulate: false);
            foreach (var tensor in new[] { y, dx, dw })
            {
                Assert.All(tensor[..Fence], value => Assert.True(float.IsNaN(value)));
                Assert.All(tensor[^Fence..], value => Assert.True(float.IsNaN(value)));
                Assert.All(Inner(tensor).ToArray(), value => Assert.True(float.IsFinite(value)));
            }
        }
    }

    [Fact]
    public void Nothing_is_allocated_by_a_call()
    {
        using var workers = new Workers(1);
        var g = new ConvGeometry(2, 8, 8, 16, 20, 3, 3, 2, 1);
        var x = ConvCases.Numbers(g.InputLength, 1);
        var w = ConvCases.Numbers(g.WeightLength, 2);
        var y = new float[g.OutputLength];
        var dx = new float[g.InputLength];
        var dw = new float[g.WeightLength];
        var least = long.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Conv.Forward(workers, g, x, w, [], 0f, y);
            Conv.InputGradient(workers, g, y, w, dx, accumulate: false);
            Conv.WeightGradient(workers, g, x, y, dw, accumulate: false);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    [Fact]
    public void Wrong_lengths_and_overlaps_are_rejected()
    {
        using var workers = new Workers(1);
        var g = new ConvGeometry(1, 4, 4, 2, 3, 3, 3, 1, 1);
        var x = new float[g.InputLength];
        var w = new float[g.WeightLength];
        var y = new float[g.OutputLength];
        Rejected("input of a convolution holds 31 floats: expected 32", () => Conv.Forward(workers, g, x.AsSpan(1), w, [], 1f, y));
        Rejected("weights", () => Conv.Forward(workers, g, x, w.AsSpan(1), [], 1f, y));
        Rejected("bias", () => Conv.Forward(workers, g, x, w, new float[2], 1f, y));
        Rejected("output", () => Conv.Forward(workers, g, x, w, [], 1f, y.AsSpan(1)));
        Rejected("output gradient", () => Conv.InputGradient(workers, g, y.AsSpan(1), w, x, accumulate: false));
        Rejected("weights", () => Conv.InputGradient(workers, g, y, w.AsSpan(1), x, accumulate: false));
        Rejected("input gradient", () => Conv.InputGradient(workers, g, y, w, x.AsSpan(1), accumulate: false));
        Rejected("input", () => Conv.WeightGradient(workers, g, x.AsSpan(1), y, w, accumulate: false));
        Rejected("output gradient", () => Conv.WeightGradient(workers, g, x, y.AsSpan(1), w, accumulate: false));
        Rejected("weight gradient", () => Conv.WeightGradient(workers, g, x, y, w.AsSpan(1), accumulate: false));

        var shared = new float[g.InputLength + g.OutputLength];
        Rejected("overlaps", () => Conv.Forward(workers, g, shared.AsSpan(0, 32), w, [], 1f, shared.AsSpan(8, 48)));
    }

    private const int Fence = 64;

    private static float[][] AllPasses(Workers workers, in ConvGeometry g)
    {
        var x = ConvCases.Numbers(g.InputLength, 1);
        var w = ConvCases.Numbers(g.WeightLength, 2);
        var y = new float[g.OutputLength];
        var dx = new float[g.InputLength];
        var dw = new float[g.WeightLength];
        Conv.Forward(workers, g, x, w, ConvCases.Numbers(g.OutChannels, 3), 0.1f, y);
        Conv.InputGradient(workers, g, y, w, dx, accumulate: false);
        Conv.WeightGradient(workers, g, x, y, dw, accumulate: true);
        return [y, dx, dw];
    }

    private static float[] Garbage(long length)
    {
        var garbage = new float[length];
        Array.Fill(garbage, float.NaN);
        return garbage;
    }

    private static void Add(double[] expected, float[] before)
    {
        for (var i = 0; i < expected.Length; i++) expected[i] += before[i];
    }

    private static float[] Fenced(float[] inner)
    {
        var fenced = Garbage(inner.Length + (2 * Fence));
        inner.CopyTo(fenced, Fence);
        return fenced;
    }

    private static Span<float> Inner(float[] fenced) => fenced.AsSpan(Fence, fenced.Length - (2 * Fence));

    private static void Rejected(string words, Action call) =>
        Assert.Contains(words, Assert.Throws<ArgumentException>(call).Message, StringComparison.Ordinal);
}

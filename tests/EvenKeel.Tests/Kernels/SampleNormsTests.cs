using EvenKeel.Kernels;
using EvenKeel.Kernels.Normalization;
using EvenKeel.Tests.Reference;

namespace EvenKeel.Tests.Kernels;

[Collection(KernelCollection.Name)]
public class SampleNormsTests(WorkerGrid grid)
{
    private static readonly RowScale[] Scales =
    [
        new(Centers: true, Absolute: false, 1e-3f, Inside: true), new(Centers: true, Absolute: false, 1e-3f, Inside: false),
        new(Centers: true, Absolute: true, 1e-3f, Inside: false), new(Centers: false, Absolute: false, 1e-3f, Inside: true),
    ];

    // Samples, pixels, channels, groups, periods: full and partial vectors, wide rows, slices, dense layers, slabs.
    public static TheoryData<int, int, int, int, int> Sizes() => new()
    {
        { 1, 2, 1, 1, 1 }, { 2, 9, 3, 3, 1 }, { 3, 16, 3, 1, 1 }, { 2, 49, 8, 4, 1 }, { 5, 13, 4, 2, 1 }, { 3, 35, 2, 1, 3 }, { 2, 25, 16, 16, 1 },
        { 40, 9, 32, 32, 1 }, { 1, 30, 64, 32, 1 }, { 2, 7, 64, 2, 1 }, { 3, 5, 67, 67, 1 }, { 4, 6, 66, 3, 1 }, { 37, 1, 512, 2, 1 },
        { 3, 1, 40, 5, 1 }, { 1, 3, 96, 6, 1 }, { 6, 10, 5, 1, 3 }, { 64, 14, 2, 1, 32 }, { 33, 3, 48, 1, 2 }, { 2, 1_000, 32, 8, 1 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Forward_and_backward_match_their_twins(int samples, int pixels, int channels, int count, int periods)
    {
        var groups = new SampleGroups(pixels, channels, count, periods);
        foreach (var scale in Scales)
        {
            foreach (var slope in (float[])[1f, 0.1f])
            {
                int n = samples * pixels * channels, affine = periods * channels;
                float[] x = Numbers.Around(1, n, 2f), dy = Numbers.Around(2, n), before = Numbers.Around(5, n);
                float[] gamma = Numbers.Around(3, affine, 1f), beta = Numbers.Around(4, affine);
                var forward = grid.Same(n + (3 * samples * count), (w, r) =>
                    SampleNorms.Forward(w, x, groups, gamma, beta, scale, slope, r.AsSpan(0, n), r.AsSpan(n)));
                var expected = SampleNormReference.Run(x, dy, groups, gamma, beta, scale, slope);
                Numbers.Close(expected.Y, forward.AsSpan(0, n), 1e-5);
                var back = grid.Same(n + (2 * affine), (w, r) =>
                {
                    before.CopyTo(r, 0);
                    SampleNorms.Backward(
                        w, x, dy, groups, gamma, beta, scale, slope, forward.AsSpan(n), r.AsSpan(0, n), accumulate: true,
                        r.AsSpan(n, affine), r.AsSpan(n + affine));
                });
                var fresh = grid.Same(n + (2 * affine), (w, r) => SampleNorms.Backward(
                    w, x, dy, groups, gamma, beta, scale, slope, forward.AsSpan(n), r.AsSpan(0, n), accumulate: false,
                    r.AsSpan(n, affine), r.AsSpan(n + affine)));
                Numbers.Close(expected.Dx, fresh.AsSpan(0, n), 2e-5);
                for (var i = 0; i < n; i++) expected.Dx[i] += before[i];
                Numbers.Close(expected.Dx, back.AsSpan(0, n), 2e-5);
                Sums(expected.Gain, expected.GainSize, back.AsSpan(n, affine));
                Sums(expected.Shift, expected.ShiftSize, back.AsSpan(n + affine));
            }
        }
    }

    // Off by a share of the sum of magnitudes: cancellation is not the kernel's fault.
    private static void Sums(double[] expected, double[] size, ReadOnlySpan<float> actual)
    {
        for (var i = 0; i < expected.Length; i++) Assert.InRange(Math.Abs(expected[i] - actual[i]), 0, 1e-6 * Math.Max(1, size[i]));
    }

    [Fact]
    public void The_gradient_may_take_the_place_of_the_upstream_one()
    {
        var groups = new SampleGroups(10, 12, 3);
        var scale = new RowScale(Centers: true, Absolute: false, 1e-5f, Inside: true);
        const int Length = 4 * 10 * 12;
        float[] x = Numbers.Around(1, Length), dy = Numbers.Around(2, Length), gamma = Numbers.Around(3, 12), beta = Numbers.Around(4, 12);
        var statistics = new float[3 * 4 * 3];
        using var workers = new Workers(1);
        SampleNorms.Forward(workers, x, groups, gamma, beta, scale, 1f, new float[Length], statistics);
        float[] apart = new float[Length], gain = new float[12], shift = new float[12];
        SampleNorms.Backward(workers, x, dy, groups, gamma, beta, scale, 1f, statistics, apart, false, gain, shift);
        SampleNorms.Backward(workers, x, dy, groups, gamma, beta, scale, 1f, statistics, dy, false, gain, shift);
        Assert.Equal(apart, dy);
    }

    [Fact]
    public void A_large_common_mean_costs_no_digits()
    {
        var groups = new SampleGroups(100, 8, 2);
        var x = Numbers.Around(1, 3 * 800, 10_000f, 2f);
        float[] one = new float[8], zero = new float[8];
        Array.Fill(one, 1f);
        var scale = new RowScale(Centers: true, Absolute: false, 1e-5f, Inside: true);
        var y = grid.Same((3 * 800) + 18, (w, r) =>
            SampleNorms.Forward(w, x, groups, one, zero, scale, 1f, r.AsSpan(0, 3 * 800), r.AsSpan(3 * 800)));
        var expected = SampleNormReference.Run(x, new float[x.Length], groups, one, zero, scale, 1f);
        Numbers.Close(expected.Y, y.AsSpan(0, 3 * 800), 2e-3);
    }

    [Fact]
    public void A_first_value_far_off_costs_no_digits()
    {
        var groups = new SampleGroups(200, 16, 4);
        var x = Numbers.Around(1, 200 * 16, 50f, 0.01f);
        for (var g = 0; g < 4; g++) x[4 * g] = 0f;
        float[] one = new float[16], zero = new float[16];
        Array.Fill(one, 1f);
        var scale = new RowScale(Centers: true, Absolute: false, 1e-12f, Inside: true);
        var y = grid.Same(x.Length + 12, (w, r) =>
            SampleNorms.Forward(w, x, groups, one, zero, scale, 1f, r.AsSpan(0, x.Length), r.AsSpan(x.Length)));
        var expected = SampleNormReference.Run(x, new float[x.Length], groups, one, zero, scale, 1f);
        Numbers.Close(expected.Y, y.AsSpan(0, x.Length), 2e-5);
    }

    [Theory]
    [InlineData(2, "groups that divide")]
    [InlineData(0, "sizes of 1 or more")]
    public void Groups_that_do_not_fit_are_refused(int groups, string expected)
    {
        using var workers = new Workers(1);
        var problem = Assert.Throws<ArgumentException>(() => SampleNorms.Forward(
            workers, new float[9], new SampleGroups(3, 3, groups), new float[3], new float[3], default, 1f, new float[9], new float[9]));
        Assert.Contains(expected, problem.Message, StringComparison.Ordinal);
    }
}

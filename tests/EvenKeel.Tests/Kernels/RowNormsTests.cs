using EvenKeel.Kernels.Normalization;
using EvenKeel.Tests.Reference;

namespace EvenKeel.Tests.Kernels;

[Collection(KernelCollection.Name)]
public class RowNormsTests(WorkerGrid grid)
{
    public static TheoryData<bool, bool, bool> Scales() => new()
    {
        { true, false, true }, { true, false, false }, { true, true, false }, { false, false, true },
    };

    [Theory]
    [MemberData(nameof(Scales))]
    public void Forward_and_backward_match_their_twins(bool centers, bool absolute, bool inside)
    {
        var scale = new RowScale(centers, absolute, 1e-3f, inside);
        foreach (var (rows, width) in ((int, int)[])[(1, 4), (3, 5), (7, 16), (40, 33), (5, 1_000), (600, 67), (2, 40_000)])
        {
            foreach (var slope in (float[])[1f, 0.1f])
            {
                var n = rows * width;
                float[] x = Numbers.Around(1, n, 2f), dy = Numbers.Around(2, n), before = Numbers.Around(5, n);
                float[] gamma = Numbers.Around(3, width, 1f), beta = Numbers.Around(4, width);
                var forward = grid.Same(n + 3 * rows, (w, r) =>
                    RowNorms.Forward(w, x, gamma, beta, scale, slope, r.AsSpan(0, n), r.AsSpan(n)));
                var expected = RowNormReference.Run(x, dy, gamma, beta, scale, slope);
                Numbers.Close(expected.Y, forward.AsSpan(0, n), 1e-5);
                var back = grid.Same(n + 2 * width, (w, r) =>
                {
                    before.CopyTo(r, 0);
                    RowNorms.Backward(
                        w, x, dy, gamma, beta, scale, slope, forward.AsSpan(n), r.AsSpan(0, n), accumulate: true,
                        r.AsSpan(n, width), r.AsSpan(n + width));
                });
                for (var i = 0; i < n; i++) expected.Dx[i] += before[i];
                Numbers.Close(expected.Dx, back.AsSpan(0, n), 2e-5);
                Numbers.Close(expected.Gain, back.AsSpan(n, width), 2e-5);
                Numbers.Close(expected.Shift, back.AsSpan(n + width), 2e-5);
            }
        }
    }

    [Fact]
    public void A_large_common_mean_costs_no_digits()
    {
        const int Width = 500;
        var x = Numbers.Around(1, 3 * Width, 10_000f, 2f);
        float[] one = new float[Width], zero = new float[Width];
        Array.Fill(one, 1f);
        var scale = new RowScale(Centers: true, Absolute: false, 1e-5f, Inside: true);
        var y = grid.Same(4 * Width * 3, (w, r) => RowNorms.Forward(w, x, one, zero, scale, 1f, r.AsSpan(0, 3 * Width), r.AsSpan(3 * Width, 9)));
        var expected = RowNormReference.Run(x, new float[x.Length], one, zero, scale, 1f);
        Numbers.Close(expected.Y, y.AsSpan(0, 3 * Width), 2e-3);
    }
}

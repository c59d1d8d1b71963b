using EvenKeel.Kernels;
using EvenKeel.Kernels.Fusion;
using EvenKeel.Kernels.Normalization;
using EvenKeel.Kernels.Pooling;
using EvenKeel.Tests.Reference;

namespace EvenKeel.Tests.Kernels;

[Collection(KernelCollection.Name)]
public class PoolTests(WorkerGrid grid)
{
    private static readonly (int Height, int Width, int Kernel, int Stride, int Padding)[] Windows =
    [
        (8, 8, 2, 2, 0), (7, 9, 2, 2, 0), (9, 7, 3, 2, 1), (6, 5, 3, 1, 1), (7, 7, 2, 3, 1), (5, 5, 5, 5, 0),
        (4, 4, 4, 4, 2),
    ];

    internal static IEnumerable<PoolGeometry> Geometries()
    {
        foreach (var (height, width, kernel, stride, padding) in Windows)
            foreach (var channels in (int[])[1, 3, 16, 35])
                yield return new PoolGeometry(3, height, width, channels, kernel, stride, padding);
        yield return new PoolGeometry(2, 33, 33, 64, 3, 2, 1);
    }

    [Fact]
    public void Max_and_its_gradient_match_their_twins()
    {
        foreach (var g in Geometries())
        {
            var x = Ties(g.InputLength);
            var (y, index) = PoolReference.Max(g, x);
            var got = new byte[g.OutputLength];
            Assert.Equal(y, grid.Same(g.OutputLength, (w, r) =>
            {
                Pool.MaxForward(w, g, x, r, got);
                Assert.Equal(index, got);
            }));
            var dy = Numbers.Around(2, g.OutputLength);
            Numbers.Close(
                PoolReference.MaxBackward(g, dy, index),
                grid.Same(g.InputLength, (w, dx) =>
                {
                    Array.Fill(dx, 9f);
                    Pool.MaxBackward(w, g, dy, index, dx);
                }), 1e-6);
        }
    }

    [Fact]
    public void Max_reads_through_a_map_to_the_bits_of_a_pass_before_it()
    {
        foreach (var g in Geometries())
        {
            var x = Numbers.Around(1, g.InputLength);
            float[] mean = Numbers.Around(2, g.Channels), scale = Numbers.Around(3, g.Channels), shift = Numbers.Around(4, g.Channels);
            SourceMap Map() => new() { Mean = mean, Scale = scale, Shift = shift, Slope = 0.1f };
            using var workers = new Workers(1);
            float[] mapped = new float[g.InputLength], y = new float[g.OutputLength];
            byte[] index = new byte[g.OutputLength], got = new byte[g.OutputLength];
            if (g.Channels % 16 != 0)
            {
                Assert.Throws<ArgumentException>(() => Pool.MaxForward(workers, g, x, Map(), y, got));
                continue;
            }

            Rescale.Forward(workers, x, g.Channels, mean, scale, shift, [], 0.1f, mapped);
            Pool.MaxForward(workers, g, mapped, y, index);
            Assert.Equal(y, grid.Same(g.OutputLength, (w, r) =>
            {
                Pool.MaxForward(w, g, x, Map(), r, got);
                Assert.Equal(index, got);
            }));
        }
    }

    // With an addend, without, with bits, and bits without an activation.
    [Theory]
    [InlineData(false, false, 0.1f)]
    [InlineData(true, false, 0f)]
    [InlineData(false, false, 1f)]
    [InlineData(false, true, 0.2f)]
    [InlineData(false, true, 1f)]
    public void A_gradient_that_passes_a_normalizer_and_is_summed_matches_passes_of_their_own(bool addend, bool bits, float slope)
    {
        foreach (var g in Geometries().Append(new PoolGeometry(9, 17, 12, 32, 2, 2, 0)))
        {
            var n = g.InputLength;
            float[] x = Numbers.Around(1, n), dy = Numbers.Around(2, g.OutputLength), output = Numbers.Around(3, n);
            float[] mean = Numbers.Around(4, g.Channels), rstd = Numbers.Around(5, g.Channels, 2f);
            float[] scale = Numbers.Around(6, g.Channels), shift = Numbers.Around(7, g.Channels);
            var gates = bits && slope != 1f ? new float[Gated.Length(n)] : [];
            new Random(8).NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(gates.AsSpan()));
            var words = System.Runtime.InteropServices.MemoryMarshal.Cast<float, ushort>(gates).ToArray();
            using var workers = new Workers(2);
            float[] y = new float[g.OutputLength], plain = new float[n];
            var index = new byte[g.OutputLength];
            Pool.MaxForward(workers, g, x, y, index);
            Pool.MaxBackward(workers, g, dy, index, plain);
            if (!Pool.Gates(g))
            {
                Assert.Throws<ArgumentException>(
                    () => Pool.MaxBackward(workers, g, dy, index, plain, new GatedSums { Slope = 1f, Sum = new float[g.Channels] }));
                continue;
            }

            var all = grid.Same(n + (2 * g.Channels), (w, r) => Pool.MaxBackward(w, g, dy, index, r.AsSpan(0, n), new GatedSums
            {
                X = bits ? [] : x,
                Y = addend ? output : [],
                Bits = gates,
                Mean = mean,
                Rstd = rstd,
                Scale = scale,
                Shift = shift,
                Slope = slope,
                Sum = r.AsSpan(n, g.Channels),
                Product = bits ? [] : r.AsSpan(n + g.Channels),
            }));
            double[] sum = new double[g.Channels], product = new double[g.Channels];
            for (var i = 0; i < n; i++)
            {
                var c = i % g.Channels;
                var open = slope == 1f || (bits ? (words[i / 16] >> (i % 16) & 1) != 0
                    : addend ? output[i] > 0f : MathF.FusedMultiplyAdd(x[i] - mean[c], scale[c], shift[c]) > 0f);
                var expected = open ? plain[i] : plain[i] * slope;
                Assert.Equal(expected, all[i]);
                sum[c] += expected;
                product[c] += bits ? 0 : (double)expected * (x[i] - mean[c]) * rstd[c];
            }

            Numbers.Close(sum, all.AsSpan(n, g.Channels).ToArray(), 1e-5);
            Numbers.Close(product, all.AsSpan(n + g.Channels).ToArray(), 1e-5);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Average_and_its_gradient_match_their_twins(bool countPadding)
    {
        foreach (var g in Geometries())
        {
            float[] x = Numbers.Around(1, g.InputLength), dy = Numbers.Around(2, g.OutputLength);
            Numbers.Close(
                PoolReference.Average(g, countPadding, x),
                grid.Same(g.OutputLength, (w, y) => Pool.AverageForward(w, g, countPadding, x, y)), 1e-6);
            Numbers.Close(
                PoolReference.AverageBackward(g, countPadding, dy),
                grid.Same(g.InputLength, (w, dx) =>
                {
                    Array.Fill(dx, 9f);
                    Pool.AverageBackward(w, g, countPadding, dy, dx);
                }), 1e-6);
        }
    }

    [Fact]
    public void Not_a_number_wins_and_minus_infinity_is_a_number()
    {
        var g = new PoolGeometry(1, 2, 4, 17, 2, 2, 0);
        var x = new float[g.InputLength];
        Array.Fill(x, float.NegativeInfinity);
        x[17 * 5 + 3] = float.NaN;
        x[17 * 5 + 16] = float.NaN;
        foreach (var workers in grid.All)
        {
            var y = new float[g.OutputLength];
            var index = new byte[g.OutputLength];
            Pool.MaxForward(workers, g, x, y, index);
            for (var i = 0; i < y.Length; i++)
            {
                var poisoned = i is 3 or 16;
                Assert.Equal(poisoned ? float.NaN : float.NegativeInfinity, y[i]);
                Assert.Equal(poisoned ? 3 : 0, index[i]);
            }
        }
    }

    [Fact]
    public void Global_average_and_its_gradient_match_their_twins()
    {
        foreach (var channels in Numbers.ChannelCounts)
            foreach (var pixels in (int[])[1, 2, 9, 64])
            {
                const int Batch = 5;
                float[] x = Numbers.Around(1, Batch * pixels * channels), dy = Numbers.Around(2, Batch * channels);
                var mean = new double[Batch * channels];
                int Image(int i) => i / (pixels * channels) * channels + i % channels;
                for (var i = 0; i < x.Length; i++) mean[Image(i)] += x[i] / (double)pixels;
                Numbers.Close(mean, grid.Same(
                    mean.Length, (w, y) => Pool.GlobalAverageForward(w, Batch, pixels, channels, x, y)), 1e-6);
                Numbers.Close(
                    PointwiseReference.Map(x.Length, i => dy[Image(i)] / (double)pixels),
                    grid.Same(x.Length, (w, dx) => Pool.GlobalAverageBackward(w, Batch, pixels, channels, dy, dx)), 1e-6);
            }
    }

    [Theory]
    [InlineData(16, 1, 0, "the pooling window is 16x16")]
    [InlineData(3, 0, 0, "the pooling stride is 0")]
    [InlineData(3, 2, 2, "the pooling padding is 2: expected 0 to 1")]
    [InlineData(9, 1, 0, "the pooling window of 9 does not fit")]
    public void Windows_that_make_no_sense_are_refused(int kernel, int stride, int padding, string message)
    {
        var g = new PoolGeometry(1, 8, 8, 1, kernel, stride, padding);
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(g.Check).Message);
    }

    // Few distinct values, so that windows hold equals.
    private static float[] Ties(int length)
    {
        var x = Numbers.Around(1, length, 0f, 6f);
        for (var i = 0; i < length; i++) x[i] = MathF.Round(x[i]);
        return x;
    }
}

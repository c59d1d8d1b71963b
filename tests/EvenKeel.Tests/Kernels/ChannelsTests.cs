using EvenKeel.Kernels;
using EvenKeel.Kernels.Statistics;
using EvenKeel.Tests.Reference;

namespace EvenKeel.Tests.Kernels;

[Collection(KernelCollection.Name)]
public class ChannelsTests(WorkerGrid grid)
{
    /// <summary>Rows that leave rests in wide rows and chunks, and enough of them for several chunks.</summary>
    internal static IEnumerable<(int Rows, int Channels)> Shapes()
    {
        foreach (var channels in Numbers.ChannelCounts)
        {
            foreach (var rows in (int[])[1, 2, 5, 16, 33]) yield return (rows, channels);
            yield return (40_007 / channels + 1, channels);
        }
    }

    [Fact]
    public void Sum_and_dot_match_their_twins()
    {
        foreach (var (rows, channels) in Shapes())
        {
            float[] a = Numbers.Around(1, rows * channels, 0.5f), b = Numbers.Around(2, rows * channels, 0.5f);
            var sums = PointwiseReference.ColumnSums(rows, channels, i => a[i]);
            Numbers.CloseSums(
                rows, channels, i => a[i],
                grid.Same(channels, (w, s) => Channels.Sum(w, a, channels, s, accumulate: false)));
            var more = PointwiseReference.Map(channels, c => sums[c] + 3.0);
            Numbers.Close(more, grid.Same(channels, (w, s) =>
            {
                Array.Fill(s, 3f);
                Channels.Sum(w, a, channels, s, accumulate: true);
            }), 2e-6);
            Numbers.CloseSums(
                rows, channels, i => (double)a[i] * b[i],
                grid.Same(channels, (w, s) => Channels.Dot(w, a, b, channels, s)));
        }
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(0.1f)]
    public void Gradients_pass_an_activation_and_add_up_in_one_pass(float slope)
    {
        foreach (var (rows, channels) in Shapes())
        {
            var n = rows * channels;
            float[] y = Numbers.Around(1, n), dy = Numbers.Around(2, n, 0.5f);
            double Passed(int i) => y[i] > 0 ? dy[i] : (double)slope * dy[i];
            var sums = new float[channels];
            Numbers.Close(PointwiseReference.Map(n, Passed), grid.Same(n, (w, r) =>
            {
                dy.CopyTo(r, 0);
                Channels.LeakyReluBackwardSum(w, slope, y, r, channels, sums, accumulate: false);
            }), 1e-7);
            Numbers.CloseSums(rows, channels, Passed, sums);
            var twice = grid.Same(channels, (w, r) =>
            {
                sums.CopyTo(r, 0);
                Channels.LeakyReluBackwardSum(w, slope, y, (float[])dy.Clone(), channels, r, accumulate: true);
            });
            Numbers.Close(PointwiseReference.Map(channels, c => 2.0 * sums[c]), twice, 1e-6);
        }
    }

    [Fact]
    public void Scales_and_bias_match_their_twins()
    {
        foreach (var (rows, channels) in Shapes())
        {
            var n = rows * channels;
            float[] x = Numbers.Around(1, n), z = Numbers.Around(2, n);
            float[] a = Numbers.Around(3, channels), b = Numbers.Around(4, channels);
            Numbers.Close(
                PointwiseReference.Map(n, i => (double)a[i % channels] * x[i]),
                grid.Same(n, (w, y) => Channels.Scale(w, x, a, channels, y)), 1e-7);
            Numbers.Close(
                PointwiseReference.Map(n, i => (double)a[i % channels] * x[i] + (double)b[i % channels] * z[i]),
                grid.Same(n, (w, y) => Channels.ScaleAdd(w, x, a, z, b, channels, y)), 1e-6);
            Numbers.Close(
                PointwiseReference.Map(n, i => PointwiseReference.Act((double)x[i] + b[i % channels], 0.1)),
                grid.Same(n, (w, y) => Channels.AddBias(w, x, b, channels, 0.1f, y)), 1e-6);
        }
    }

    [Fact]
    public void Magnitudes_match_their_twins()
    {
        foreach (var (rows, channels) in Shapes())
        {
            var n = rows * channels;
            float[] x = Numbers.Around(1, n), z = Numbers.Around(2, n);
            float[] a = Numbers.Around(3, channels), b = Numbers.Around(4, channels);
            for (var i = 0; i < n; i += 5) z[i] = 0f;
            Numbers.CloseSums(
                rows, channels, i => Math.Abs(x[i]),
                grid.Same(channels, (w, s) => Channels.AbsoluteSum(w, x, channels, s)));
            Numbers.Close(
                PointwiseReference.Map(n, i => (double)a[i % channels] * x[i] + (double)b[i % channels] * Math.Sign(z[i])),
                grid.Same(n, (w, y) => Channels.ScaleAddSign(w, x, a, z, b, channels, y)), 1e-6);

            // Twice the same largest magnitude in each channel, where there are rows for it: the first one counts.
            for (var c = 0; c < channels && rows > 2; c++) x[channels + c] = x[(rows - 1) * channels + c] = c % 2 == 0 ? 1.5f : -1.5f;
            var peaks = PointwiseReference.Peaks(x, channels, out var at);
            var got = grid.Same(channels, (w, p) => Channels.AbsoluteMax(w, x, channels, p));
            Numbers.Close(peaks, got, 0);
            var expected = PointwiseReference.Map(n, i => z[i]);
            for (var c = 0; c < channels; c++) expected[at[c]] += (double)b[c] * Math.Sign(x[at[c]]);
            Numbers.Close(expected, grid.Same(n, (w, y) =>
            {
                z.CopyTo(y, 0);
                Channels.AddSignAtPeak(w, x, got, b, channels, y);
            }), 1e-6);
        }
    }

    [Fact]
    public void Lengths_must_be_whole_rows()
    {
        using var workers = new Workers(1);
        var error = Assert.Throws<ArgumentException>(() => Channels.Sum(workers, new float[7], 3, new float[3], false));
        Assert.Equal("x holds 7 values: expected a multiple of its 3 channels.", error.Message);
    }

    [Fact]
    public void Sums_and_dots_of_segments_match_their_twins()
    {
        foreach (var (segments, rows, channels) in Numbers.Segments)
        {
            float[] a = Numbers.Around(1, segments * rows * channels), b = Numbers.Around(2, a.Length, 1f);
            var sums = grid.Same(segments * channels, (w, r) => Channels.Sum(w, a, channels, r, accumulate: false));
            var dots = grid.Same(segments * channels, (w, r) => Channels.Dot(w, a, b, channels, r));
            for (var s = 0; s < segments; s++)
            {
                var start = s * rows * channels;
                Numbers.CloseSums(rows, channels, i => a[start + i], sums.AsSpan(s * channels, channels));
                Numbers.CloseSums(rows, channels, i => (double)a[start + i] * b[start + i], dots.AsSpan(s * channels, channels));
            }
        }
    }
}

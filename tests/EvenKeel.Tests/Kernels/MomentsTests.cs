using EvenKeel.Kernels;
using EvenKeel.Kernels.Statistics;
using EvenKeel.Tests.Reference;

namespace EvenKeel.Tests.Kernels;

[Collection(KernelCollection.Name)]
public class MomentsTests(WorkerGrid grid)
{
    [Theory]
    [InlineData(0f, 2f)]
    [InlineData(1_000f, 2f)]
    [InlineData(-30_000f, 4f)]
    public void Mean_and_variance_match_their_twins_at_any_offset(float mean, float width)
    {
        foreach (var (rows, channels) in ChannelsTests.Shapes())
        {
            var x = Numbers.Around(1, rows * channels, mean, width);
            var (expectedMean, expectedVariance) = PointwiseReference.Moments(x, channels);
            var both = grid.Same(2 * channels, (w, r) =>
                Moments.MeanVariance(w, x, channels, r.AsSpan(0, channels), r.AsSpan(channels)));
            for (var c = 0; c < channels; c++)
            {
                Numbers.Close(expectedMean[c], both[c], 3e-7, $"mean of {rows}x{channels}, channel {c}");
                var off = Math.Abs(both[channels + c] - expectedVariance[c]);
                Assert.True(off <= 1e-6 * expectedVariance[c], $"variance of {rows}x{channels} is off by {off}");
            }

            var alone = grid.Same(channels, (w, r) => Moments.Mean(w, x, channels, r));
            Assert.Equal(both[..channels], alone);
        }
    }

    [Fact]
    public void A_segment_has_the_moments_it_would_have_alone()
    {
        foreach (var (segments, rows, channels) in Numbers.Segments)
        {
            var count = segments * channels;
            var x = Numbers.Around(1, rows * count, 50f, 3f);
            var all = grid.Same(2 * count, (w, r) => Moments.MeanVariance(w, x, channels, r.AsSpan(0, count), r.AsSpan(count)));
            for (var s = 0; s < segments; s++)
            {
                var part = x[(s * rows * channels)..((s + 1) * rows * channels)];
                var alone = grid.Same(2 * channels, (w, r) =>
                    Moments.MeanVariance(w, part, channels, r.AsSpan(0, channels), r.AsSpan(channels)));
                Assert.Equal(alone[..channels], all[(s * channels)..((s + 1) * channels)]);
                Assert.Equal(alone[channels..], all[(count + s * channels)..(count + (s + 1) * channels)]);
            }
        }
    }

    [Fact]
    public void A_single_row_is_its_mean_and_varies_only_if_it_is_not_finite()
    {
        float[] x = [1.5f, -2f, 0f, float.PositiveInfinity, float.NaN, -3e38f];
        foreach (var segments in new[] { 1, 2, 3, 6 })
        {
            var both = grid.Same(12, (w, r) => Moments.MeanVariance(w, x, 6 / segments, r.AsSpan(0, 6), r.AsSpan(6)));
            Assert.Equal(x, both[..6]);
            Assert.Equal([0f, 0f, 0f, float.NaN, float.NaN, 0f], both[6..]);
        }
    }

    [Fact]
    public void A_constant_channel_has_no_variance()
    {
        foreach (var (rows, channels) in ChannelsTests.Shapes())
        {
            var x = new float[rows * channels];
            Array.Fill(x, 1234.567f);
            var both = grid.Same(2 * channels, (w, r) =>
                Moments.MeanVariance(w, x, channels, r.AsSpan(0, channels), r.AsSpan(channels)));
            Assert.All(both[..channels], m => Assert.Equal(1234.567f, m));
            Assert.All(both[channels..], v => Assert.Equal(0f, v));
        }
    }

    [Fact]
    public void Channels_do_not_mix()
    {
        const int Rows = 300, Count = 67;
        var x = new float[Rows * Count];
        for (var i = 0; i < x.Length; i++) x[i] = i % Count * 10 + (i / Count % 2);
        var both = grid.Same(2 * Count, (w, r) =>
            Moments.MeanVariance(w, x, Count, r.AsSpan(0, Count), r.AsSpan(Count)));
        for (var c = 0; c < Count; c++)
        {
            Numbers.Close(c * 10 + 0.5, both[c], 1e-7, "mean");
            Numbers.Close(0.25, both[Count + c], 1e-6, "variance");
        }
    }

    [Fact]
    public void No_rows_have_no_mean()
    {
        using var workers = new Workers(1);
        Assert.Throws<ArgumentException>(() => Moments.Mean(workers, [], 3, new float[3]));
    }
}

using EvenKeel.Kernels.Normalization;
using EvenKeel.Tests.Reference;

namespace EvenKeel.Tests.Kernels;

[Collection(KernelCollection.Name)]
public class RescaleTests(WorkerGrid grid)
{
    [Theory]
    [InlineData(1f)]
    [InlineData(0f)]
    [InlineData(0.1f)]
    public void Forward_and_backward_match_their_twins(float slope)
    {
        foreach (var (rows, channels) in ChannelsTests.Shapes())
        {
            var n = rows * channels;
            float[] x = Numbers.Around(1, n, 3f), dy = Numbers.Around(2, n);
            float[] mean = Numbers.Around(3, channels, 3f), rstd = Numbers.Around(4, channels, 2f, 1f);
            float[] scale = Numbers.Around(5, channels, 1f), shift = Numbers.Around(6, channels);
            float[] a = Numbers.Around(7, channels), b = Numbers.Around(8, channels), d = Numbers.Around(9, channels);

            // A difference and a product rounded once tell the sign of the pre-activation in double exactly.
            double Pre(int i) => (double)(x[i] - mean[i % channels]) * scale[i % channels] + shift[i % channels];
            double Passed(int i) => Pre(i) > 0 ? dy[i] : (double)slope * dy[i];
            double Centered(int i) => (double)x[i] - mean[i % channels];

            Numbers.Close(
                PointwiseReference.Map(n, i => PointwiseReference.Act(Pre(i), slope)),
                grid.Same(n, (w, y) => Rescale.Forward(w, x, channels, mean, scale, shift, [], slope, y)), 1e-6);

            var sums = grid.Same(2 * channels, (w, r) => Rescale.BackwardReduce(
                w, x, dy, channels, mean, rstd, scale, shift, slope, r.AsSpan(0, channels), r.AsSpan(channels)));
            Numbers.CloseSums(rows, channels, Passed, sums.AsSpan(0, channels));
            Numbers.CloseSums(
                rows, channels, i => Passed(i) * Centered(i) * rstd[i % channels], sums.AsSpan(channels));
            var alone = grid.Same(channels, (w, r) =>
                Rescale.BackwardReduce(w, x, dy, channels, mean, [], scale, shift, slope, r, []));
            Numbers.CloseSums(rows, channels, Passed, alone);

            if (slope != 1f) Sum_matches_its_twin(rows, channels, x, dy, mean, rstd, scale, shift, slope);

            foreach (var (linear, signs) in ((bool, bool)[])[(true, false), (true, true), (false, false)])
            {
                double Gradient(int i)
                {
                    var c = i % channels;
                    return a[c] * Passed(i) - b[c] - (linear ? (signs ? Math.Sign(Centered(i)) : Centered(i)) * d[c] : 0.0);
                }

                foreach (var accumulate in (bool[])[true, false])
                {
                    var dx = grid.Same(n, (w, r) =>
                    {
                        Array.Fill(r, 0.5f);
                        Rescale.BackwardApply(
                            w, x, dy, channels, mean, scale, shift, slope, a, b, linear ? d : [], signs, r, accumulate);
                    });
                    Numbers.Close(PointwiseReference.Map(n, i => Gradient(i) + (accumulate ? 0.5 : 0.0)), dx, 2e-6);
                }
            }
        }
    }

    // y = act(pre + addend); what passes the activation is what comes of both.
    private void Sum_matches_its_twin(
        int rows, int channels, float[] x, float[] dy, float[] mean, float[] rstd, float[] scale, float[] shift, float slope)
    {
        var n = rows * channels;
        var addend = Numbers.Around(10, n);
        double Pre(int i) => (double)(x[i] - mean[i % channels]) * scale[i % channels] + shift[i % channels];
        var y = grid.Same(n, (w, r) => Rescale.Forward(w, x, channels, mean, scale, shift, addend, slope, r));
        Numbers.Close(PointwiseReference.Map(n, i => PointwiseReference.Act(Pre(i) + addend[i], slope)), y, 1e-6);

        var all = grid.Same(n + (2 * channels), (w, r) =>
        {
            // The gradient is replaced in place, as in training.
            dy.CopyTo(r, 0);
            Rescale.SumBackwardReduce(
                w, x, y, r.AsSpan(0, n), channels, mean, rstd, slope, r.AsSpan(0, n), r.AsSpan(n, channels),
                r.AsSpan(n + channels));
        });
        float Passed(int i) => y[i] > 0f ? dy[i] : dy[i] * slope;
        Assert.Equal([.. Enumerable.Range(0, n).Select(Passed)], all[..n]);
        Numbers.CloseSums(rows, channels, i => Passed(i), all.AsSpan(n, channels));
        Numbers.CloseSums(
            rows, channels, i => Passed(i) * ((double)x[i] - mean[i % channels]) * rstd[i % channels],
            all.AsSpan(n + channels));
    }

    [Fact]
    public void A_segment_is_treated_like_a_batch_of_its_own()
    {
        foreach (var (segments, rows, channels) in Numbers.Segments)
        {
            int size = rows * channels, n = segments * size, count = segments * channels;
            float[] x = Numbers.Around(1, n, 3f), dy = Numbers.Around(2, n);
            float[] mean = Numbers.Around(3, count, 3f), rstd = Numbers.Around(4, count, 2f, 1f);
            float[] scale = Numbers.Around(5, count, 1f), shift = Numbers.Around(6, count);
            float[] a = Numbers.Around(7, count), b = Numbers.Around(8, count), d = Numbers.Around(9, count);
            var together = Run(x, dy, mean, rstd, scale, shift, a, b, d);
            for (var s = 0; s < segments; s++)
            {
                float[] Part(float[] all, int each) => all[(s * each)..((s + 1) * each)];
                var alone = Run(
                    Part(x, size), Part(dy, size), Part(mean, channels), Part(rstd, channels), Part(scale, channels),
                    Part(shift, channels), Part(a, channels), Part(b, channels), Part(d, channels));
                Assert.Equal(alone.Y, Part(together.Y, size));
                Assert.Equal(alone.Dx, Part(together.Dx, size));
                Assert.Equal(alone.Sum, Part(together.Sum, channels));
                Assert.Equal(alone.Product, Part(together.Product, channels));
            }

            (float[] Y, float[] Dx, float[] Sum, float[] Product) Run(
                float[] x, float[] dy, float[] mean, float[] rstd, float[] scale, float[] shift, float[] a, float[] b, float[] d)
            {
                var sums = grid.Same(2 * mean.Length, (w, r) => Rescale.BackwardReduce(
                    w, x, dy, channels, mean, rstd, scale, shift, 0.1f, r.AsSpan(0, mean.Length), r.AsSpan(mean.Length)));
                return (
                    grid.Same(x.Length, (w, r) => Rescale.Forward(w, x, channels, mean, scale, shift, [], 0.1f, r)),
                    grid.Same(x.Length, (w, r) => Rescale.BackwardApply(
                        w, x, dy, channels, mean, scale, shift, 0.1f, a, b, d, signs: false, r, accumulate: false)),
                    sums[..mean.Length], sums[mean.Length..]);
            }
        }
    }

    [Fact]
    public void The_mask_of_the_backward_pass_is_that_of_the_forward_pass_bit_by_bit()
    {
        // Pre-activations around zero, where any other rounding flips signs.
        const int Channel = 67, Rows = 1_000;
        var x = Numbers.Around(1, Rows * Channel, 5f, 1e-5f);
        float[] mean = Numbers.Around(2, Channel, 5f, 1e-5f), scale = Numbers.Around(3, Channel, 1f, 1f);
        float[] shift = Numbers.Around(4, Channel, 0f, 1e-5f), ones = new float[Channel], zeros = new float[Channel];
        var dy = new float[x.Length];
        Array.Fill(ones, 1f);
        Array.Fill(dy, 1f);
        var y = grid.Same(x.Length, (w, r) => Rescale.Forward(w, x, Channel, mean, scale, shift, [], 0f, r));
        var dx = grid.Same(x.Length, (w, r) =>
            Rescale.BackwardApply(w, x, dy, Channel, mean, scale, shift, 0f, ones, zeros, [], signs: false, r, accumulate: false));
        var open = new double[Channel];
        for (var i = 0; i < y.Length; i++)
        {
            Assert.Equal(y[i] > 0f ? 1f : 0f, dx[i]);
            if (y[i] > 0f) open[i % Channel]++;
        }

        var sums = grid.Same(Channel, (w, r) =>
            Rescale.BackwardReduce(w, x, dy, Channel, mean, [], scale, shift, 0f, r, []));
        Numbers.Close(open, sums, 0);
    }
}

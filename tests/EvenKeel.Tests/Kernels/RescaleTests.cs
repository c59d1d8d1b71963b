using EvenKeel.Kernels;
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
                grid.Same(n, (w, y) => Rescale.Forward(w, x, channels, mean, scale, shift, slope, y)), 1e-6);

            var sums = grid.Same(2 * channels, (w, r) => Rescale.BackwardReduce(
                w, x, dy, channels, mean, rstd, scale, shift, slope, r.AsSpan(0, channels), r.AsSpan(channels)));
            Numbers.CloseSums(rows, channels, Passed, sums.AsSpan(0, channels));
            Numbers.CloseSums(
                rows, channels, i => Passed(i) * Centered(i) * rstd[i % channels], sums.AsSpan(channels));
            var alone = grid.Same(channels, (w, r) =>
                Rescale.BackwardReduce(w, x, dy, channels, mean, [], scale, shift, slope, r, []));
            Numbers.CloseSums(rows, channels, Passed, alone);

            foreach (var linear in (bool[])[true, false])
            {
                double Gradient(int i)
                {
                    var c = i % channels;
                    return a[c] * (Passed(i) - b[c] - (linear ? Centered(i) * d[c] : 0.0));
                }

                foreach (var accumulate in (bool[])[true, false])
                {
                    var dx = grid.Same(n, (w, r) =>
                    {
                        Array.Fill(r, 0.5f);
                        Rescale.BackwardApply(
                            w, x, dy, channels, mean, scale, shift, slope, a, b, linear ? d : [], r, accumulate);
                    });
                    Numbers.Close(PointwiseReference.Map(n, i => Gradient(i) + (accumulate ? 0.5 : 0.0)), dx, 2e-6);
                }
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
        var y = grid.Same(x.Length, (w, r) => Rescale.Forward(w, x, Channel, mean, scale, shift, 0f, r));
        var dx = grid.Same(x.Length, (w, r) =>
            Rescale.BackwardApply(w, x, dy, Channel, mean, scale, shift, 0f, ones, zeros, [], r, accumulate: false));
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

using EvenKeel.Kernels;
using EvenKeel.Kernels.Normalization;
using EvenKeel.Kernels.Vectors;
using EvenKeel.Tests.Reference;

namespace EvenKeel.Tests.Kernels;

[Collection(KernelCollection.Name)]
public class GatedTests(WorkerGrid grid)
{
    [Theory]
    [InlineData(0f)]
    [InlineData(0.1f)]
    public void Shift_keeps_the_branches_that_its_backward_pass_takes(float slope)
    {
        foreach (var (rows, channels) in ChannelsTests.Shapes())
        {
            var n = rows * channels;
            float[] x = Numbers.Around(1, n), dy = Numbers.Around(2, n, 0.2f), before = Numbers.Around(3, n);
            float[] mean = Numbers.Around(4, channels), shift = Numbers.Around(5, channels), level = Numbers.Around(6, channels);
            double Pre(int i) => (double)(x[i] - mean[i % channels]) + shift[i % channels];
            double Passed(int i) => Pre(i) > 0 ? dy[i] : (double)slope * dy[i];

            // Bits that are no numbers: compared as the gradients they let through.
            var gates = new float[Gated.Length(n)];
            var y = grid.Same(n, (w, r) =>
            {
                x.CopyTo(r, 0);
                Gated.Shift(w, r, channels, mean, shift, slope, r, gates);
            });
            Numbers.Close(PointwiseReference.Map(n, i => PointwiseReference.Act(Pre(i), slope)), y, 1e-6);
            Numbers.CloseSums(
                rows, channels, Passed, grid.Same(channels, (w, r) => Gated.Sum(w, dy, gates, slope, channels, r)));
            Numbers.Close(PointwiseReference.Map(n, i => Passed(i) - level[i % channels]), grid.Same(n, (w, r) =>
            {
                dy.CopyTo(r, 0);
                Gated.Subtract(w, r, gates, slope, channels, level, r, accumulate: false);
            }), 1e-6);
            Numbers.Close(PointwiseReference.Map(n, i => before[i] + Passed(i)), grid.Same(n, (w, r) =>
            {
                before.CopyTo(r, 0);
                Gated.Subtract(w, dy, gates, slope, channels, [], r, accumulate: true);
            }), 1e-6);
        }
    }

    [Fact]
    public void Gates_are_bits_in_the_order_of_the_elements()
    {
        float[] x = [1, -1, 2, 0, -3, 4], gates = [0f];
        using var workers = new Workers(1);
        Gated.Shift(workers, x, 2, [0f, 0f], [], 0.1f, x, gates);
        Assert.Equal(0b100101, BitConverter.SingleToInt32Bits(gates[0]));
        Assert.Equal([1, -0.1f, 2, 0, -0.3f, 4], x);
    }

    [Fact]
    public void Lanes_come_back_from_their_signs()
    {
        foreach (var bits in (uint[])[0, 1, 0x8000, 0x1234, 0xFFFF])
        {
            if (VectorPaths.Available.Contains(VectorPath.Vector512)) Assert.Equal(bits, Lanes512.Signs(Lanes512.FromSigns(bits)));
            if (VectorPaths.Available.Contains(VectorPath.Vector256)) Assert.Equal(bits, Lanes256.Signs(Lanes256.FromSigns(bits)));
            Assert.Equal(bits, Lanes128.Signs(Lanes128.FromSigns(bits)));
        }
    }
}

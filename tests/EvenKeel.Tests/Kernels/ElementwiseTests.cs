using EvenKeel.Kernels;
using EvenKeel.Kernels.Elements;
using EvenKeel.Tests.Reference;

namespace EvenKeel.Tests.Kernels;

[Collection(KernelCollection.Name)]
public class ElementwiseTests(WorkerGrid grid)
{
    [Fact]
    public void Fill_writes_every_element()
    {
        foreach (var n in Numbers.Lengths)
        {
            Numbers.Close(
                PointwiseReference.Map(n, _ => 1.5), grid.Same(n, (w, y) => Elementwise.Fill(w, 1.5f, y)), 0);
        }
    }

    [Fact]
    public void Sums_products_and_multiples_match_their_twins()
    {
        foreach (var n in Numbers.Lengths)
        {
            float[] a = Numbers.Around(1, n), b = Numbers.Around(2, n);
            var sum = PointwiseReference.Map(n, i => (double)a[i] + b[i]);
            Numbers.Close(sum, grid.Same(n, (w, y) => Elementwise.Add(w, a, b, y)), 1e-7);
            Numbers.Close(sum, grid.Same(n, (w, y) =>
            {
                a.CopyTo(y, 0);
                Elementwise.AddTo(w, b, y);
            }), 1e-7);
            Numbers.Close(
                PointwiseReference.Map(n, i => (double)a[i] * b[i]),
                grid.Same(n, (w, y) => Elementwise.Multiply(w, a, b, y)), 1e-7);
            Numbers.Close(
                PointwiseReference.Map(n, i => -3.0 * a[i]),
                grid.Same(n, (w, y) => Elementwise.Scale(w, -3f, a, y)), 1e-6);
        }
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(0.1f)]
    [InlineData(1f)]
    public void Leaky_relu_and_its_gradient_match_their_twins(float slope)
    {
        foreach (var n in Numbers.Lengths)
        {
            float[] x = Numbers.Around(3, n), dy = Numbers.Around(4, n), before = Numbers.Around(5, n);
            if (n > 2) x[2] = 0f;
            var y = grid.Same(n, (w, r) => Elementwise.LeakyRelu(w, slope, x, r));
            Numbers.Close(PointwiseReference.Map(n, i => PointwiseReference.Act(x[i], slope)), y, 1e-7);
            var gradient = PointwiseReference.Map(n, i => x[i] > 0 ? dy[i] : slope * dy[i]);
            var got = grid.Same(n, (w, dx) => Elementwise.LeakyReluBackward(w, slope, y, dy, dx, false));
            Numbers.Close(gradient, got, 1e-7);
            Numbers.Close(PointwiseReference.Map(n, i => gradient[i] + before[i]), grid.Same(n, (w, dx) =>
            {
                before.CopyTo(dx, 0);
                Elementwise.LeakyReluBackward(w, slope, y, dy, dx, accumulate: true);
            }), 1e-6);
        }
    }

    [Fact]
    public void A_copy_is_the_same()
    {
        foreach (var n in Numbers.Lengths)
        {
            var x = Numbers.Around(8, n);
            Assert.Equal(x, grid.Same(n, (w, y) => Elementwise.Copy(w, x, y)));
        }
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(0.2f)]
    [InlineData(1f)]
    public void Activated_sums_and_their_gradients_match_their_twins(float slope)
    {
        foreach (var n in Numbers.Lengths)
        {
            float[] a = Numbers.Around(3, n), b = Numbers.Around(4, n), dy = Numbers.Around(5, n), before = Numbers.Around(6, n);
            for (var i = 0; i < n; i += 2) b[i] -= 3f;
            var y = grid.Same(n, (w, r) => Elementwise.AddLeakyRelu(w, slope, a, b, r));
            Numbers.Close(PointwiseReference.Map(n, i => PointwiseReference.Act(a[i] + b[i], slope)), y, 1e-7);
            var gradient = PointwiseReference.Map(n, i => a[i] + b[i] > 0 ? dy[i] : slope * dy[i]);
            foreach (var accumulate in new[] { false, true })
            {
                var expected = PointwiseReference.Map(n, i => gradient[i] + (accumulate ? before[i] : 0));
                var second = new float[n];
                var first = grid.Same(n, (w, da) =>
                {
                    dy.CopyTo(da, 0);
                    before.CopyTo(second, 0);
                    Elementwise.LeakyReluBackwardBoth(w, slope, y, da, da, second, accumulate);
                });
                Numbers.Close(gradient, first, 1e-7);
                Numbers.Close(expected, second, 1e-6);
            }
        }
    }

    [Fact]
    public void Outputs_may_be_inputs()
    {
        float[] a = Numbers.Around(6, 20_011), b = Numbers.Around(7, 20_011);
        var apart = grid.Same(a.Length, (w, y) => Elementwise.Add(w, a, b, y));
        Assert.Equal(apart, grid.Same(a.Length, (w, y) =>
        {
            a.CopyTo(y, 0);
            Elementwise.Add(w, y, b, y);
        }));
    }

    [Fact]
    public void Wrong_lengths_are_named()
    {
        using var workers = new Workers(1);
        var error = Assert.Throws<ArgumentException>(
            () => Elementwise.Add(workers, new float[3], new float[4], new float[3]));
        Assert.Equal("b holds 4 values: expected 3.", error.Message);
        error = Assert.Throws<ArgumentException>(
            () => Elementwise.LeakyReluBackward(workers, -1f, new float[3], new float[3], new float[3], false));
        Assert.StartsWith("slope is -1:", error.Message);
    }
}

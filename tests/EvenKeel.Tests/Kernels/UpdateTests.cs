using EvenKeel.Kernels;
using EvenKeel.Kernels.Elements;
using EvenKeel.Tests.Reference;

namespace EvenKeel.Tests.Kernels;

[Collection(KernelCollection.Name)]
public class UpdateTests(WorkerGrid grid)
{
    private const int Steps = 5;

    [Theory]
    [InlineData(0.0, false, 0.0)]
    [InlineData(0.0, false, 0.1)]
    [InlineData(0.9, false, 0.0)]
    [InlineData(0.9, true, 0.1)]
    public void Sgd_matches_its_twin(double momentum, bool nesterov, double decay)
    {
        foreach (var n in Numbers.Lengths)
        {
            var start = Numbers.Around(1, n);
            var p = Array.ConvertAll(start, v => (double)v);
            var buffer = momentum == 0.0 ? null : new double[n];
            for (var t = 0; t < Steps; t++)
                UpdateReference.Sgd(p, Gradient(t, n), buffer, 0.1, momentum, nesterov, decay);
            var got = grid.Same(2 * n, (w, r) =>
            {
                start.CopyTo(r, 0);
                var state = momentum == 0.0 ? default : r.AsSpan(n);
                for (var t = 0; t < Steps; t++)
                    Update.Sgd(w, r.AsSpan(0, n), Gradient(t, n), state, 0.1, momentum, nesterov, decay);
            });
            Numbers.Close(p, got.AsSpan(0, n), 1e-6);
            if (buffer is not null) Numbers.Close(buffer, got.AsSpan(n), 1e-6);
        }
    }

    [Theory]
    [InlineData(false, 0.0, 0.0)]
    [InlineData(true, 0.0, 0.0)]
    [InlineData(false, 0.1, 0.0)]
    [InlineData(false, 0.0, 0.1)]
    public void Adam_matches_its_twin(bool inside, double coupled, double decoupled)
    {
        foreach (var n in Numbers.Lengths)
        {
            Compare(n, UpdateReference.Adam, Update.Adam, t => Step(t) with
            {
                EpsilonInsideRoot = inside,
                CoupledDecay = coupled,
                DecoupledDecay = decoupled,
            });
        }
    }

    [Fact]
    public void Adamax_matches_its_twin()
    {
        foreach (var n in Numbers.Lengths)
        {
            Compare(n, UpdateReference.Adamax, Update.Adamax, Step);
            Compare(n, UpdateReference.Adamax, Update.Adamax, t => Step(t) with { CoupledDecay = 0.1 });
        }
    }

    // Rounding keeps a few of the smallest floats times 0.9 where they are: without a floor these steps end at 7e-45.
    [Fact]
    public void Averages_without_gradients_end_as_zero_and_move_no_weight()
    {
        const int n = 19;
        var got = grid.Same(5 * n, (w, r) =>
        {
            Span<float> p = r.AsSpan(0, n), m = r.AsSpan(n, n), v = r.AsSpan(2 * n, n), moved = r.AsSpan(3 * n, n);
            p.Fill(1f);
            m.Fill(1e-20f);
            v.Fill(1e-30f);
            moved.Fill(1f);
            r.AsSpan(4 * n).Fill(1e-20f);
            for (var t = 0; t < 2_000; t++)
            {
                Update.Adam(w, p, new float[n], m, v, Step(t + 1) with { Beta2 = 0.9 });
                Update.Sgd(w, moved, new float[n], r.AsSpan(4 * n), 0.1, 0.9, false, 0.0);
            }
        });
        Assert.All(got[..n], value => Assert.Equal(1f, value));
        Assert.All(got[n..(3 * n)], value => Assert.Equal(0f, value));
        Assert.All(got[(3 * n)..(4 * n)], value => Assert.Equal(1f, value));
        Assert.All(got[(4 * n)..], value => Assert.Equal(0f, value));
    }

    [Theory]
    [InlineData(1e-29f, 1e-36f, 1e-3, 9e-30f, 9e-37f)]
    [InlineData(float.NaN, float.NaN, 1e-3, float.NaN, float.NaN)]
    [InlineData(-1e-29f, 1e-39f, 0.0, -9e-30f, 9e-40f)]
    [InlineData(1e-31f, 1e-39f, 1e-20, 9e-32f, 9e-40f)]
    public void What_matters_is_kept(float mean, float square, double epsilon, float expectedMean, float expectedSquare)
    {
        var got = grid.Same(3, (w, r) =>
        {
            (r[0], r[1], r[2]) = (1f, mean, square);
            var step = Step(1) with { Beta2 = 0.9, Epsilon = epsilon };
            Update.Adam(w, r.AsSpan(0, 1), new float[1], r.AsSpan(1, 1), r.AsSpan(2, 1), step);
        });
        Assert.Equal(expectedMean, got[1], 1e-34f);
        Assert.Equal(expectedSquare, got[2], 1e-42f);
    }

    [Fact]
    public void Momentum_needs_a_buffer()
    {
        using var workers = new Workers(1);
        var error = Assert.Throws<ArgumentException>(
            () => Update.Sgd(workers, new float[2], new float[2], [], 0.1, 0.9, false, 0));
        Assert.StartsWith("momentum is 0.9 but no buffer came", error.Message);
    }

    private delegate void Twin(double[] p, float[] g, double[] m, double[] v, in AdamStep step);

    private delegate void Kernel(
        Workers workers, Span<float> p, ReadOnlySpan<float> g, Span<float> m, Span<float> v, in AdamStep step);

    private void Compare(int n, Twin twin, Kernel kernel, Func<int, AdamStep> step)
    {
        var start = Numbers.Around(1, n);
        var p = Array.ConvertAll(start, v => (double)v);
        double[] m = new double[n], second = new double[n];
        for (var t = 1; t <= Steps; t++) twin(p, Gradient(t, n), m, second, step(t));
        var got = grid.Same(3 * n, (w, r) =>
        {
            start.CopyTo(r, 0);
            for (var t = 1; t <= Steps; t++)
                kernel(w, r.AsSpan(0, n), Gradient(t, n), r.AsSpan(n, n), r.AsSpan(2 * n), step(t));
        });
        Numbers.Close(p, got.AsSpan(0, n), 2e-6);
        Numbers.Close(m, got.AsSpan(n, n), 1e-6);
        Numbers.Close(second, got.AsSpan(2 * n), 1e-6);
    }

    private static AdamStep Step(int t) => new()
    {
        LearningRate = 0.01,
        Beta1 = 0.9,
        Beta2 = 0.999,
        Epsilon = 1e-3,
        Correction1 = 1 - Math.Pow(0.9, t),
        Correction2 = 1 - Math.Pow(0.999, t),
    };

    private static float[] Gradient(int t, int n) => Numbers.Around((uint)(100 + t), n);
}

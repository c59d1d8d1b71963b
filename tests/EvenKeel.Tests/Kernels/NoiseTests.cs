using EvenKeel.Kernels.Elements;
using EvenKeel.Kernels.Random;
using EvenKeel.Tests.Reference;

namespace EvenKeel.Tests.Kernels;

[Collection(KernelCollection.Name)]
public class NoiseTests(WorkerGrid grid)
{
    private static readonly RandomStream Stream = new(42, 5, 9);

    [Fact]
    public void Uniform_numbers_are_those_of_the_stream()
    {
        foreach (var n in Numbers.Lengths)
        {
            var x = Numbers.Around(1, n);
            var plain = grid.Same(n, (w, y) => Noise.Uniform(w, Stream, 0f, 1f, y));
            for (var i = 0; i < n; i++) Assert.Equal(Stream.Uniform((ulong)i), plain[i]);
            Numbers.Close(
                PointwiseReference.Map(n, i => -2 + 5.0 * plain[i]),
                grid.Same(n, (w, y) => Noise.Uniform(w, Stream, -2f, 3f, y)), 1e-6);
            Numbers.Close(
                PointwiseReference.Map(n, i => x[i] + 0.1 * (2.0 * plain[i] - 1.0)),
                grid.Same(n, (w, y) => Noise.AddUniform(w, Stream, 0.1f, x, y)), 1e-6);
        }
    }

    [Fact]
    public void Gaussian_numbers_are_those_of_their_definition()
    {
        foreach (var n in Numbers.Lengths)
        {
            var x = Numbers.Around(1, n);
            var plain = grid.Same(n, (w, y) => Noise.Gaussian(w, Stream, 0f, 1f, y));
            Numbers.Close(PointwiseReference.Map(n, Gaussian), plain, 1e-6);
            Numbers.Close(
                PointwiseReference.Map(n, i => 3 + 2.0 * plain[i]),
                grid.Same(n, (w, y) => Noise.Gaussian(w, Stream, 3f, 2f, y)), 1e-6);
            Numbers.Close(
                PointwiseReference.Map(n, i => x[i] + 0.15 * plain[i]),
                grid.Same(n, (w, y) => Noise.AddGaussian(w, Stream, 0.15f, x, y)), 1e-6);
        }
    }

    [Fact]
    public void Gaussian_bits_never_change()
    {
        // Written down once: the same on every machine, so a change breaks every recorded run.
        var y = grid.Same(64, (w, r) => Noise.Gaussian(w, new RandomStream(1, 2, 3), 0f, 1f, r));
        var hash = 0u;
        foreach (var v in y) hash = hash * 31 + BitConverter.SingleToUInt32Bits(v);
        Assert.Equal(GoldenHash, hash);
    }

    private const uint GoldenHash = 819909056;

    [Fact]
    public void A_million_gaussian_numbers_have_the_moments_and_tails_of_the_normal_distribution()
    {
        const int Count = 1_000_000;
        var y = new float[Count];
        Noise.Gaussian(grid.All[1], Stream, 0f, 1f, y);
        double[] moments = new double[5];
        foreach (var v in y)
            for (var k = 1; k <= 4; k++) moments[k] += Math.Pow(v, k) / Count;

        // Five standard errors each.
        Assert.InRange(moments[1], -0.005, 0.005);
        Assert.InRange(moments[2], 1 - 0.0071, 1 + 0.0071);
        Assert.InRange(moments[3], -0.0194, 0.0194);
        Assert.InRange(moments[4], 3 - 0.049, 3 + 0.049);

        // Kolmogorov-Smirnov: 2.3/√n is exceeded once in 20,000 times.
        Array.Sort(y);
        var worst = 0.0;
        for (var i = 0; i < Count; i++) worst = Math.Max(worst, Math.Abs((i + 0.5) / Count - NormalBelow(y[i])));
        Assert.InRange(worst, 0.0, 2.3 / Math.Sqrt(Count));
        Assert.InRange(y.Count(v => Math.Abs(v) > 4f), 30, 103);
        Assert.InRange(y[^1], 4.2f, 6.67f);
        Assert.InRange(y[0], -6.67f, -4.2f);
    }

    [Fact]
    public void The_two_numbers_of_a_pair_and_neighbours_are_not_correlated()
    {
        const int Count = 320_000;
        var y = new float[Count];
        Noise.Gaussian(grid.All[0], Stream, 0f, 1f, y);
        foreach (var lag in (int[])[1, 2, 16, 32, 64])
        {
            double plain = 0, squared = 0;
            for (var i = 0; i < Count - lag; i++)
            {
                plain += y[i] * y[i + lag];
                squared += (y[i] * y[i] - 1.0) * (y[i + lag] * y[i + lag] - 1.0);
            }

            Assert.InRange(plain / Count, -5 / Math.Sqrt(Count), 5 / Math.Sqrt(Count));
            Assert.InRange(squared / Count, -10 / Math.Sqrt(Count), 10 / Math.Sqrt(Count));
        }
    }

    private static double Gaussian(int i)
    {
        var first = (ulong)(i & ~16);
        var u = ((float)(Stream.Bits(first) / 2) + 0.5f) / 2_147_483_648f;
        var radius = Math.Sqrt(-2 * Math.Log(u));
        var turn = Stream.Bits(first + 16);
        var angle = (int)(turn << 2) / 2_147_483_648.0 * (Math.PI / 4) + (turn >> 30) switch
        {
            0 => 0.0,
            1 => Math.PI / 2,
            2 => Math.PI,
            _ => Math.PI * 1.5,
        };
        return radius * ((i & 16) == 0 ? Math.Cos(angle) : Math.Sin(angle));
    }

    // Simpson's rule on the density from 0.
    private static double NormalBelow(double x)
    {
        const int Steps = 64;
        double Density(double t) => Math.Exp(-t * t / 2) / Math.Sqrt(2 * Math.PI);
        var h = x / Steps;
        var sum = Density(0) + Density(x);
        for (var i = 1; i < Steps; i++) sum += (i % 2 == 0 ? 2 : 4) * Density(i * h);
        return 0.5 + sum * h / 3;
    }
}

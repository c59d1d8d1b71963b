using EvenKeel.Kernels.Normalization;
using EvenKeel.Tests.Reference;

namespace EvenKeel.Tests.Kernels;

[Collection(KernelCollection.Name)]
public class EvoNormsTests(WorkerGrid grid)
{
    [Fact]
    public void B0_matches_its_twin()
    {
        foreach (var (segments, rows, channels) in Numbers.Segments)
        {
            int count = segments * channels, n = count * rows;
            float[] x = Numbers.Around(1, n), dy = Numbers.Around(2, n), tables = Tables(6, count);
            double T(int table, int i) => tables[table * count + i / (rows * channels) * channels + i % channels];
            double Own(int i) => T(2, i) * x[i] + T(1, i);
            double D(int i) => Math.Max(T(0, i), Own(i));
            double H(int i) => -T(3, i) * dy[i] * x[i] / (D(i) * D(i));
            bool Second(int i) => Own(i) > T(0, i);

            Numbers.Close(
                PointwiseReference.Map(n, i => T(3, i) * x[i] / D(i) + T(4, i)),
                grid.Same(n, (w, y) => EvoNorms.B0Forward(w, x, channels, tables.AsSpan(0, 5 * count), y)), 2e-6);
            Numbers.Close(
                PointwiseReference.Map(n, i => T(3, i) * dy[i] / D(i) + (Second(i) ? H(i) * T(2, i) : 0) + T(4, i) * x[i] + T(5, i)),
                grid.Same(n, (w, y) => EvoNorms.B0Gradient(w, x, dy, channels, tables, y, accumulate: false)), 4e-6);
            Check(
                segments, rows, channels, grid.Same(5 * count, (w, r) => EvoNorms.B0Sums(w, x, dy, channels, tables.AsSpan(0, 5 * count), r)),
                i => dy[i] * x[i] / D(i), i => dy[i], i => Second(i) ? 0 : H(i), i => Second(i) ? H(i) : 0, i => Second(i) ? H(i) * x[i] : 0);
        }
    }

    [Fact]
    public void S0_matches_its_twin()
    {
        foreach (var (segments, rows, channels) in Numbers.Segments)
        {
            int count = segments * channels, n = count * rows;
            float[] x = Numbers.Around(1, n, 0f, 8f), dy = Numbers.Around(2, n), tables = Tables(5, count);
            double T(int table, int i) => tables[table * count + i / (rows * channels) * channels + i % channels];
            double Sigmoid(int i) => 1 / (1 + Math.Exp(-T(0, i) * x[i]));

            Numbers.Close(
                PointwiseReference.Map(n, i => T(2, i) * x[i] * Sigmoid(i) * T(1, i) + T(3, i)),
                grid.Same(n, (w, y) => EvoNorms.S0Forward(w, x, channels, tables.AsSpan(0, 4 * count), y)), 3e-6);
            Numbers.Close(
                PointwiseReference.Map(n, i => T(2, i) * T(1, i) * dy[i] * Sigmoid(i) * (1 + T(0, i) * x[i] * (1 - Sigmoid(i))) + T(3, i) * x[i] + T(4, i)),
                grid.Same(n, (w, y) => EvoNorms.S0Gradient(w, x, dy, channels, tables, y, accumulate: false)), 4e-6);
            Check(
                segments, rows, channels, grid.Same(3 * count, (w, r) => EvoNorms.S0Sums(w, x, dy, channels, tables.AsSpan(0, 4 * count), r)),
                i => dy[i] * x[i] * Sigmoid(i) * T(1, i), i => dy[i], i => dy[i] * (double)x[i] * x[i] * Sigmoid(i) * (1 - Sigmoid(i)));
        }
    }

    // Positive, away from 0: denominators and deviations.
    private static float[] Tables(int tables, int count) => Numbers.Around(7, tables * count, 1f, 1f);

    private static void Check(int segments, int rows, int channels, float[] sums, params Func<int, double>[] terms)
    {
        for (var plane = 0; plane < terms.Length; plane++)
        {
            for (var s = 0; s < segments; s++)
            {
                var start = s * rows * channels;
                var actual = sums.AsSpan((plane * segments + s) * channels, channels);
                var expected = PointwiseReference.ColumnSums(rows, channels, i => terms[plane](start + i));
                var magnitudes = PointwiseReference.ColumnSums(rows, channels, i => Math.Abs(terms[plane](start + i)));
                for (var c = 0; c < channels; c++)
                    Assert.True(Math.Abs(expected[c] - actual[c]) <= 2e-6 * magnitudes[c] + 1e-7, $"sum {plane} of {segments}x{rows}x{channels}, segment {s}, channel {c}: {actual[c]:R} instead of {expected[c]:R}");
            }
        }
    }
}

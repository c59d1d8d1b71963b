using EvenKeel.Kernels;
using EvenKeel.Kernels.Statistics;

namespace EvenKeel.Tests.Kernels;

[Collection(KernelCollection.Name)]
public class ExtremesTests(WorkerGrid grid)
{
    public static TheoryData<int, int, int> Shapes() => new()
    {
        { 1, 5, 1 }, { 7, 3, 3 }, { 10, 1, 10 }, { 40, 16, 10 }, { 999, 17, 4 }, { 20_000, 3, 10 }, { 300, 96, 1 }, { 12, 1_040, 12 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_largest_deviations_come_in_order_and_the_first_of_equals_counts(int rows, int channels, int k)
    {
        // Few distinct values: ties everywhere.
        var x = Numbers.Around(1, rows * channels, 0f, 20f);
        for (var i = 0; i < x.Length; i++) x[i] = MathF.Round(x[i]);
        var mean = new float[channels];
        for (var c = 0; c < channels; c++) mean[c] = c % 3;
        var both = grid.Same(2 * channels * k, (w, r) =>
        {
            var places = new int[channels * k];
            Extremes.Largest(w, x, channels, mean, r.AsSpan(0, channels * k), places);
            for (var i = 0; i < places.Length; i++) r[channels * k + i] = places[i];
        });
        for (var c = 0; c < channels; c++)
        {
            var expected = Enumerable.Range(0, rows).OrderByDescending(r => Math.Abs(x[r * channels + c] - mean[c])).ThenBy(r => r).Take(k).ToArray();
            Assert.Equal(expected.Select(r => (float)r), both[(channels * k + c * k)..(channels * k + (c + 1) * k)]);
            Assert.Equal(expected.Select(r => x[r * channels + c] - mean[c]), both[(c * k)..((c + 1) * k)]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Every_row_may_outdo_those_before_or_none(int direction)
    {
        const int rows = 20_000, channels = 17, k = 5;
        var x = new float[rows * channels];
        for (var i = 0; i < x.Length; i++) x[i] = direction > 0 ? i / channels / 2 : (rows - i / channels) / 2;
        var places = grid.Same(channels * k, (w, r) =>
        {
            var found = new int[channels * k];
            Extremes.Largest(w, x, channels, new float[channels], new float[channels * k], found);
            for (var i = 0; i < found.Length; i++) r[i] = found[i];
        });
        float[] expected = direction > 0 ? [rows - 2, rows - 1, rows - 4, rows - 3, rows - 6] : [0, 1, 2, 3, 4];
        for (var c = 0; c < channels; c++) Assert.Equal(expected, places[(c * k)..((c + 1) * k)]);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(37, 5, 4)]
    [InlineData(1_000, 33, 16)]
    public void Ranges_of_runs_match_their_twins(int rows, int channels, int runs)
    {
        var x = Numbers.Around(1, rows * channels, 0f, 20f);
        for (var i = 0; i < x.Length; i++) x[i] = MathF.Round(x[i]);
        var half = 2 * runs * channels;
        var both = grid.Same(2 * half, (w, r) =>
        {
            var places = new int[half];
            Extremes.Range(w, x, channels, r.AsSpan(0, half), places);
            for (var i = 0; i < half; i++) r[half + i] = places[i];
        });
        for (var run = 0; run < runs; run++)
        {
            var first = run * (rows / runs);
            var own = Enumerable.Range(first, run == runs - 1 ? rows - first : rows / runs).ToArray();
            for (var c = 0; c < channels; c++)
            {
                var high = own.OrderByDescending(r => x[r * channels + c]).ThenBy(r => r).First();
                var low = own.OrderBy(r => x[r * channels + c]).ThenBy(r => r).First();
                var at = 2 * run * channels + c;
                Assert.Equal([x[high * channels + c], high], [both[at], both[half + at]]);
                Assert.Equal([x[low * channels + c], low], [both[at + channels], both[half + at + channels]]);
            }
        }
    }

    [Fact]
    public void More_than_there_is_cannot_be_the_largest()
    {
        using var workers = new Workers(1);
        Assert.Throws<ArgumentException>(() => Extremes.Largest(workers, new float[6], 2, new float[2], new float[8], new int[8]));
    }
}

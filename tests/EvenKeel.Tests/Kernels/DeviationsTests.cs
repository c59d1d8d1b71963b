using EvenKeel.Kernels.Statistics;

namespace EvenKeel.Tests.Kernels;

[Collection(KernelCollection.Name)]
public class DeviationsTests(WorkerGrid grid)
{
    [Fact]
    public void Absolute_deviations_and_signs_match_their_twins()
    {
        foreach (var (segments, rows, channels) in Numbers.Segments)
        {
            var count = segments * channels;
            var mean = Numbers.Around(2, count, 1f);
            var x = Numbers.Around(1, count * rows, 1f);

            // Some exactly at the centre: their sign is 0.
            for (var i = 0; i < x.Length; i += 5) x[i] = mean[i / (rows * channels) * channels + i % channels];
            var sums = grid.Same(2 * count, (w, r) => Deviations.Absolute(w, x, channels, mean, r));
            for (var s = 0; s < segments; s++)
            {
                var start = s * rows * channels;
                double Centered(int i) => x[start + i] - mean[s * channels + i % channels];
                Numbers.CloseSums(rows, channels, i => Math.Abs(Centered(i)), sums.AsSpan(s * channels, channels));
                Numbers.CloseSums(rows, channels, i => Math.Sign(Centered(i)), sums.AsSpan(count + s * channels, channels));
            }
        }
    }
}

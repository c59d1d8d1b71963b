using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Statistics;

internal static unsafe partial class Channels
{
    /// <summary>In place: dy = dy where the output y &gt; 0, else slope·dy; and sums[c] = Σ of that over the rows, or += if
    /// <paramref name="accumulate"/>: what comes back through a bias and a leaky ReLU, in one pass.</summary>
    /// <remarks>The output has the sign of the input only if slope is not negative.</remarks>
    public static void LeakyReluBackwardSum(
        Workers workers, float slope, ReadOnlySpan<float> y, Span<float> dy, int channels, Span<float> sums,
        bool accumulate)
    {
        Require.That(
            slope >= 0f, $"slope is {slope}: expected 0 or more, else the output does not tell the input's sign.");
        var split = new ColumnSplit(Require.Rows(y, channels), channels);
        Require.Length(dy, y.Length);
        Require.Length(sums, channels);
        var partial = workers.SharedScratch(ColumnSums.Scratch(split, 1, 1));
        fixed (float* yp = y, dyp = dy)
        {
            var job = new GateSumJob(yp, dyp, partial, split, slope);
            workers.Run(split.Chunks, ref job);
            var merged = ColumnSums.Merge(workers, split, partial, 1, 1);
            for (var c = 0; c < channels; c++)
            {
                var sum = ColumnSums.OfChannel(split, merged, c);
                for (var i = split.RestStart + c; i < dy.Length; i += channels)
                {
                    if (!(yp[i] > 0f)) dyp[i] *= slope;
                    sum += dyp[i];
                }

                sums[c] = (float)(accumulate ? sums[c] + sum : sum);
            }
        }
    }

    private readonly struct GateSumJob(float* y, float* dy, float* partial, ColumnSplit split, float slope) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var offset = split.Locate(chunk, out var columns, out var rows, out var result);
            nint width = split.Width;
            float* yp = y + offset, dyp = dy + offset, sums = partial + result;
            var s = V.Splat(slope);
            new Span<float>(sums, columns).Clear();
            var ahead = Prefetch.Ahead(4 * width);
            var r = 0;
            for (; r <= rows - 4; r += 4, yp += 4 * width, dyp += 4 * width)
            {
                for (nint j = 0; j < columns; j += 16)
                {
                    Prefetch.Rows(yp + j + ahead, width);
                    Prefetch.Rows(dyp + j + ahead, width);
                    V a = Gate(yp + j, dyp + j, s), b = Gate(yp + j + width, dyp + j + width, s);
                    V c = Gate(yp + j + 2 * width, dyp + j + 2 * width, s), d = Gate(yp + j + 3 * width, dyp + j + 3 * width, s);
                    V.Store(sums + j, V.Load(sums + j) + (a + b + (c + d)));
                }
            }

            for (; r < rows; r++, yp += width, dyp += width)
                for (nint j = 0; j < columns; j += 16) V.Store(sums + j, V.Load(sums + j) + Gate(yp + j, dyp + j, s));
        }

        private static V Gate<V>(float* y, float* dy, V slope) where V : unmanaged, ILanes<V>
        {
            var g = V.Load(dy);
            g = V.Select(V.Greater(V.Load(y), V.Zero), g, g * slope);
            V.Store(dy, g);
            return g;
        }
    }
}

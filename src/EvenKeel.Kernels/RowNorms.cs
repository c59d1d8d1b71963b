using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels;

/// <summary>
/// Normalization of each row of x [rows, width] by its own statistics, with a gain and shift for every column and the
/// activation that follows, in one pass; the backward pass is one too. A row is read again while it lies in the cache.
/// </summary>
internal static unsafe partial class RowNorms
{
    // Column sums of the gradient have one partial result a chunk: few chunks keep them small beside x.
    private const int MostChunks = 32;

    /// <summary>y = act((x − μ)/s·gamma + beta).</summary>
    /// <param name="workers">Threads and path.</param>
    /// <param name="x">[rows, width].</param>
    /// <param name="gamma">[width].</param>
    /// <param name="beta">[width].</param>
    /// <param name="scale">How s is made.</param>
    /// <param name="slope">Slope of the activation below 0; 1 for none.</param>
    /// <param name="y">[rows, width].</param>
    /// <param name="statistics">[3, rows]: μ, 1/s, and mean sgn(x − μ) where deviations are absolute.</param>
    public static void Forward(
        Workers workers, ReadOnlySpan<float> x, ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta, RowScale scale,
        float slope, Span<float> y, Span<float> statistics)
    {
        var width = gamma.Length;
        var rows = Require.Rows(x, width);
        Require.Length(beta, width);
        Require.Length(y, x.Length);
        Require.Length(statistics, 3 * rows);
        fixed (float* xp = x, gp = gamma, bp = beta, yp = y, sp = statistics)
        {
            var each = RowsPerChunk(rows, width);
            var job = new ForwardJob(xp, gp, bp, yp, sp, rows, width, each, scale, slope);
            workers.Run(WorkSplit.Chunks(rows, each), ref job);
        }
    }

    private static int RowsPerChunk(int rows, int width) =>
        Math.Max(WorkSplit.RowsPerChunk(width), WorkSplit.Chunks(rows, MostChunks));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V At<V>(float* p, nint i, nint width) where V : unmanaged, ILanes<V> =>
        LaneTails.Load<V>(p + i, width - i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<V>(float* p, nint i, nint width, V v) where V : unmanaged, ILanes<V> =>
        LaneTails.Store(p + i, v, width - i);

    private readonly struct ForwardJob(
        float* x, float* gamma, float* beta, float* y, float* statistics, int rows, int width, int each, RowScale scale,
        float slope) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var last = Math.Min((chunk + 1) * each, rows);
            for (var row = chunk * each; row < last; row++)
            {
                var source = x + (nint)row * width;
                var mean = scale.Centers ? Mean<V>(source) : 0f;
                Spread<V>(source, mean, out var spread, out var signs);
                var rstd = (float)(1.0 / scale.Of(spread));
                statistics[row] = mean;
                statistics[rows + row] = rstd;
                statistics[2 * rows + row] = (float)signs;
                V m = V.Splat(mean), r = V.Splat(rstd), s = V.Splat(slope);
                var target = y + (nint)row * width;
                for (nint i = 0; i < width; i += 16)
                {
                    var normalized = (At<V>(source, i, width) - m) * r;
                    var pre = V.FusedMultiplyAdd(normalized, At<V>(gamma, i, width), At<V>(beta, i, width));
                    Put(target, i, width, V.Select(V.Greater(pre, V.Zero), pre, pre * s));
                }
            }
        }

        // Differences from the first value: a large common mean would cost the digits of the rest.
        private float Mean<V>(float* source) where V : unmanaged, ILanes<V>
        {
            var pivot = V.Splat(source[0]);
            V even = V.Zero, odd = V.Zero;
            nint i = 0;
            for (; i <= width - 32; i += 32)
            {
                even += V.Load(source + i) - pivot;
                odd += V.Load(source + i + 16) - pivot;
            }

            var sum = (double)V.Sum(even + odd);
            for (; i < width; i++) sum += source[i] - source[0];
            return (float)(source[0] + sum / width);
        }

        private void Spread<V>(float* source, float mean, out double spread, out double signs)
            where V : unmanaged, ILanes<V>
        {
            var m = V.Splat(mean);
            V sum = V.Zero, sign = V.Zero;
            nint i = 0;
            for (; i <= width - 16; i += 16)
            {
                var c = V.Load(source + i) - m;
                sum = scale.Absolute ? sum + V.Abs(c) : V.FusedMultiplyAdd(c, c, sum);
                if (scale.Absolute) sign += LaneMath.Sign(c);
            }

            spread = V.Sum(sum);
            signs = V.Sum(sign);
            for (; i < width; i++)
            {
                var c = source[i] - mean;
                spread += scale.Absolute ? Math.Abs(c) : (double)c * c;
                signs += Math.Sign(c);
            }

            spread /= width;
            signs /= width;
        }
    }
}

namespace EvenKeel.Kernels;

internal static unsafe partial class RowNorms
{
    /// <summary>The gradients of <see cref="Forward"/>.</summary>
    /// <param name="workers">Threads and path.</param>
    /// <param name="x">[rows, width].</param>
    /// <param name="dy">[rows, width].</param>
    /// <param name="gamma">[width].</param>
    /// <param name="beta">[width].</param>
    /// <param name="scale">How s was made.</param>
    /// <param name="slope">Slope of the activation below 0.</param>
    /// <param name="statistics">What the forward pass left.</param>
    /// <param name="dx">[rows, width]; may be dy.</param>
    /// <param name="accumulate">True to add to dx.</param>
    /// <param name="gain">[width]: Σ g·x̂ over the rows, g = dy·act'; the gradient of gamma.</param>
    /// <param name="shift">[width]: Σ g; the gradient of beta.</param>
    public static void Backward(
        Workers workers, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta,
        RowScale scale, float slope, ReadOnlySpan<float> statistics, Span<float> dx, bool accumulate, Span<float> gain,
        Span<float> shift)
    {
        var width = gamma.Length;
        var rows = Require.Rows(x, width);
        Require.Length(dy, x.Length);
        Require.Length(beta, width);
        Require.Length(statistics, 3 * rows);
        Require.Length(dx, x.Length);
        Require.Length(gain, width);
        Require.Length(shift, width);
        var each = RowsPerChunk(rows, width);
        var chunks = WorkSplit.Chunks(rows, each);
        var partial = workers.SharedScratch((nuint)chunks * 2 * (nuint)width);
        fixed (float* xp = x, dyp = dy, gp = gamma, bp = beta, sp = statistics, dxp = dx, gainp = gain, shiftp = shift)
        {
            var job = new BackwardJob(
                xp, dyp, gp, bp, sp, dxp, partial, rows, width, each, scale, slope, accumulate);
            workers.Run(chunks, ref job);
            var gains = new MergeJob(partial, gainp, chunks, width);
            workers.Run(WorkSplit.Chunks(width, MergeJob.Columns), ref gains);
            var shifts = new MergeJob(partial + width, shiftp, chunks, width);
            workers.Run(WorkSplit.Chunks(width, MergeJob.Columns), ref shifts);
        }
    }

    private readonly struct BackwardJob(
        float* x, float* dy, float* gamma, float* beta, float* statistics, float* dx, float* partial, int rows, int width,
        int each, RowScale scale, float slope, bool accumulate) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var gains = partial + (nint)chunk * 2 * width;
            var shifts = gains + width;
            new Span<float>(gains, 2 * width).Clear();
            var last = Math.Min((chunk + 1) * each, rows);
            for (var row = chunk * each; row < last; row++)
            {
                var offset = (nint)row * width;
                V mean = V.Splat(statistics[row]), rstd = V.Splat(statistics[rows + row]);
                Reduce(x + offset, dy + offset, mean, rstd, gains, shifts, out var sum, out var product);
                var r = 1.0 / statistics[rows + row];
                var k = scale.Derivative(r) * product / width;
                var level = scale.Centers ? sum / width : 0.0;
                if (scale.Absolute) level -= k * statistics[2 * rows + row];
                Apply(x + offset, dy + offset, dx + offset, mean, rstd, V.Splat((float)level), V.Splat((float)k));
            }
        }

        // Σ γ·g and Σ γ·g·x̂ of the row; the columns' sums move along.
        private void Reduce<V>(
            float* xp, float* dyp, V mean, V rstd, float* gains, float* shifts, out double sum, out double product)
            where V : unmanaged, ILanes<V>
        {
            V s = V.Zero, p = V.Zero;
            for (nint i = 0; i < width; i += 16)
            {
                var normalized = (At<V>(xp, i, width) - mean) * rstd;
                var gain = At<V>(gamma, i, width);
                var g = Passed(normalized, At<V>(dyp, i, width), gain, At<V>(beta, i, width));
                Put(gains, i, width, V.FusedMultiplyAdd(g, normalized, At<V>(gains, i, width)));
                Put(shifts, i, width, At<V>(shifts, i, width) + g);
                s = V.FusedMultiplyAdd(gain, g, s);
                p = V.FusedMultiplyAdd(gain * g, normalized, p);
            }

            sum = V.Sum(s);
            product = V.Sum(p);
        }

        private void Apply<V>(float* xp, float* dyp, float* target, V mean, V rstd, V level, V k)
            where V : unmanaged, ILanes<V>
        {
            for (nint i = 0; i < width; i += 16)
            {
                var centered = At<V>(xp, i, width) - mean;
                var normalized = centered * rstd;
                var gain = At<V>(gamma, i, width);
                var g = gain * Passed(normalized, At<V>(dyp, i, width), gain, At<V>(beta, i, width));
                var u = scale.Absolute ? LaneMath.Sign(centered) : normalized;
                var v = (g - level - k * u) * rstd;
                Put(target, i, width, accumulate ? At<V>(target, i, width) + v : v);
            }
        }

        private V Passed<V>(V normalized, V upstream, V gain, V shift) where V : unmanaged, ILanes<V>
        {
            var pre = V.FusedMultiplyAdd(normalized, gain, shift);
            return V.Select(V.Greater(pre, V.Zero), upstream, upstream * V.Splat(slope));
        }
    }

    private readonly struct MergeJob(float* partial, float* sums, int chunks, int width) : ILaneJob
    {
        public const int Columns = 256;

        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var last = Math.Min((chunk + 1) * Columns, width);
            for (var i = chunk * Columns; i < last; i += 16)
            {
                var here = Math.Min(16, last - i);
                var sum = V.Zero;
                for (var source = 0; source < chunks; source++)
                    sum += LaneTails.LoadPartial<V>(partial + (nint)source * 2 * width + i, here);
                LaneTails.StorePartial(sums + i, sum, here);
            }
        }
    }
}

using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Normalization;

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
        var split = Split(rows, width);
        var chunks = split.Count;
        var length = AlignedMemory.WholeLines(width);
        var partial = workers.SharedScratch((nuint)((chunks * 2 * length) + PaddedLength(width)));
        var padded = partial + (chunks * 2 * length);
        fixed (float* xp = x, dyp = dy, gp = gamma, bp = beta, sp = statistics, dxp = dx, gainp = gain, shiftp = shift)
        {
            var job = new BackwardJob(
                xp, dyp, Padded(gp, width, 0, padded), Padded(bp, width, 1, padded), sp, dxp, partial, rows, width, split, scale, slope,
                accumulate);
            workers.Run(chunks, ref job);
            var gains = new MergeJob(partial, gainp, chunks, width);
            workers.Run(WorkSplit.Chunks(width, MergeJob.Columns), ref gains);
            var shifts = new MergeJob(partial + length, shiftp, chunks, width);
            workers.Run(WorkSplit.Chunks(width, MergeJob.Columns), ref shifts);
        }
    }

    private readonly struct BackwardJob(
        float* x, float* dy, float* gamma, float* beta, float* statistics, float* dx, float* partial, int rows, int width,
        EvenSplit split, RowScale scale, float slope, bool accumulate) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var length = AlignedMemory.WholeLines(width);
            var gains = partial + (chunk * 2 * length);
            new Span<float>(gains, (int)(2 * length)).Clear();
            var last = (int)split.End(chunk);
            var together = RowsTogether(width);
            var levels = stackalloc float[2 * MostTogether];
            for (var row = (int)split.First(chunk); row < last; row += together)
            {
                var end = Math.Min(last, row + together);
                Reduce<V>(row, end, gains, gains + length, levels);
                Apply<V>(row, end, levels);
            }
        }

        // Σ γ·g and Σ γ·g·x̂ of each row, and what they take from its gradient; the columns' sums move along.
        private void Reduce<V>(int first, int end, float* gains, float* shifts, float* levels) where V : unmanaged, ILanes<V>
        {
            float* means = statistics, rstds = means + rows, signs = rstds + rows, gain = gamma, shift = beta;
            nint columns = width, whole = columns & -Lanes;
            float* source = x + (first * columns), upstream = dy + (first * columns);
            var sums = stackalloc float[2 * MostTogether];
            var activation = V.Splat(slope);
            for (var row = first; row < end; row++, source += columns, upstream += columns)
            {
                V mean = V.Splat(means[row]), rstd = V.Splat(rstds[row]), s = V.Zero, p = V.Zero;
                for (nint i = 0; i < whole; i += 16)
                {
                    var normalized = (V.Load(source + i) - mean) * rstd;
                    var factor = V.Load(gain + i);
                    var g = Passed(normalized, V.Load(upstream + i), factor, V.Load(shift + i), activation);
                    V.Store(gains + i, V.FusedMultiplyAdd(g, normalized, V.Load(gains + i)));
                    V.Store(shifts + i, V.Load(shifts + i) + g);
                    s = V.FusedMultiplyAdd(factor, g, s);
                    p = V.FusedMultiplyAdd(factor * g, normalized, p);
                }

                // Lanes that do not exist have neither a gradient nor a gain.
                if (whole < columns)
                {
                    var rest = (int)(columns - whole);
                    var normalized = (LaneTails.LoadPartial<V>(source + whole, rest) - V.Splat(means[row])) * V.Splat(rstds[row]);
                    var factor = V.Load(gain + whole);
                    var g = Passed(
                        normalized, LaneTails.LoadPartial<V>(upstream + whole, rest), factor, V.Load(shift + whole), V.Splat(slope));
                    V.Store(gains + whole, V.FusedMultiplyAdd(g, normalized, V.Load(gains + whole)));
                    V.Store(shifts + whole, V.Load(shifts + whole) + g);
                    s = V.FusedMultiplyAdd(factor, g, s);
                    p = V.FusedMultiplyAdd(factor * g, normalized, p);
                }

                sums[row - first] = V.Sum(s);
                sums[MostTogether + row - first] = V.Sum(p);
            }

            for (var row = first; row < end; row++)
            {
                double sum = sums[row - first], product = sums[MostTogether + row - first];
                var k = scale.Derivative(1.0 / rstds[row]) * product / columns;
                var level = scale.Centers ? sum / columns : 0.0;
                if (scale.Absolute) level -= k * signs[row];
                levels[row - first] = (float)level;
                levels[MostTogether + row - first] = (float)k;
            }
        }

        private void Apply<V>(int first, int end, float* levels) where V : unmanaged, ILanes<V>
        {
            float* means = statistics, rstds = means + rows, gain = gamma, shift = beta;
            nint columns = width, whole = columns & -Lanes;
            var offset = first * columns;
            float* source = x + offset, upstream = dy + offset, target = dx + offset;
            var activation = V.Splat(slope);
            var (absolute, add) = (scale.Absolute, accumulate);
            for (var row = first; row < end; row++, source += columns, upstream += columns, target += columns, levels++)
            {
                V mean = V.Splat(means[row]), rstd = V.Splat(rstds[row]), level = V.Splat(levels[0]), k = V.Splat(levels[MostTogether]);
                for (nint i = 0; i < whole; i += 16)
                {
                    var v = Gradient(
                        V.Load(source + i), V.Load(upstream + i), V.Load(gain + i), V.Load(shift + i), mean, rstd, level, k, absolute,
                        activation);
                    V.Store(target + i, add ? V.Load(target + i) + v : v);
                }

                if (whole < columns) ApplyRest<V>(row, whole, levels);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private void ApplyRest<V>(int row, nint column, float* levels) where V : unmanaged, ILanes<V>
        {
            var rest = (int)(width - column);
            var offset = ((nint)row * width) + column;
            var v = Gradient(
                LaneTails.LoadPartial<V>(x + offset, rest), LaneTails.LoadPartial<V>(dy + offset, rest), V.Load(gamma + column),
                V.Load(beta + column), V.Splat(statistics[row]), V.Splat(statistics[rows + row]), V.Splat(levels[0]),
                V.Splat(levels[MostTogether]), scale.Absolute, V.Splat(slope));
            if (accumulate) v = LaneTails.LoadPartial<V>(dx + offset, rest) + v;
            LaneTails.StorePartial(dx + offset, v, rest);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static V Gradient<V>(
            V x, V upstream, V gain, V shift, V mean, V rstd, V level, V k, bool absolute, V slope) where V : unmanaged, ILanes<V>
        {
            var centered = x - mean;
            var normalized = centered * rstd;
            var g = gain * Passed(normalized, upstream, gain, shift, slope);
            var u = absolute ? LaneMath.Sign(centered) : normalized;
            return (g - level - k * u) * rstd;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static V Passed<V>(V normalized, V upstream, V gain, V shift, V slope) where V : unmanaged, ILanes<V>
        {
            var pre = V.FusedMultiplyAdd(normalized, gain, shift);
            return V.Select(V.Greater(pre, V.Zero), upstream, upstream * slope);
        }
    }

    private readonly struct MergeJob(float* partial, float* sums, int chunks, int width) : ILaneJob
    {
        public const int Columns = 256;

        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var step = 2 * AlignedMemory.WholeLines(width);
            var last = Math.Min((chunk + 1) * Columns, width);
            for (var i = chunk * Columns; i < last; i += 16)
            {
                var sum = V.Zero;
                for (var source = 0; source < chunks; source++) sum += V.Load(partial + (source * step) + i);
                LaneTails.Store(sums + i, sum, last - i);
            }
        }
    }
}

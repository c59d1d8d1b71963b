using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Normalization;

/// <summary>
/// Normalization of each row of x [rows, width] by its own statistics, with a gain and shift for every column and the
/// activation that follows, in one pass; the backward pass is one too. A row is read again while it lies in the cache.
/// </summary>
internal static unsafe partial class RowNorms
{
    // Column sums of the gradient have one partial result a chunk: few chunks keep them small beside x.
    private const int MostChunks = 32;

    // Rows that follow each other step by step stay in the fastest cache.
    private const int FloatsTogether = 4_096;
    private const int MostTogether = 16;
    private const int Lanes = ILanes<Lanes128>.Count;

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
            var split = Split(rows, width);
            var padded = workers.SharedScratch((nuint)PaddedLength(width));
            var job = new ForwardJob(xp, Padded(gp, width, 0, padded), Padded(bp, width, 1, padded), yp, sp, rows, width, split, scale, slope);
            workers.Run(split.Count, ref job);
        }
    }

    private static EvenSplit Split(int rows, int width) =>
        new(rows, Math.Max(WorkSplit.RowsPerChunk(width), WorkSplit.Chunks(rows, MostChunks)));

    // Narrow rows are taken some together, step by step: while one waits for its sum, a root or a quotient, the others' arithmetic
    // goes on.
    private static int RowsTogether(int width) => Math.Clamp(FloatsTogether / width, 1, MostTogether);

    // Gains and shifts in whole vectors: a copy, unless they are so already.
    private static nint PaddedLength(int width) => width % Lanes == 0 ? 0 : 2 * AlignedMemory.WholeLines(width);

    private static float* Padded(float* values, int width, int place, float* copies)
    {
        if (width % Lanes == 0) return values;
        var length = AlignedMemory.WholeLines(width);
        var copy = copies + (place * length);
        new ReadOnlySpan<float>(values, width).CopyTo(new(copy, width));
        new Span<float>(copy + width, (int)length - width).Clear();
        return copy;
    }

    private readonly struct ForwardJob(
        float* x, float* gamma, float* beta, float* y, float* statistics, int rows, int width, EvenSplit split, RowScale scale,
        float slope) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var last = (int)split.End(chunk);
            var together = RowsTogether(width);
            for (var row = (int)split.First(chunk); row < last; row += together)
            {
                var end = Math.Min(last, row + together);
                Measure<V>(row, end);
                Apply<V>(row, end);
            }
        }

        private void Measure<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            float* means = statistics, rstds = means + rows, signs = rstds + rows;
            var spreads = stackalloc double[MostTogether];
            nint columns = width;
            var source = x + (first * columns);
            for (var row = first; row < end; row++, source += columns) means[row] = scale.Centers ? Mean<V>(source, columns) : 0f;
            source = x + (first * columns);
            if (scale.Absolute)
            {
                for (var row = first; row < end; row++, source += columns)
                    spreads[row - first] = Absolutes<V>(source, columns, means[row], out signs[row]);
            }
            else
            {
                for (var row = first; row < end; row++, source += columns)
                {
                    spreads[row - first] = Squares<V>(source, columns, means[row]);
                    signs[row] = 0f;
                }
            }

            for (var row = first; row < end; row++) rstds[row] = (float)(1.0 / scale.Of(spreads[row - first]));
        }

        // Differences from the first value: a large common mean would cost the digits of the rest.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static float Mean<V>(float* source, nint width) where V : unmanaged, ILanes<V>
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

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static double Squares<V>(float* source, nint width, float mean) where V : unmanaged, ILanes<V>
        {
            V m = V.Splat(mean), sum = V.Zero;
            nint i = 0;
            for (; i <= width - 16; i += 16)
            {
                var c = V.Load(source + i) - m;
                sum = V.FusedMultiplyAdd(c, c, sum);
            }

            double spread = V.Sum(sum);
            for (; i < width; i++)
            {
                double c = source[i] - mean;
                spread += c * c;
            }

            return spread / width;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static double Absolutes<V>(float* source, nint width, float mean, out float signs) where V : unmanaged, ILanes<V>
        {
            V m = V.Splat(mean), sum = V.Zero, sign = V.Zero;
            nint i = 0;
            for (; i <= width - 16; i += 16)
            {
                var c = V.Load(source + i) - m;
                sum += V.Abs(c);
                sign += LaneMath.Sign(c);
            }

            double spread = V.Sum(sum), all = V.Sum(sign);
            for (; i < width; i++)
            {
                var c = source[i] - mean;
                spread += Math.Abs(c);
                all += Math.Sign(c);
            }

            signs = (float)(all / width);
            return spread / width;
        }

        private void Apply<V>(int first, int end) where V : unmanaged, ILanes<V>
        {
            float* means = statistics, rstds = means + rows, gains = gamma, shifts = beta;
            nint columns = width, whole = columns & -Lanes;
            var s = V.Splat(slope);
            float* source = x + (first * columns), target = y + (first * columns);
            for (var row = first; row < end; row++, source += columns, target += columns)
            {
                V m = V.Splat(means[row]), r = V.Splat(rstds[row]);
                for (nint i = 0; i < whole; i += 16)
                    V.Store(target + i, Output(V.Load(source + i), m, r, V.Load(gains + i), V.Load(shifts + i), s));
                if (whole < columns) ApplyRest<V>(row, whole);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private void ApplyRest<V>(int row, nint column) where V : unmanaged, ILanes<V>
        {
            var rest = (int)(width - column);
            var offset = ((nint)row * width) + column;
            V m = V.Splat(statistics[row]), r = V.Splat(statistics[rows + row]);
            var output = Output(
                LaneTails.LoadPartial<V>(x + offset, rest), m, r, V.Load(gamma + column), V.Load(beta + column), V.Splat(slope));
            LaneTails.StorePartial(y + offset, output, rest);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static V Output<V>(V x, V mean, V rstd, V gain, V shift, V slope) where V : unmanaged, ILanes<V>
        {
            var pre = V.FusedMultiplyAdd((x - mean) * rstd, gain, shift);
            return V.Select(V.Greater(pre, V.Zero), pre, pre * slope);
        }
    }
}

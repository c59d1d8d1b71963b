using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Statistics;

/// <summary>
/// Passes over a weight, [rows, columns] with the inputs as rows and the outputs as columns: how large each input's and
/// each output's part is, and both scaled at once. Fewer row factors than rows repeat: a kernel has the same inputs at
/// each of its places.
/// </summary>
internal static unsafe class WeightScales
{
    /// <summary>sums[r] = Σ x² over the row, or Σ |x| if not <paramref name="squares"/>.</summary>
    public static void RowPowers(Workers workers, ReadOnlySpan<float> x, int columns, bool squares, Span<float> sums)
    {
        var rows = Require.Rows(x, columns);
        Require.Length(sums, rows);
        fixed (float* xp = x, sp = sums)
        {
            var job = new RowJob(xp, sp, rows, columns, squares);
            workers.Run(WorkSplit.Rows(rows, columns).Count, ref job);
        }
    }

    /// <summary>sums[c] = Σ (factor[r]·x)² over the column, or Σ |factor[r]·x| if not <paramref name="squares"/>: the
    /// powers of a weight whose rows are scaled later.</summary>
    public static void ColumnPowers(
        Workers workers, ReadOnlySpan<float> x, ReadOnlySpan<float> factor, int columns, bool squares, Span<float> sums)
    {
        var rows = Require.Rows(x, columns);
        Require.Rows(x, factor.Length * columns);
        Require.Length(sums, columns);
        nint width = WorkSplit.Chunks(columns, 16) * 16;
        var chunks = WorkSplit.Rows(rows, columns).Count;
        var partial = workers.SharedScratch((nuint)((chunks + 1) * width));
        fixed (float* xp = x, fp = factor)
        {
            var job = new ColumnJob(xp, fp, factor.Length, partial, width, rows, columns, squares);
            workers.Run(chunks, ref job);
        }

        var merge = new MergeJob(partial, chunks, width);
        workers.Run(1, ref merge);
        new ReadOnlySpan<float>(partial + (chunks * width), columns).CopyTo(sums);
    }

    /// <summary>y = (rowFactor[r]·x)·columnFactor[c]. In place is fine.</summary>
    public static void Scale(
        Workers workers, ReadOnlySpan<float> x, ReadOnlySpan<float> rowFactor, ReadOnlySpan<float> columnFactor, Span<float> y)
    {
        var columns = columnFactor.Length;
        var rows = Require.Rows(x, columns);
        Require.Rows(x, rowFactor.Length * columns);
        Require.Length(y, x.Length);
        fixed (float* xp = x, rp = rowFactor, cp = columnFactor, yp = y)
        {
            var job = new ScaleJob(xp, rp, rowFactor.Length, cp, yp, rows, columns);
            workers.Run(WorkSplit.Rows(rows, columns).Count, ref job);
        }
    }

    private static V Add<V>(V sum, V value, bool squares) where V : unmanaged, ILanes<V> =>
        squares ? V.FusedMultiplyAdd(value, value, sum) : sum + V.Abs(value);

    // Two sets of lanes, folded in one order whatever the width of the vectors.
    private readonly struct RowJob(float* x, float* sums, int rows, int columns, bool squares) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var split = WorkSplit.Rows(rows, columns);
            var end = (int)split.End(chunk);
            var ahead = Prefetch.Ahead(0);
            for (var r = (int)split.First(chunk); r < end; r++)
            {
                var source = x + (nint)r * columns;
                V even = V.Zero, odd = V.Zero;
                var j = 0;
                for (; j <= columns - 32; j += 32)
                {
                    Prefetch.Line(source + j + ahead);
                    Prefetch.Line(source + j + ahead + 16);
                    even = Add(even, V.Load(source + j), squares);
                    odd = Add(odd, V.Load(source + j + 16), squares);
                }

                if (j <= columns - 16)
                {
                    even = Add(even, V.Load(source + j), squares);
                    j += 16;
                }

                if (j < columns) odd = Add(odd, LaneTails.LoadPartial<V>(source + j, columns - j), squares);
                sums[r] = V.Sum(even + odd);
            }
        }
    }

    private readonly struct ColumnJob(
        float* x, float* factor, int factors, float* partial, nint width, int rows, int columns, bool squares) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var split = WorkSplit.Rows(rows, columns);
            var end = (int)split.End(chunk);
            var sums = partial + chunk * width;
            new Span<float>(sums, (int)width).Clear();
            var r = (int)split.First(chunk);

            // Behind the last whole vector a load takes from the row below, into lanes that nobody reads. Where that may end
            // with the weight, rows are taken singly.
            var whole = columns >= 16 ? Math.Min(end, rows - 1) : r;
            for (; r <= whole - 4; r += 4)
            {
                var source = x + (nint)r * columns;
                V f0 = Factor<V>(r), f1 = Factor<V>(r + 1), f2 = Factor<V>(r + 2), f3 = Factor<V>(r + 3);
                for (nint j = 0; j < columns; j += 16)
                {
                    var p = source + j;
                    var four = Add(V.Zero, f0 * V.Load(p), squares);
                    four = Add(four, f1 * V.Load(p + columns), squares);
                    four = Add(four, f2 * V.Load(p + 2 * columns), squares);
                    four = Add(four, f3 * V.Load(p + 3 * columns), squares);
                    V.Store(sums + j, V.Load(sums + j) + four);
                }
            }

            for (; r < end; r++)
            {
                var source = x + (nint)r * columns;
                var f = Factor<V>(r);
                var left = (nint)(rows - r) * columns;
                for (nint j = 0; j < columns; j += 16)
                    V.Store(sums + j, Add(V.Load(sums + j), f * LaneTails.Load<V>(source + j, left - j), squares));
            }
        }

        private V Factor<V>(int row) where V : unmanaged, ILanes<V> => V.Splat(factor[row % factors]);
    }

    private readonly struct MergeJob(float* partial, int chunks, nint width) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            for (nint j = 0; j < width; j += 16)
                V.Store(partial + chunks * width + j, ColumnSums.Total<V>(partial + j, chunks, width));
        }
    }

    private readonly struct ScaleJob(
        float* x, float* rowFactor, int factors, float* columnFactor, float* y, int rows, int columns) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var split = WorkSplit.Rows(rows, columns);
            var end = (int)split.End(chunk);
            for (var r = (int)split.First(chunk); r < end; r++)
            {
                var source = x + (nint)r * columns;
                var destination = y + (nint)r * columns;
                var scale = rowFactor[r % factors];
                var wide = V.Splat(scale);
                var j = 0;
                for (; j <= columns - 16; j += 16)
                    V.Store(destination + j, wide * V.Load(source + j) * V.Load(columnFactor + j));
                for (; j < columns; j++) destination[j] = scale * source[j] * columnFactor[j];
            }
        }
    }
}

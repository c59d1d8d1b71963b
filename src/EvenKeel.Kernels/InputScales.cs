namespace EvenKeel.Kernels;

/// <summary>
/// Passes over the rows of a weight, [rows, columns] with the outputs as columns: what a weight takes from each input.
/// </summary>
internal static unsafe class InputScales
{
    /// <summary>sums[r] = Σ x² over the row, or Σ |x| if not <paramref name="squares"/>.</summary>
    public static void Powers(Workers workers, ReadOnlySpan<float> x, int columns, bool squares, Span<float> sums)
    {
        var rows = Require.Rows(x, columns);
        Require.Length(sums, rows);
        fixed (float* xp = x, sp = sums)
        {
            var job = new PowerJob(xp, sp, rows, columns, squares);
            workers.Run(WorkSplit.Chunks(rows, WorkSplit.RowsPerChunk(columns)), ref job);
        }
    }

    /// <summary>y = factor[r]·x in row r; fewer factors than rows repeat. In place is fine.</summary>
    public static void Scale(
        Workers workers, ReadOnlySpan<float> x, ReadOnlySpan<float> factor, int columns, Span<float> y)
    {
        var rows = Require.Rows(x, columns);
        Require.Rows(x, factor.Length * columns);
        Require.Length(y, x.Length);
        fixed (float* xp = x, fp = factor, yp = y)
        {
            var job = new ScaleJob(xp, fp, factor.Length, yp, rows, columns);
            workers.Run(WorkSplit.Chunks(rows, WorkSplit.RowsPerChunk(columns)), ref job);
        }
    }

    // Two sets of lanes, folded in one order whatever the width of the vectors.
    private readonly struct PowerJob(float* x, float* sums, int rows, int columns, bool squares) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var perChunk = WorkSplit.RowsPerChunk(columns);
            var end = Math.Min((chunk + 1) * perChunk, rows);
            for (var r = chunk * perChunk; r < end; r++)
            {
                var source = x + (nint)r * columns;
                V even = V.Zero, odd = V.Zero;
                var j = 0;
                for (; j <= columns - 32; j += 32)
                {
                    even = Add(even, V.Load(source + j));
                    odd = Add(odd, V.Load(source + j + 16));
                }

                if (j <= columns - 16)
                {
                    even = Add(even, V.Load(source + j));
                    j += 16;
                }

                if (j < columns) odd = Add(odd, LaneTails.LoadPartial<V>(source + j, columns - j));
                sums[r] = V.Sum(even + odd);
            }
        }

        private V Add<V>(V sum, V value) where V : unmanaged, ILanes<V> =>
            squares ? V.FusedMultiplyAdd(value, value, sum) : sum + V.Abs(value);
    }

    private readonly struct ScaleJob(float* x, float* factor, int factors, float* y, int rows, int columns) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var perChunk = WorkSplit.RowsPerChunk(columns);
            var end = Math.Min((chunk + 1) * perChunk, rows);
            for (var r = chunk * perChunk; r < end; r++)
            {
                var source = x + (nint)r * columns;
                var destination = y + (nint)r * columns;
                var scale = factor[r % factors];
                var wide = V.Splat(scale);
                var j = 0;
                for (; j <= columns - 16; j += 16) V.Store(destination + j, wide * V.Load(source + j));
                for (; j < columns; j++) destination[j] = scale * source[j];
            }
        }
    }
}

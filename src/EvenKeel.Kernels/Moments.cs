namespace EvenKeel.Kernels;

/// <summary>Mean and variance of every channel of x [rows, channels].</summary>
/// <remarks>
/// A chunk of rows is read twice while it lies in the cache: first its mean, then squares of what is left after
/// subtracting it. Chunks are merged by Chan, Golub and LeVeque's formula, M2 = Σ (M2_i + n_i·(mean_i − mean)²)
/// ("Algorithms for computing the sample variance", The American Statistician 37, 1983). E[x²] − E[x]² is never
/// formed: it loses all digits when the mean is large. All of this runs on differences from the first row, since a
/// chunk's mean rounded at the size of x would spoil the merge.
/// </remarks>
internal static unsafe class Moments
{
    /// <summary>mean[c] and the biased variance[c] = Σ (x − mean[c])² / rows.</summary>
    public static void MeanVariance(
        Workers workers, ReadOnlySpan<float> x, int channels, Span<float> mean, Span<float> variance)
    {
        Require.Length(variance, channels);
        Compute(workers, x, channels, mean, variance);
    }

    /// <summary>mean[c].</summary>
    public static void Mean(Workers workers, ReadOnlySpan<float> x, int channels, Span<float> mean) =>
        Compute(workers, x, channels, mean, default);

    private static void Compute(
        Workers workers, ReadOnlySpan<float> x, int channels, Span<float> mean, Span<float> variance)
    {
        var rows = Require.Rows(x, channels);
        Require.That(rows > 0, $"x is empty: expected at least one row of {channels} channels.");
        Require.Length(mean, channels);
        var split = new ColumnSplit(rows, channels);
        var planes = variance.IsEmpty ? 1 : 2;
        var pivot = workers.SharedScratch((nuint)split.Width + ColumnSums.Scratch(split, planes));
        var means = pivot + split.Width;
        var merged = means + (nint)planes * split.RowChunks * split.Width;
        var squares = variance.IsEmpty ? null : means + (nint)split.RowChunks * split.Width;
        fixed (float* xp = x)
        {
            for (var copy = 0; copy < split.Copies; copy++)
                x[..channels].CopyTo(new Span<float>(pivot + copy * channels, channels));
            var job = new ChunkJob(xp, pivot, means, squares, split);
            workers.Run(split.Chunks, ref job);
            var merge = new MergeJob(means, squares, merged, split);
            workers.Run(WorkSplit.Chunks(split.Width, MergeJob.Columns), ref merge);
            for (var c = 0; c < channels; c++) Finish(split, rows, xp, merged, c, mean, variance);
        }
    }

    // The copies of a channel in a wide row and the rows left over, in double: a handful of values.
    private static void Finish(
        in ColumnSplit split, int rows, float* x, float* merged, int channel, Span<float> mean, Span<float> variance)
    {
        var end = rows * split.Channels;
        double pivot = x[channel];
        var sum = 0.0;
        if (split.WideRows > 0) sum = split.WideRows * ColumnSums.OfChannel(split, merged, channel);
        for (var i = split.RestStart + channel; i < end; i += split.Channels) sum += x[i] - pivot;
        var center = sum / rows;
        mean[channel] = (float)(pivot + center);
        if (variance.IsEmpty) return;
        var squares = 0.0;
        for (var copy = 0; copy < split.Copies && split.WideRows > 0; copy++)
        {
            var column = copy * split.Channels + channel;
            var apart = merged[column] - center;
            squares += merged[split.Width + column] + split.WideRows * apart * apart;
        }

        for (var i = split.RestStart + channel; i < end; i += split.Channels)
        {
            var apart = x[i] - pivot - center;
            squares += apart * apart;
        }

        variance[channel] = (float)(squares / rows);
    }

    private readonly struct ChunkJob(float* x, float* pivot, float* means, float* squares, ColumnSplit split) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            split.Locate(chunk, out var column, out var columns, out var row, out var rows);
            nint width = split.Width;
            var source = x + row * width + column;
            var offset = chunk / split.Panels * width + column;
            Center<V>(source, pivot + column, width, columns, rows, means + offset);
            if (squares == null) return;
            Square<V>(source, pivot + column, width, columns, rows, means + offset, squares + offset);
        }

        private static void Center<V>(float* source, float* pivot, nint width, nint columns, int rows, float* mean)
            where V : unmanaged, ILanes<V>
        {
            new Span<float>(mean, (int)columns).Clear();
            var r = 0;
            for (; r <= rows - 4; r += 4, source += 4 * width)
            {
                for (nint j = 0; j < columns; j += 16)
                {
                    var p = source + j;
                    var first = V.Load(pivot + j);
                    var a = V.Load(p) - first;
                    var b = V.Load(p + width) - first;
                    var c = V.Load(p + 2 * width) - first;
                    var d = V.Load(p + 3 * width) - first;
                    V.Store(mean + j, V.Load(mean + j) + (a + b + (c + d)));
                }
            }

            for (; r < rows; r++, source += width)
            {
                for (nint j = 0; j < columns; j += 16)
                    V.Store(mean + j, V.Load(mean + j) + (V.Load(source + j) - V.Load(pivot + j)));
            }

            var count = V.Splat(rows);
            for (nint j = 0; j < columns; j += 16) V.Store(mean + j, V.Load(mean + j) / count);
        }

        private static void Square<V>(
            float* source, float* pivot, nint width, nint columns, int rows, float* mean, float* squares)
            where V : unmanaged, ILanes<V>
        {
            new Span<float>(squares, (int)columns).Clear();
            var r = 0;
            for (; r <= rows - 4; r += 4, source += 4 * width)
            {
                for (nint j = 0; j < columns; j += 16)
                {
                    var p = source + j;
                    var first = V.Load(pivot + j);
                    var center = V.Load(mean + j);
                    var a = V.Load(p) - first - center;
                    var b = V.Load(p + width) - first - center;
                    var c = V.Load(p + 2 * width) - first - center;
                    var d = V.Load(p + 3 * width) - first - center;
                    var four = V.FusedMultiplyAdd(a, a, b * b) + V.FusedMultiplyAdd(c, c, d * d);
                    V.Store(squares + j, V.Load(squares + j) + four);
                }
            }

            for (; r < rows; r++, source += width)
            {
                for (nint j = 0; j < columns; j += 16)
                {
                    var a = V.Load(source + j) - V.Load(pivot + j) - V.Load(mean + j);
                    V.Store(squares + j, V.FusedMultiplyAdd(a, a, V.Load(squares + j)));
                }
            }
        }
    }

    // Compensated sums (Kahan).
    private readonly struct MergeJob(float* means, float* squares, float* merged, ColumnSplit split) : ILaneJob
    {
        public const int Columns = 256;

        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            if (split.RowChunks == 0) return;
            var last = Math.Min((chunk + 1) * Columns, split.Width);
            for (var j = chunk * Columns; j < last; j += 16)
            {
                var mean = Mean<V>(j);
                V.Store(merged + j, mean);
                if (squares != null) V.Store(merged + split.Width + j, Squares(j, mean));
            }
        }

        private V Mean<V>(int column) where V : unmanaged, ILanes<V>
        {
            var sum = V.Zero;
            var lost = V.Zero;
            for (var r = 0; r < split.RowChunks; r++)
            {
                var next = V.Load(means + (nint)r * split.Width + column) * V.Splat(split.RowsIn(r)) - lost;
                var total = sum + next;
                lost = total - sum - next;
                sum = total;
            }

            return sum / V.Splat(split.WideRows);
        }

        private V Squares<V>(int column, V mean) where V : unmanaged, ILanes<V>
        {
            var sum = V.Zero;
            var lost = V.Zero;
            for (var r = 0; r < split.RowChunks; r++)
            {
                var offset = (nint)r * split.Width + column;
                var apart = V.Load(means + offset) - mean;
                var next = V.FusedMultiplyAdd(apart * apart, V.Splat(split.RowsIn(r)), V.Load(squares + offset)) - lost;
                var total = sum + next;
                lost = total - sum - next;
                sum = total;
            }

            return sum;
        }
    }
}

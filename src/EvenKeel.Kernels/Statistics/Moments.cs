using EvenKeel.Kernels.Elements;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Statistics;

/// <summary>
/// Mean and variance of every channel of x [segments, rows, channels], for each segment apart: a batch is one segment
/// for statistics over the batch, and as many as it has samples for statistics within a sample. The number of segments
/// is read from the results, which are [segments, channels].
/// </summary>
/// <remarks>
/// A chunk of rows is read twice while it lies in the cache: first its mean, then squares of what is left after
/// subtracting it. Chunks are merged by Chan, Golub and LeVeque's formula, M2 = Σ (M2_i + n_i·(mean_i − mean)²)
/// ("Algorithms for computing the sample variance", The American Statistician 37, 1983). E[x²] − E[x]² is never
/// formed: it loses all digits when the mean is large. All of this runs on differences from the first row, since a
/// chunk's mean rounded at the size of x would spoil the merge.
/// </remarks>
internal static unsafe partial class Moments
{
    /// <summary>mean[s,c] and the biased variance[s,c] = Σ (x − mean[s,c])² / rows.</summary>
    public static void MeanVariance(
        Workers workers, ReadOnlySpan<float> x, int channels, Span<float> mean, Span<float> variance)
    {
        Require.Length(variance, mean.Length);
        Compute(workers, x, channels, mean, variance);
    }

    /// <summary>mean[s,c].</summary>
    public static void Mean(Workers workers, ReadOnlySpan<float> x, int channels, Span<float> mean) =>
        Compute(workers, x, channels, mean, default);

    private static void Compute(
        Workers workers, ReadOnlySpan<float> x, int channels, Span<float> mean, Span<float> variance)
    {
        var segments = Require.Segments(mean.Length, channels);
        var rows = Require.Rows(x, channels, segments);
        Require.That(rows > 0, $"x is empty: expected at least one row of {channels} channels.");
        if (rows == 1)
        {
            // A row is its own mean and varies only if it is not finite: there is nothing to merge.
            Elementwise.Copy(workers, x, mean);
            if (!variance.IsEmpty) Elementwise.Scale(workers, 0f, x, variance);
            if (!variance.IsEmpty) Elementwise.Multiply(workers, variance, variance, variance);
            return;
        }

        var split = new ColumnSplit(rows, channels);
        var block = new Block(split, variance.IsEmpty ? 1 : 2);
        var scratch = workers.SharedScratch((nuint)segments * (nuint)block.Length);
        fixed (float* xp = x)
        {
            for (var segment = 0; segment < segments; segment++)
            {
                var first = x.Slice(segment * rows * channels, channels);
                for (var copy = 0; copy < split.Copies; copy++)
                    first.CopyTo(new Span<float>(scratch + segment * block.Length + copy * channels, channels));
            }

            var job = new ChunkJob(xp, scratch, split, block);
            workers.Run(segments * split.Chunks, ref job);
            var merge = new MergeJob(scratch, split, block);
            workers.Run(segments * MergeJob.Chunks(split), ref merge);
            fixed (float* mp = mean, vp = variance)
            {
                var finish = new FinishJob(xp, scratch, split, block, rows, mp, vp);
                workers.Run(segments * FinishJob.Chunks(split), ref finish);
            }
        }
    }

    // Scratch of one segment: pivots, a mean for every chunk of rows, squares likewise, the merged results.
    private readonly struct Block(in ColumnSplit split, int planes)
    {
        public nint Means { get; } = split.Width;

        public nint Squares { get; } = planes == 1 ? 0 : (1 + (nint)split.RowChunks) * split.Width;

        public nint Merged { get; } = (1 + (nint)planes * split.RowChunks) * split.Width;

        public nint Length { get; } = (1 + (nint)planes * (split.RowChunks + 1)) * split.Width;
    }

    private readonly struct ChunkJob(float* x, float* scratch, ColumnSplit split, Block block) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var segment = Math.DivRem(chunk, split.Chunks, out chunk);
            split.Locate(chunk, out var column, out var columns, out var row, out var rows);
            nint width = split.Width;
            var source = x + segment * split.Length + row * width + column;
            var pivot = scratch + segment * block.Length;
            var offset = chunk / split.Panels * width + column;
            var means = pivot + block.Means + offset;
            Center<V>(source, pivot + column, width, columns, rows, means);
            if (block.Squares == 0) return;
            Square<V>(source, pivot + column, width, columns, rows, means, pivot + block.Squares + offset);
        }

        private static void Center<V>(float* source, float* pivot, nint width, nint columns, int rows, float* mean)
            where V : unmanaged, ILanes<V>
        {
            new Span<float>(mean, (int)columns).Clear();
            var ahead = Prefetch.Ahead(4 * width);
            var r = 0;
            for (; r <= rows - 4; r += 4, source += 4 * width)
            {
                for (nint j = 0; j < columns; j += 16)
                {
                    var p = source + j;
                    Prefetch.Rows(p + ahead, width);
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
            var ahead = Prefetch.Ahead(4 * width);
            var r = 0;
            for (; r <= rows - 4; r += 4, source += 4 * width)
            {
                for (nint j = 0; j < columns; j += 16)
                {
                    var p = source + j;
                    Prefetch.Rows(p + ahead, width);
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
}

using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Statistics;

/// <summary>
/// Passes over x [rows, channels] with one value a channel. Any number of channels is fine; element-wise outputs may
/// be the same span as an input.
/// </summary>
internal static unsafe partial class Channels
{
    /// <summary>sums[s,c] = Σ x over the rows of a segment, or += if <paramref name="accumulate"/>: the gradient of a
    /// bias. The number of segments is read from the sums.</summary>
    public static void Sum(Workers workers, ReadOnlySpan<float> x, int channels, Span<float> sums, bool accumulate)
    {
        var segments = Require.Segments(sums.Length, channels);
        var rows = Require.Rows(x, channels, segments);
        var split = new ColumnSplit(rows, channels);
        var partial = workers.SharedScratch(ColumnSums.Scratch(split, 1, segments));
        fixed (float* xp = x)
        {
            var job = new SumJob(xp, partial, split);
            workers.Run(segments * split.Chunks, ref job);
            var merged = ColumnSums.Merge(workers, split, partial, 1, segments);
            for (var i = 0; i < sums.Length; i++)
            {
                var segment = Math.DivRem(i, channels, out var c);
                var sum = ColumnSums.OfChannel(split, merged + (nint)segment * split.Width, c);
                var source = xp + segment * split.Length;
                for (nint at = split.RestStart + c; at < split.Length; at += channels) sum += source[at];
                sums[i] = (float)(accumulate ? sums[i] + sum : sum);
            }
        }
    }

    /// <summary>result[s,c] = Σ a·b over the rows of a segment: the gradient of a gain. The number of segments is read
    /// from the result.</summary>
    public static void Dot(
        Workers workers, ReadOnlySpan<float> a, ReadOnlySpan<float> b, int channels, Span<float> result)
    {
        var segments = Require.Segments(result.Length, channels);
        var split = new ColumnSplit(Require.Rows(a, channels, segments), channels);
        Require.Length(b, a.Length);
        var partial = workers.SharedScratch(ColumnSums.Scratch(split, 1, segments));
        fixed (float* ap = a, bp = b)
        {
            var job = new DotJob(ap, bp, partial, split);
            workers.Run(segments * split.Chunks, ref job);
            var merged = ColumnSums.Merge(workers, split, partial, 1, segments);
            for (var i = 0; i < result.Length; i++)
            {
                var segment = Math.DivRem(i, channels, out var c);
                var sum = ColumnSums.OfChannel(split, merged + (nint)segment * split.Width, c);
                var start = segment * split.Length;
                for (var at = start + split.RestStart + c; at < start + split.Length; at += channels)
                    sum += (double)ap[at] * bp[at];
                result[i] = (float)sum;
            }
        }
    }

    // Four rows are folded before they meet the running sum: a quarter of its traffic and of its rounding errors.
    private readonly struct SumJob(float* x, float* partial, ColumnSplit split) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var offset = split.Locate(chunk, out var columns, out var rows, out var result);
            nint width = split.Width;
            var source = x + offset;
            var sums = partial + result;
            new Span<float>(sums, columns).Clear();
            var ahead = Prefetch.Ahead(4 * width);
            var r = 0;
            for (; r <= rows - 4; r += 4, source += 4 * width)
            {
                for (nint j = 0; j < columns; j += 16)
                {
                    var p = source + j;
                    Prefetch.Rows(p + ahead, width);
                    var four = V.Load(p) + V.Load(p + width) + (V.Load(p + 2 * width) + V.Load(p + 3 * width));
                    V.Store(sums + j, V.Load(sums + j) + four);
                }
            }

            for (; r < rows; r++, source += width)
                for (nint j = 0; j < columns; j += 16) V.Store(sums + j, V.Load(sums + j) + V.Load(source + j));
        }
    }

    private readonly struct DotJob(float* a, float* b, float* partial, ColumnSplit split) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var offset = split.Locate(chunk, out var columns, out var rows, out var result);
            nint width = split.Width;
            var ap = a + offset;
            var bp = b + offset;
            var sums = partial + result;
            new Span<float>(sums, columns).Clear();
            var ahead = Prefetch.Ahead(4 * width);
            var r = 0;
            for (; r <= rows - 4; r += 4, ap += 4 * width, bp += 4 * width)
            {
                for (nint j = 0; j < columns; j += 16)
                {
                    var p = ap + j;
                    var q = bp + j;
                    Prefetch.Rows(p + ahead, width);
                    Prefetch.Rows(q + ahead, width);
                    var four = V.Load(p) * V.Load(q);
                    four = V.FusedMultiplyAdd(V.Load(p + width), V.Load(q + width), four);
                    four = V.FusedMultiplyAdd(V.Load(p + 2 * width), V.Load(q + 2 * width), four);
                    four = V.FusedMultiplyAdd(V.Load(p + 3 * width), V.Load(q + 3 * width), four);
                    V.Store(sums + j, V.Load(sums + j) + four);
                }
            }

            for (; r < rows; r++, ap += width, bp += width)
            {
                for (nint j = 0; j < columns; j += 16)
                    V.Store(sums + j, V.FusedMultiplyAdd(V.Load(ap + j), V.Load(bp + j), V.Load(sums + j)));
            }
        }
    }
}

namespace EvenKeel.Kernels;

/// <summary>
/// Passes over x [rows, channels] with one value a channel. Any number of channels is fine; element-wise outputs may
/// be the same span as an input.
/// </summary>
internal static unsafe partial class Channels
{
    /// <summary>sums[c] = Σ x over the rows, or += if <paramref name="accumulate"/>: the gradient of a bias.</summary>
    public static void Sum(Workers workers, ReadOnlySpan<float> x, int channels, Span<float> sums, bool accumulate)
    {
        var split = new ColumnSplit(Require.Rows(x, channels), channels);
        Require.Length(sums, channels);
        var partial = workers.SharedScratch(ColumnSums.Scratch(split, 1));
        fixed (float* xp = x)
        {
            var job = new SumJob(xp, partial, split);
            workers.Run(split.Chunks, ref job);
            var merged = ColumnSums.Merge(workers, split, partial, 1);
            for (var c = 0; c < channels; c++)
            {
                var sum = ColumnSums.OfChannel(split, merged, c);
                for (var r = 0; r < split.RestRows; r++) sum += xp[split.RestStart + r * channels + c];
                sums[c] = (float)(accumulate ? sums[c] + sum : sum);
            }
        }
    }

    /// <summary>result[c] = Σ a·b over the rows: the gradient of a gain.</summary>
    public static void Dot(
        Workers workers, ReadOnlySpan<float> a, ReadOnlySpan<float> b, int channels, Span<float> result)
    {
        var split = new ColumnSplit(Require.Rows(a, channels), channels);
        Require.Length(b, a.Length);
        Require.Length(result, channels);
        var partial = workers.SharedScratch(ColumnSums.Scratch(split, 1));
        fixed (float* ap = a, bp = b)
        {
            var job = new DotJob(ap, bp, partial, split);
            workers.Run(split.Chunks, ref job);
            var merged = ColumnSums.Merge(workers, split, partial, 1);
            for (var c = 0; c < channels; c++)
            {
                var sum = ColumnSums.OfChannel(split, merged, c);
                for (var i = split.RestStart + c; i < a.Length; i += channels) sum += (double)ap[i] * bp[i];
                result[c] = (float)sum;
            }
        }
    }

    // Four rows are folded before they meet the running sum: a quarter of its traffic and of its rounding errors.
    private readonly struct SumJob(float* x, float* partial, ColumnSplit split) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            split.Locate(chunk, out var column, out var columns, out var row, out var rows);
            nint width = split.Width;
            var source = x + row * width + column;
            var sums = partial + chunk / split.Panels * width + column;
            new Span<float>(sums, columns).Clear();
            var r = 0;
            for (; r <= rows - 4; r += 4, source += 4 * width)
            {
                for (nint j = 0; j < columns; j += 16)
                {
                    var p = source + j;
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
            split.Locate(chunk, out var column, out var columns, out var row, out var rows);
            nint width = split.Width;
            var ap = a + row * width + column;
            var bp = b + row * width + column;
            var sums = partial + chunk / split.Panels * width + column;
            new Span<float>(sums, columns).Clear();
            var r = 0;
            for (; r <= rows - 4; r += 4, ap += 4 * width, bp += 4 * width)
            {
                for (nint j = 0; j < columns; j += 16)
                {
                    var p = ap + j;
                    var q = bp + j;
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

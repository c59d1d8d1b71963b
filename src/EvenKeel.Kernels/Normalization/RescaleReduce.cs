using EvenKeel.Kernels.Statistics;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Normalization;

internal static unsafe partial class Rescale
{
    /// <summary>
    /// The sums a normalization's backward pass needs: with g = dy·act'(pre),
    /// sumG[s,c] = Σ g and sumGX[s,c] = Σ g·(x − mean[s,c])·rstd[s,c] over the rows of a segment.
    /// </summary>
    /// <remarks>All tables are [segments, channels]; the number of segments is read from sumG.
    /// <paramref name="sumGX"/> (and then <paramref name="rstd"/>) may be empty. With slope 1 the scale and
    /// shift are not read, and may be empty.</remarks>
    public static void BackwardReduce(
        Workers workers, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, int channels, ReadOnlySpan<float> mean,
        ReadOnlySpan<float> rstd, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift, float slope, Span<float> sumG,
        Span<float> sumGX)
    {
        if (slope == 1f && sumGX.IsEmpty)
        {
            Require.Length(dy, x.Length);
            Channels.Sum(workers, dy, channels, sumG, accumulate: false);
            return;
        }

        Reduce(workers, x, dy, channels, mean, rstd, scale, shift, slope, [], [], sumG, sumGX);
    }

    /// <summary>
    /// The same sums behind y = act(pre + addend), and the gradient that passes the activation, which is that of both:
    /// g = dy where y &gt; 0, else slope·dy.
    /// </summary>
    /// <remarks>The slope must be 0 or more, else y does not tell the sum's sign. g may be the same span as dy.</remarks>
    public static void SumBackwardReduce(
        Workers workers, ReadOnlySpan<float> x, ReadOnlySpan<float> y, ReadOnlySpan<float> dy, int channels,
        ReadOnlySpan<float> mean, ReadOnlySpan<float> rstd, float slope, Span<float> g, Span<float> sumG, Span<float> sumGX)
    {
        Require.That(
            slope >= 0f, $"slope is {slope}: expected 0 or more, else the output does not tell the sum's sign.");
        Require.Length(y, x.Length);
        Require.Length(g, x.Length);
        Reduce(workers, x, dy, channels, mean, rstd, [], [], slope, y, g, sumG, sumGX);
    }

    private static void Reduce(
        Workers workers, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, int channels, ReadOnlySpan<float> mean,
        ReadOnlySpan<float> rstd, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift, float slope,
        ReadOnlySpan<float> y, Span<float> passedOn, Span<float> sumG, Span<float> sumGX)
    {
        var segments = Require.Segments(sumG.Length, channels);
        var rows = Require.Rows(x, channels, segments);
        var split = new ColumnSplit(rows, channels);
        Require.Length(dy, x.Length);
        Require.Length(mean, sumG.Length);
        var moments = !sumGX.IsEmpty;
        if (moments)
        {
            Require.Length(sumGX, sumG.Length);
            Require.Length(rstd, sumG.Length);
        }

        var masked = slope != 1f && y.IsEmpty;
        if (masked)
        {
            Require.Length(scale, sumG.Length);
            Require.Length(shift, sumG.Length);
        }

        var planes = moments ? 2 : 1;
        var tables = workers.SharedScratch(
            3 * (nuint)segments * (nuint)split.Width + ColumnSums.Scratch(split, planes, segments));
        var partial = tables + 3 * (nint)segments * split.Width;
        for (var segment = 0; segment < segments; segment++)
        {
            var table = tables + 3 * (nint)segment * split.Width;
            split.Tile(mean.Slice(segment * channels, channels), table);
            if (!masked) continue;
            split.Tile(scale.Slice(segment * channels, channels), table + split.Width);
            split.Tile(shift.Slice(segment * channels, channels), table + 2 * split.Width);
        }

        fixed (float* xp = x, dyp = dy, yp = y, gp = passedOn, rp = rstd, sp = sumG, spx = sumGX)
        {
            var job = new ReduceJob(xp, dyp, yp, gp, partial, tables, split, slope, masked, moments);
            workers.Run(segments * split.Chunks, ref job);
            var merged = ColumnSums.Merge(workers, split, partial, planes, segments);
            var finish = new ReduceFinish
            {
                X = xp,
                Dy = dyp,
                Y = yp,
                PassedOn = gp,
                Tables = tables,
                Merged = merged,
                Rstd = rp,
                SumG = sp,
                SumGX = moments ? spx : null,
                Count = sumG.Length,
                Split = split,
                Slope = slope,
                Masked = masked,
            };
            workers.Run(finish.Chunks, ref finish);
        }
    }

    private readonly struct ReduceJob(
        float* x, float* dy, float* y, float* passedOn, float* partial, float* tables, ColumnSplit split, float slope,
        bool masked, bool moments) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var segment = Math.DivRem(chunk, split.Chunks, out chunk);
            split.Locate(chunk, out var column, out var columns, out var row, out var rows);
            nint width = split.Width;
            var offset = segment * split.Length + row * width + column;
            var mean = tables + 3 * segment * width + column;
            var scale = mean + width;
            var shift = scale + width;
            var plane = split.RowChunks * width;
            var sumG = partial + (moments ? 2 : 1) * segment * plane + chunk / split.Panels * width + column;
            var sumGX = sumG + plane;
            new Span<float>(sumG, columns).Clear();
            if (moments) new Span<float>(sumGX, columns).Clear();
            var r = 0;
            for (; r <= rows - 4; r += 4, offset += 4 * width)
                Rows<V>(4, offset, width, columns, mean, scale, shift, sumG, sumGX);
            if (r < rows) Rows<V>(rows - r, offset, width, columns, mean, scale, shift, sumG, sumGX);
        }

        private void Rows<V>(
            int rows, nint offset, nint width, nint columns, float* mean, float* scale, float* shift, float* sumG,
            float* sumGX) where V : unmanaged, ILanes<V>
        {
            var s = V.Splat(slope);
            bool gated = masked, both = moments, sum = y != null;
            var ahead = Prefetch.Ahead(4 * width);
            for (nint j = 0; j < columns; j += 16)
            {
                var m = V.Load(mean + j);
                var a = gated ? V.Load(scale + j) : V.Zero;
                var b = gated ? V.Load(shift + j) : V.Zero;
                var g = V.Zero;
                var gx = V.Zero;
                float* xp = x + offset + j, dyp = dy + offset + j;
                var at = offset + j;
                for (var r = 0; r < rows; r++, xp += width, dyp += width, at += width)
                {
                    Prefetch.Line(xp + ahead);
                    Prefetch.Line(dyp + ahead);
                    var centered = V.Load(xp) - m;
                    var passed = V.Load(dyp);
                    if (gated) passed = Gate(centered, passed, a, b, s);
                    if (sum)
                    {
                        Prefetch.Line(y + at + ahead);
                        passed = V.Select(V.Greater(V.Load(y + at), V.Zero), passed, passed * s);
                        V.Store(passedOn + at, passed);
                    }

                    g += passed;
                    if (both) gx = V.FusedMultiplyAdd(passed, centered, gx);
                }

                V.Store(sumG + j, V.Load(sumG + j) + g);
                if (both) V.Store(sumGX + j, V.Load(sumGX + j) + gx);
            }
        }
    }
}

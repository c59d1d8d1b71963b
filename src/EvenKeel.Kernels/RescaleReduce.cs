using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels;

internal static unsafe partial class Rescale
{
    /// <summary>
    /// The sums a normalization's backward pass needs: with g = dy·act'(pre),
    /// sumG[c] = Σ g and sumGX[c] = Σ g·(x − mean[c])·rstd[c] over the rows.
    /// </summary>
    /// <remarks><paramref name="sumGX"/> (and then <paramref name="rstd"/>) may be empty. With slope 1 the scale and
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

        var split = new ColumnSplit(Require.Rows(x, channels), channels);
        Require.Length(dy, x.Length);
        Require.Length(mean, channels);
        Require.Length(sumG, channels);
        var moments = !sumGX.IsEmpty;
        if (moments)
        {
            Require.Length(sumGX, channels);
            Require.Length(rstd, channels);
        }

        var masked = slope != 1f;
        if (masked)
        {
            Require.Length(scale, channels);
            Require.Length(shift, channels);
        }

        var planes = moments ? 2 : 1;
        var tables = workers.SharedScratch(3 * (nuint)split.Width + ColumnSums.Scratch(split, planes));
        var partial = tables + 3 * (nint)split.Width;
        Tile(mean, tables, split);
        if (masked)
        {
            Tile(scale, tables + split.Width, split);
            Tile(shift, tables + 2 * split.Width, split);
        }

        fixed (float* xp = x, dyp = dy)
        {
            var job = new ReduceJob(xp, dyp, partial, tables, split, slope, masked, moments);
            workers.Run(split.Chunks, ref job);
            var merged = ColumnSums.Merge(workers, split, partial, planes);
            for (var c = 0; c < channels; c++)
            {
                var g = ColumnSums.OfChannel(split, merged, c);
                var gx = moments ? ColumnSums.OfChannel(split, merged + split.Width, c) : 0.0;
                for (var i = split.RestStart + c; i < x.Length; i += channels)
                {
                    var centered = xp[i] - mean[c];
                    var open = !masked || MathF.FusedMultiplyAdd(centered, scale[c], shift[c]) > 0f;
                    var passed = open ? dyp[i] : dyp[i] * slope;
                    g += passed;
                    gx += (double)passed * centered;
                }

                sumG[c] = (float)g;
                if (moments) sumGX[c] = (float)(gx * rstd[c]);
            }
        }
    }

    private static void Tile(ReadOnlySpan<float> values, float* table, in ColumnSplit split)
    {
        for (var copy = 0; copy < split.Copies; copy++)
            values.CopyTo(new Span<float>(table + copy * split.Channels, split.Channels));
    }

    private readonly struct ReduceJob(
        float* x, float* dy, float* partial, float* tables, ColumnSplit split, float slope, bool masked, bool moments)
        : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            split.Locate(chunk, out var column, out var columns, out var row, out var rows);
            nint width = split.Width;
            float* xp = x + row * width + column, dyp = dy + row * width + column;
            var mean = tables + column;
            var scale = mean + width;
            var shift = scale + width;
            var sumG = partial + chunk / split.Panels * width + column;
            var sumGX = sumG + split.RowChunks * width;
            new Span<float>(sumG, columns).Clear();
            if (moments) new Span<float>(sumGX, columns).Clear();
            var r = 0;
            for (; r <= rows - 4; r += 4, xp += 4 * width, dyp += 4 * width)
                Rows<V>(4, xp, dyp, width, columns, mean, scale, shift, sumG, sumGX);
            if (r < rows) Rows<V>(rows - r, xp, dyp, width, columns, mean, scale, shift, sumG, sumGX);
        }

        private void Rows<V>(
            int rows, float* x, float* dy, nint width, nint columns, float* mean, float* scale, float* shift,
            float* sumG, float* sumGX) where V : unmanaged, ILanes<V>
        {
            var s = V.Splat(slope);
            bool gated = masked, both = moments;
            for (nint j = 0; j < columns; j += 16)
            {
                var m = V.Load(mean + j);
                var a = gated ? V.Load(scale + j) : V.Zero;
                var b = gated ? V.Load(shift + j) : V.Zero;
                var g = V.Zero;
                var gx = V.Zero;
                float* xp = x + j, dyp = dy + j;
                for (var r = 0; r < rows; r++, xp += width, dyp += width)
                {
                    var centered = V.Load(xp) - m;
                    var passed = V.Load(dyp);
                    if (gated) passed = Gate(centered, passed, a, b, s);
                    g += passed;
                    if (both) gx = V.FusedMultiplyAdd(passed, centered, gx);
                }

                V.Store(sumG + j, V.Load(sumG + j) + g);
                if (both) V.Store(sumGX + j, V.Load(sumGX + j) + gx);
            }
        }
    }
}

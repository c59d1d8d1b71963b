using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Statistics;

/// <summary>Sums of absolute deviations: what normalizers with p = 1 divide by and differentiate.</summary>
internal static unsafe class Deviations
{
    // Σ |x − mean|, Σ sgn(x − mean).
    private const int Planes = 2;

    /// <summary>Absolute deviations and their signs.</summary>
    /// <param name="workers">Threads and path.</param>
    /// <param name="x">[segments, rows, channels].</param>
    /// <param name="channels">Channels.</param>
    /// <param name="mean">Centres [segments, channels].</param>
    /// <param name="sums">[2, segments, channels]: Σ |x − mean|, then Σ sgn(x − mean) with sgn(0) = 0.</param>
    public static void Absolute(
        Workers workers, ReadOnlySpan<float> x, int channels, ReadOnlySpan<float> mean, Span<float> sums)
    {
        var segments = Require.Segments(mean.Length, channels);
        Require.Length(sums, Planes * mean.Length);
        var split = new ColumnSplit(Require.Rows(x, channels, segments), channels);
        var centres = workers.SharedScratch(
            (nuint)segments * (nuint)split.Width + ColumnSums.Scratch(split, Planes, segments));
        var partial = centres + (nint)segments * split.Width;
        for (var segment = 0; segment < segments; segment++)
            split.Tile(mean.Slice(segment * channels, channels), centres + (nint)segment * split.Width);
        fixed (float* xp = x)
        {
            var job = new Job(xp, centres, partial, split);
            workers.Run(segments * split.Chunks, ref job);
            var merged = ColumnSums.Merge(workers, split, partial, Planes, segments);
            for (var i = 0; i < mean.Length; i++)
            {
                var segment = Math.DivRem(i, channels, out var c);
                var own = merged + (nint)segment * Planes * split.Width;
                double sum = ColumnSums.OfChannel(split, own, c), signs = ColumnSums.OfChannel(split, own + split.Width, c);
                var start = segment * split.Length;
                for (var at = start + split.RestStart + c; at < start + split.Length; at += channels)
                {
                    var centered = xp[at] - mean[i];
                    sum += MathF.Abs(centered);
                    signs += centered > 0f ? 1 : centered < 0f ? -1 : 0;
                }

                (sums[i], sums[mean.Length + i]) = ((float)sum, (float)signs);
            }
        }
    }

    private readonly struct Job(float* x, float* centres, float* partial, ColumnSplit split) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var segment = Math.DivRem(chunk, split.Chunks, out chunk);
            split.Locate(chunk, out var column, out var columns, out var row, out var rows);
            nint width = split.Width;
            var source = x + segment * split.Length + row * width + column;
            var mean = centres + segment * width + column;
            var plane = split.RowChunks * width;
            var sums = partial + Planes * segment * plane + chunk / split.Panels * width + column;
            var signs = sums + plane;
            new Span<float>(sums, columns).Clear();
            new Span<float>(signs, columns).Clear();
            var ahead = Prefetch.Ahead(4 * width);
            var r = 0;
            for (; r <= rows - 4; r += 4, source += 4 * width)
            {
                for (nint j = 0; j < columns; j += 16)
                {
                    var p = source + j;
                    Prefetch.Rows(p + ahead, width);
                    var m = V.Load(mean + j);
                    V a = V.Load(p) - m, b = V.Load(p + width) - m;
                    V c = V.Load(p + 2 * width) - m, d = V.Load(p + 3 * width) - m;
                    V.Store(sums + j, V.Load(sums + j) + (V.Abs(a) + V.Abs(b) + (V.Abs(c) + V.Abs(d))));
                    V.Store(signs + j, V.Load(signs + j) + (LaneMath.Sign(a) + LaneMath.Sign(b) + (LaneMath.Sign(c) + LaneMath.Sign(d))));
                }
            }

            for (; r < rows; r++, source += width)
            {
                for (nint j = 0; j < columns; j += 16)
                {
                    var a = V.Load(source + j) - V.Load(mean + j);
                    V.Store(sums + j, V.Load(sums + j) + V.Abs(a));
                    V.Store(signs + j, V.Load(signs + j) + LaneMath.Sign(a));
                }
            }
        }
    }
}

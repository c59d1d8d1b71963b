using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Pooling;

internal static unsafe partial class Pool
{
    /// <summary>y = the mean of each window. Padding counts as zeros if <paramref name="countPadding"/>, else the mean
    /// is over the pixels of the window that exist.</summary>
    public static void AverageForward(
        Workers workers, in PoolGeometry geometry, bool countPadding, ReadOnlySpan<float> x, Span<float> y)
    {
        geometry.Check();
        Require.Length(x, geometry.InputLength);
        Require.Length(y, geometry.OutputLength);
        fixed (float* xp = x, yp = y)
        {
            var job = new AverageForwardJob(geometry, countPadding, xp, yp);
            workers.Run(job.Rows.Chunks, ref job);
        }
    }

    /// <summary>dx = Σ dy/size over the windows a pixel lies in, in the order of the output. Overwrites dx.</summary>
    public static void AverageBackward(
        Workers workers, in PoolGeometry geometry, bool countPadding, ReadOnlySpan<float> dy, Span<float> dx)
    {
        geometry.Check();
        Require.Length(dy, geometry.OutputLength);
        Require.Length(dx, geometry.InputLength);
        fixed (float* dyp = dy, dxp = dx)
        {
            if (geometry.IsTiling)
            {
                var tiles = new TileBackwardJob(geometry, dyp, null, dxp, default, default);
                workers.Run(tiles.Rows.Chunks, ref tiles);
                return;
            }

            var job = new AverageBackwardJob(geometry, countPadding, dyp, dxp);
            workers.Run(job.Rows.Chunks, ref job);
        }
    }

    // One over the number of values a window averages.
    private static float Share(in PoolGeometry g, bool countPadding, int oy, int ox)
    {
        if (countPadding) return 1f / (g.Kernel * g.Kernel);
        g.Window(oy, g.Height, out var top, out var bottom);
        g.Window(ox, g.Width, out var left, out var right);
        return 1f / ((bottom - top) * (right - left));
    }

    private readonly struct AverageForwardJob(PoolGeometry g, bool countPadding, float* x, float* y) : ILaneJob
    {
        public PixelRows Rows { get; } = new(g.Batch, g.OutHeight, g.Width * g.Channels * g.Stride);

        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            int outHeight = g.OutHeight, outWidth = g.OutWidth;
            for (var row = Rows.First(chunk); row < Rows.End(chunk); row++)
            {
                var image = x + (nint)(row / outHeight) * g.Height * g.Width * g.Channels;
                var oy = row % outHeight;
                g.Window(oy, g.Height, out var top, out var bottom);
                for (var ox = 0; ox < outWidth; ox++)
                {
                    g.Window(ox, g.Width, out var left, out var right);
                    var corner = (nint)(oy * g.Stride - g.Padding + top) * g.Width + ox * g.Stride - g.Padding + left;
                    var target = y + ((nint)row * outWidth + ox) * g.Channels;
                    var share = Share(g, countPadding, oy, ox);
                    Pixel<V>(image + corner * g.Channels, bottom - top, right - left, share, target);
                }
            }
        }

        private void Pixel<V>(float* corner, int height, int width, float share, float* y)
            where V : unmanaged, ILanes<V>
        {
            nint channels = g.Channels;
            var line = g.Width * channels;
            nint c = 0;
            for (; c <= channels - 16; c += 16)
            {
                var sum = V.Zero;
                for (var ky = 0; ky < height; ky++)
                    for (var kx = 0; kx < width; kx++) sum += V.Load(corner + ky * line + kx * channels + c);
                V.Store(y + c, sum * V.Splat(share));
            }

            for (; c < channels; c++)
            {
                var sum = 0f;
                for (var ky = 0; ky < height; ky++)
                    for (var kx = 0; kx < width; kx++) sum += corner[ky * line + kx * channels + c];
                y[c] = sum * share;
            }
        }
    }

    private readonly struct AverageBackwardJob(PoolGeometry g, bool countPadding, float* dy, float* dx) : ILaneJob
    {
        public PixelRows Rows { get; } = new(g.Batch, g.Height, g.Width * g.Channels);

        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var windows = stackalloc CoveringWindow[g.MostCovering];
            int outHeight = g.OutHeight, outWidth = g.OutWidth;
            var full = 1f / (g.Kernel * g.Kernel);
            var same = countPadding || g.Padding == 0;
            for (var row = Rows.First(chunk); row < Rows.End(chunk); row++)
            {
                int firstY = 0, endY = 0, firstX = 0, endX = 0;
                g.Cover(row % g.Height, outHeight, ref firstY, ref endY);
                var image = (nint)(row / g.Height) * outHeight * outWidth * g.Channels;
                for (var ix = 0; ix < g.Width; ix++)
                {
                    g.Cover(ix, outWidth, ref firstX, ref endX);
                    var count = 0;
                    for (var oy = firstY; oy < endY; oy++)
                    {
                        for (var ox = firstX; ox < endX; ox++)
                        {
                            var share = same ? full : Share(g, countPadding, oy, ox);
                            windows[count++] = new(image + ((nint)oy * outWidth + ox) * g.Channels, share);
                        }
                    }

                    Gather<V>(windows, count, dx + ((nint)row * g.Width + ix) * g.Channels);
                }
            }
        }

        private void Gather<V>(CoveringWindow* windows, int count, float* target) where V : unmanaged, ILanes<V>
        {
            nint channels = g.Channels;
            float* source = dy;
            nint c = 0;
            for (; c <= channels - 16; c += 16)
            {
                var sum = V.Zero;
                for (var w = 0; w < count; w++)
                    sum = V.FusedMultiplyAdd(V.Load(source + windows[w].From + c), V.Splat(windows[w].Value), sum);
                V.Store(target + c, sum);
            }

            for (; c < channels; c++)
            {
                var sum = 0f;
                for (var w = 0; w < count; w++)
                    sum = MathF.FusedMultiplyAdd(source[windows[w].From + c], windows[w].Value, sum);
                target[c] = sum;
            }
        }
    }
}

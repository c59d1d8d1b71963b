namespace EvenKeel.Kernels;

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
            for (var row = Rows.First(chunk); row < Rows.End(chunk); row++)
            {
                var image = x + (nint)(row / g.OutHeight) * g.Height * g.Width * g.Channels;
                var oy = row % g.OutHeight;
                g.Window(oy, g.Height, out var top, out var bottom);
                for (var ox = 0; ox < g.OutWidth; ox++)
                {
                    g.Window(ox, g.Width, out var left, out var right);
                    var corner = (nint)(oy * g.Stride - g.Padding + top) * g.Width + ox * g.Stride - g.Padding + left;
                    var target = y + ((nint)row * g.OutWidth + ox) * g.Channels;
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
            for (var row = Rows.First(chunk); row < Rows.End(chunk); row++)
            {
                g.Covering(row % g.Height, g.OutHeight, out var firstY, out var endY);
                var windows = dy + (nint)(row / g.Height) * g.OutHeight * g.OutWidth * g.Channels;
                for (var ix = 0; ix < g.Width; ix++)
                {
                    g.Covering(ix, g.OutWidth, out var firstX, out var endX);
                    Gather<V>(windows, firstY, endY, firstX, endX, dx + ((nint)row * g.Width + ix) * g.Channels);
                }
            }
        }

        private void Gather<V>(float* windows, int firstY, int endY, int firstX, int endX, float* target)
            where V : unmanaged, ILanes<V>
        {
            new Span<float>(target, g.Channels).Clear();
            nint channels = g.Channels;
            for (var oy = firstY; oy < endY; oy++)
            {
                for (var ox = firstX; ox < endX; ox++)
                {
                    var from = windows + ((nint)oy * g.OutWidth + ox) * channels;
                    var share = Share(g, countPadding, oy, ox);
                    var s = V.Splat(share);
                    nint c = 0;
                    for (; c <= channels - 16; c += 16)
                        V.Store(target + c, V.FusedMultiplyAdd(V.Load(from + c), s, V.Load(target + c)));
                    for (; c < channels; c++) target[c] = MathF.FusedMultiplyAdd(from[c], share, target[c]);
                }
            }
        }
    }
}

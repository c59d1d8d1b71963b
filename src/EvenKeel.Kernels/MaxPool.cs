namespace EvenKeel.Kernels;

/// <summary>Pooling over x [batch, height, width, channels]. Outputs must not overlap inputs.</summary>
internal static unsafe partial class Pool
{
    /// <summary>
    /// y = the largest value in each window, index = its position in the window (row·kernel + column). Padding counts
    /// as −∞; the first of equals in row-major order wins; a window with NaN gives NaN.
    /// </summary>
    public static void MaxForward(
        Workers workers, in PoolGeometry geometry, ReadOnlySpan<float> x, Span<float> y, Span<byte> index)
    {
        geometry.Check();
        Require.Length(x, geometry.InputLength);
        Require.Length(y, geometry.OutputLength);
        Require.Length(index, geometry.OutputLength);
        fixed (float* xp = x, yp = y)
        fixed (byte* ip = index)
        {
            var job = new MaxForwardJob(geometry, xp, yp, ip);
            workers.Run(job.Rows.Chunks, ref job);
        }
    }

    /// <summary>dx = dy at the position each window took its value from, 0 elsewhere; overlapping windows add up in
    /// row-major order of the output. Overwrites dx.</summary>
    public static void MaxBackward(
        Workers workers, in PoolGeometry geometry, ReadOnlySpan<float> dy, ReadOnlySpan<byte> index, Span<float> dx)
    {
        geometry.Check();
        Require.Length(dy, geometry.OutputLength);
        Require.Length(index, geometry.OutputLength);
        Require.Length(dx, geometry.InputLength);
        fixed (float* dyp = dy, dxp = dx)
        fixed (byte* ip = index)
        {
            var job = new MaxBackwardJob(geometry, dyp, ip, dxp);
            workers.Run(job.Rows.Chunks, ref job);
        }
    }

    /// <summary>Rows of pixels, a few to a chunk.</summary>
    private readonly struct PixelRows(int batch, int height, int rowLength)
    {
        private readonly int _total = batch * height;
        private readonly int _perChunk = WorkSplit.RowsPerChunk(rowLength);

        public int Chunks => WorkSplit.Chunks(_total, _perChunk);

        public int First(int chunk) => chunk * _perChunk;

        public int End(int chunk) => Math.Min(_total, (chunk + 1) * _perChunk);
    }

    private readonly struct MaxForwardJob(PoolGeometry g, float* x, float* y, byte* index) : ILaneJob
    {
        // Sized by the input, of which a chunk reads more than it writes.
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
                    var corner = (nint)(oy * g.Stride - g.Padding) * g.Width + ox * g.Stride - g.Padding;
                    var target = ((nint)row * g.OutWidth + ox) * g.Channels;
                    Pixel<V>(image + corner * g.Channels, top, bottom, left, right, y + target, index + target);
                }
            }
        }

        private void Pixel<V>(float* corner, int top, int bottom, int left, int right, float* y, byte* index)
            where V : unmanaged, ILanes<V>
        {
            nint channels = g.Channels;
            var line = g.Width * channels;
            var kernel = g.Kernel;
            nint c = 0;
            for (; c <= channels - 16; c += 16)
            {
                var at = V.Splat(top * kernel + left);
                var best = V.Load(corner + top * line + left * channels + c);
                for (var ky = top; ky < bottom; ky++)
                {
                    var p = corner + ky * line + left * channels + c;
                    for (var kx = left; kx < right; kx++, p += channels)
                    {
                        var v = V.Load(p);
                        var take = V.Or(V.Greater(v, best), V.IsNaN(v));
                        best = V.Select(take, v, best);
                        at = V.Select(take, V.Splat(ky * kernel + kx), at);
                    }
                }

                V.Store(y + c, best);
                V.StoreBytes(index + c, at);
            }

            for (; c < channels; c++)
            {
                var at = top * kernel + left;
                var best = corner[top * line + left * channels + c];
                for (var ky = top; ky < bottom; ky++)
                {
                    for (var kx = left; kx < right; kx++)
                    {
                        var v = corner[ky * line + kx * channels + c];
                        if (!(v > best) && !float.IsNaN(v)) continue;
                        best = v;
                        at = ky * kernel + kx;
                    }
                }

                y[c] = best;
                index[c] = (byte)at;
            }
        }
    }

    // Every input pixel gathers from the windows over it, so that no two workers write the same place.
    private readonly struct MaxBackwardJob(PoolGeometry g, float* dy, byte* index, float* dx) : ILaneJob
    {
        public PixelRows Rows { get; } = new(g.Batch, g.Height, g.Width * g.Channels);

        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            for (var row = Rows.First(chunk); row < Rows.End(chunk); row++)
            {
                var iy = row % g.Height;
                g.Covering(iy, g.OutHeight, out var firstY, out var endY);
                var windows = (nint)(row / g.Height) * g.OutHeight * g.OutWidth * g.Channels;
                for (var ix = 0; ix < g.Width; ix++)
                {
                    g.Covering(ix, g.OutWidth, out var firstX, out var endX);
                    var target = dx + ((nint)row * g.Width + ix) * g.Channels;
                    if (endY - firstY == 1 && endX - firstX == 1)
                    {
                        var window = windows + ((nint)firstY * g.OutWidth + firstX) * g.Channels;
                        One<V>(window, Position(iy, firstY, ix, firstX), target);
                    }
                    else
                    {
                        Gather<V>(windows, iy, firstY, endY, ix, firstX, endX, target);
                    }
                }
            }
        }

        private int Position(int iy, int oy, int ix, int ox) =>
            (iy + g.Padding - oy * g.Stride) * g.Kernel + ix + g.Padding - ox * g.Stride;

        // The only case where windows do not overlap.
        private void One<V>(nint window, int position, float* target) where V : unmanaged, ILanes<V>
        {
            nint channels = g.Channels;
            float* source = dy + window;
            var at = index + window;
            var here = V.Splat(position);
            nint c = 0;
            for (; c <= channels - 16; c += 16)
                V.Store(target + c, V.And(V.Equal(V.LoadBytes(at + c), here), V.Load(source + c)));
            for (; c < channels; c++) target[c] = at[c] == position ? source[c] : 0f;
        }

        private void Gather<V>(nint windows, int iy, int firstY, int endY, int ix, int firstX, int endX, float* target)
            where V : unmanaged, ILanes<V>
        {
            nint channels = g.Channels;
            nint c = 0;
            for (; c <= channels - 16; c += 16)
            {
                var sum = V.Zero;
                for (var oy = firstY; oy < endY; oy++)
                {
                    for (var ox = firstX; ox < endX; ox++)
                    {
                        var from = windows + ((nint)oy * g.OutWidth + ox) * channels + c;
                        var mine = V.Equal(V.LoadBytes(index + from), V.Splat(Position(iy, oy, ix, ox)));
                        sum += V.And(mine, V.Load(dy + from));
                    }
                }

                V.Store(target + c, sum);
            }

            for (; c < channels; c++)
            {
                var sum = 0f;
                for (var oy = firstY; oy < endY; oy++)
                {
                    for (var ox = firstX; ox < endX; ox++)
                    {
                        var from = windows + ((nint)oy * g.OutWidth + ox) * channels + c;
                        sum += index[from] == Position(iy, oy, ix, ox) ? dy[from] : 0f;
                    }
                }

                target[c] = sum;
            }
        }
    }
}

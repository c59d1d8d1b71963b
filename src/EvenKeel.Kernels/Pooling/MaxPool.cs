using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Fusion;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Pooling;

/// <summary>Pooling over x [batch, height, width, channels]. Outputs must not overlap inputs.</summary>
/// <remarks>Channels past the last multiple of sixteen take scalar loops: partial vectors were measured to be no
/// faster, and so few channels are a small share of any network's pooling.</remarks>
internal static unsafe partial class Pool
{
    /// <summary>
    /// y = the largest value in each window, index = its position in the window (row·kernel + column). Padding counts
    /// as −∞; the first of equals in row-major order wins; a window with NaN gives NaN.
    /// </summary>
    public static void MaxForward(
        Workers workers, in PoolGeometry geometry, ReadOnlySpan<float> x, Span<float> y, Span<byte> index) =>
        MaxForward(workers, geometry, x, default, y, index);

    /// <summary>The same of what a map makes of x; only where <see cref="Maps"/>.</summary>
    /// <exception cref="ArgumentException">A length that does not fit the sizes.</exception>
    public static void MaxForward(
        Workers workers, in PoolGeometry geometry, ReadOnlySpan<float> x, SourceMap map, Span<float> y, Span<byte> index)
    {
        map.Check(geometry.Channels);
        Require.That(map.IsEmpty || Maps(geometry), $"pooling maps multiples of 16 channels as it reads: got {geometry.Channels}.");
        geometry.Check();
        Require.Length(x, geometry.InputLength);
        Require.Length(y, geometry.OutputLength);
        Require.Length(index, geometry.OutputLength);
        fixed (float* xp = x, yp = y, mean = map.Mean, scale = map.Scale, shift = map.Shift)
        fixed (byte* ip = index)
        {
            var tables = new MapTables { Mean = mean, Scale = scale, Shift = shift, Slope = map.Slope };
            var job = new MaxForwardJob(geometry, xp, tables, yp, ip);
            workers.Run(job.Rows.Chunks, ref job);
        }
    }

    /// <summary>True if a forward pass can read its input through a map.</summary>
    public static bool Maps(in PoolGeometry geometry) => geometry.Channels % 16 == 0;

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
            if (geometry.IsTiling)
            {
                var tiles = new TileBackwardJob(geometry, dyp, ip, dxp, default, default);
                workers.Run(tiles.Rows.Chunks, ref tiles);
                return;
            }

            var job = new MaxBackwardJob(geometry, dyp, ip, dxp);
            workers.Run(job.Rows.Chunks, ref job);
        }
    }

    /// <summary>Rows of pixels, a few to a chunk.</summary>
    private readonly struct PixelRows(int batch, int height, int rowLength)
    {
        private readonly EvenSplit _split = WorkSplit.Rows(batch * height, rowLength);

        public int Chunks => _split.Count;

        public int First(int chunk) => (int)_split.First(chunk);

        public int End(int chunk) => (int)_split.End(chunk);
    }

    /// <summary>A window over an input pixel.</summary>
    /// <param name="From">Its first channel in the output.</param>
    /// <param name="Value">The pixel's position in it, or its share of it.</param>
    private readonly record struct CoveringWindow(nint From, float Value);

    private readonly struct MaxForwardJob(PoolGeometry g, float* x, MapTables map, float* y, byte* index) : ILaneJob
    {
        // Sized by the input, of which a chunk reads more than it writes.
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
                    var corner = (nint)(oy * g.Stride - g.Padding) * g.Width + ox * g.Stride - g.Padding;
                    var target = ((nint)row * outWidth + ox) * g.Channels;
                    Pixel<V>(image + corner * g.Channels, top, bottom, left, right, y + target, index + target);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Largest<V, P>(P pixels, float* corner, int top, int bottom, int left, int right, float* y, byte* index)
            where V : unmanaged, ILanes<V>
            where P : struct, IPixels<V>
        {
            nint channels = g.Channels;
            var line = g.Width * channels;
            var kernel = g.Kernel;
            if (kernel == 2 && bottom - top == 2 && right - left == 2)
            {
                LargestOfFour<V, P>(pixels, corner, line, channels, y, index);
                return;
            }

            var one = V.Splat(1f);
            var at = V.Splat(top * kernel + left);
            var best = pixels.Load(corner + top * line + left * channels, inside: true);
            for (var ky = top; ky < bottom; ky++)
            {
                var p = corner + ky * line + left * channels;
                var position = V.Splat(ky * kernel + left);
                for (var kx = left; kx < right; kx++, p += channels)
                {
                    Take(pixels.Load(p, inside: true), position, ref best, ref at);
                    position += one;
                }
            }

            V.Store(y, best);
            V.StoreBytes(index, at);
        }

        // Pixels of the window below: rows that are read at once are a pattern that the processor follows too late.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Ask(float* corner, nint line, nint channels)
        {
            if (g.Kernel == 2)
            {
                Prefetch.Line(corner);
                Prefetch.Line(corner + channels);
                Prefetch.Line(corner + line);
                Prefetch.Line(corner + line + channels);
                return;
            }

            for (var ky = 0; ky < g.Kernel; ky++)
            {
                for (var kx = 0; kx < g.Stride; kx++) Prefetch.Line(corner + (ky * line) + (kx * channels));
            }
        }

        // Nearly every window there is: a loop over it takes longer than its pixels.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void LargestOfFour<V, P>(P pixels, float* corner, nint line, nint channels, float* y, byte* index)
            where V : unmanaged, ILanes<V>
            where P : struct, IPixels<V>
        {
            var (best, at) = (pixels.Load(corner, inside: true), V.Zero);
            Take(pixels.Load(corner + channels, inside: true), V.Splat(1f), ref best, ref at);
            Take(pixels.Load(corner + line, inside: true), V.Splat(2f), ref best, ref at);
            Take(pixels.Load(corner + line + channels, inside: true), V.Splat(3f), ref best, ref at);
            V.Store(y, best);
            V.StoreBytes(index, at);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Take<V>(V value, V position, ref V best, ref V at) where V : unmanaged, ILanes<V>
        {
            var take = V.Or(V.Greater(value, best), V.IsNaN(value));
            best = V.Select(take, value, best);
            at = V.Select(take, position, at);
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
                Ask(corner + (g.Stride * line) + c, line, channels);
                if (map.Mean == null) Largest<V, PlainPixels<V>>(default, corner + c, top, bottom, left, right, y + c, index + c);
                else Largest<V, MappedPixels<V>>(map.Of<V>(c), corner + c, top, bottom, left, right, y + c, index + c);
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
}

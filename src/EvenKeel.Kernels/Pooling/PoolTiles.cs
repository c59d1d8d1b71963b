using EvenKeel.Kernels.Fusion;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Pooling;

internal static unsafe partial class Pool
{
    /// <summary>
    /// The backward pass where windows tile the input, as nearly all pooling does: every gradient is read once and
    /// spread over its own window, in place of every pixel looking for windows.
    /// </summary>
    /// <remarks>Without an index the gradient is shared out evenly. With a gate, a chunk gathers what passes it in its part.
    /// </remarks>
    private readonly partial struct TileBackwardJob(
        PoolGeometry g, float* dy, byte* index, float* dx, GradientGate gate, GatheredParts parts) : ILaneJob
    {
        public PixelRows Rows { get; } = new(g.Batch, g.OutHeight, g.Width * g.Channels * g.Kernel);

        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            int outHeight = g.OutHeight, outWidth = g.OutWidth, kernel = g.Kernel;
            nint channels = g.Channels;
            var line = g.Width * channels;
            var part = parts.Of(chunk);
            var begins = true;
            for (var row = Rows.First(chunk); row < Rows.End(chunk); row++)
            {
                var oy = row % outHeight;
                var target = dx + ((nint)(row / outHeight) * g.Height + oy * kernel) * line;
                var from = (nint)row * outWidth * channels;
                for (var ox = 0; ox < outWidth; ox++)
                {
                    var window = target + ox * kernel * channels;
                    if (index == null) Share<V>(dy + from + ox * channels, window, line);
                    else if (gate.X != null) Pass<V>(dy + from + ox * channels, index + from + ox * channels, window, line, part, begins);
                    else if (gate.Sums) PassBits<V>(dy + from + ox * channels, index + from + ox * channels, window, line, part, begins);
                    else Spread<V>(dy + from + ox * channels, index + from + ox * channels, window, line);
                    begins = false;
                }

                var rest = (int)(line - outWidth * kernel * channels);
                for (var ky = 0; ky < kernel && rest > 0; ky++)
                    new Span<float>(target + (ky + 1) * line - rest, rest).Clear();
                if (oy < outHeight - 1) continue;
                for (var y = outHeight * kernel; y < g.Height; y++)
                    new Span<float>(target + (y - oy * kernel) * line, (int)line).Clear();
            }
        }

        private void Spread<V>(float* source, byte* at, float* window, nint line) where V : unmanaged, ILanes<V>
        {
            nint channels = g.Channels;
            var kernel = g.Kernel;
            var one = V.Splat(1f);
            nint c = 0;
            for (; c <= channels - 16; c += 16)
            {
                var gradient = V.Load(source + c);
                var place = V.LoadBytes(at + c);
                var position = V.Zero;
                for (var ky = 0; ky < kernel; ky++)
                {
                    var p = window + ky * line + c;
                    for (var kx = 0; kx < kernel; kx++, p += channels)
                    {
                        V.Store(p, V.And(V.Equal(place, position), gradient));
                        position += one;
                    }
                }
            }

            for (; c < channels; c++)
            {
                for (var ky = 0; ky < kernel; ky++)
                {
                    for (var kx = 0; kx < kernel; kx++)
                        window[ky * line + kx * channels + c] = at[c] == ky * kernel + kx ? source[c] : 0f;
                }
            }
        }

        private void Share<V>(float* source, float* window, nint line) where V : unmanaged, ILanes<V>
        {
            nint channels = g.Channels;
            var kernel = g.Kernel;
            var share = 1f / (kernel * kernel);
            nint c = 0;
            for (; c <= channels - 16; c += 16)
            {
                var gradient = V.Load(source + c) * V.Splat(share);
                for (var ky = 0; ky < kernel; ky++)
                    for (var kx = 0; kx < kernel; kx++) V.Store(window + ky * line + kx * channels + c, gradient);
            }

            for (; c < channels; c++)
            {
                for (var ky = 0; ky < kernel; ky++)
                    for (var kx = 0; kx < kernel; kx++) window[ky * line + kx * channels + c] = source[c] * share;
            }
        }
    }
}

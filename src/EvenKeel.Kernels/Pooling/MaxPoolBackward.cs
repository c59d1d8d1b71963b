using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Pooling;

internal static unsafe partial class Pool
{
    // Every input pixel gathers from the windows over it, so that no two workers write the same place.
    private readonly struct MaxBackwardJob(PoolGeometry g, float* dy, byte* index, float* dx) : ILaneJob
    {
        public PixelRows Rows { get; } = new(g.Batch, g.Height, g.Width * g.Channels);

        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var windows = stackalloc CoveringWindow[g.MostCovering];
            int outHeight = g.OutHeight, outWidth = g.OutWidth;
            for (var row = Rows.First(chunk); row < Rows.End(chunk); row++)
            {
                var iy = row % g.Height;
                int firstY = 0, endY = 0, firstX = 0, endX = 0;
                g.Cover(iy, outHeight, ref firstY, ref endY);
                var image = (nint)(row / g.Height) * outHeight * outWidth * g.Channels;
                for (var ix = 0; ix < g.Width; ix++)
                {
                    g.Cover(ix, outWidth, ref firstX, ref endX);
                    var count = 0;
                    for (var oy = firstY; oy < endY; oy++)
                    {
                        for (var ox = firstX; ox < endX; ox++)
                        {
                            var position = (iy + g.Padding - oy * g.Stride) * g.Kernel + ix + g.Padding - ox * g.Stride;
                            windows[count++] = new(image + ((nint)oy * outWidth + ox) * g.Channels, position);
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
            var at = index;
            nint c = 0;
            for (; c <= channels - 16; c += 16)
            {
                var sum = V.Zero;
                for (var w = 0; w < count; w++)
                {
                    var from = windows[w].From + c;
                    var mine = V.Equal(V.LoadBytes(at + from), V.Splat(windows[w].Value));
                    sum += V.And(mine, V.Load(source + from));
                }

                V.Store(target + c, sum);
            }

            for (; c < channels; c++)
            {
                var sum = 0f;
                for (var w = 0; w < count; w++)
                {
                    var from = windows[w].From + c;
                    sum += at[from] == (int)windows[w].Value ? source[from] : 0f;
                }

                target[c] = sum;
            }
        }
    }
}

using EvenKeel.Kernels.Statistics;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Pooling;

internal static unsafe partial class Pool
{
    /// <summary>y [batch, channels] = the mean over the pixels of x [batch, pixels, channels].</summary>
    public static void GlobalAverageForward(
        Workers workers, int batch, int pixels, int channels, ReadOnlySpan<float> x, Span<float> y)
    {
        Require.That(
            pixels >= 1 && channels >= 1,
            $"global pooling over {pixels} pixels of {channels} channels: expected 1 or more.");
        Require.Length(x, (long)batch * pixels * channels);
        Require.Length(y, (long)batch * channels);
        fixed (float* xp = x, yp = y)
        {
            var job = new GlobalForwardJob(xp, yp, pixels, channels);
            workers.Run(batch, ref job);
        }
    }

    /// <summary>dx [batch, pixels, channels] = dy [batch, channels] / pixels. Overwrites dx.</summary>
    public static void GlobalAverageBackward(
        Workers workers, int batch, int pixels, int channels, ReadOnlySpan<float> dy, Span<float> dx)
    {
        Require.That(
            pixels >= 1 && channels >= 1,
            $"global pooling over {pixels} pixels of {channels} channels: expected 1 or more.");
        Require.Length(dy, (long)batch * channels);
        Require.Length(dx, (long)batch * pixels * channels);
        var tables = workers.Pieces(ChannelTable.Length(channels));
        fixed (float* dyp = dy, dxp = dx)
        {
            var job = new GlobalBackwardJob(dyp, dxp, tables, pixels, channels);
            workers.Run(batch, ref job);
        }
    }

    private readonly struct GlobalForwardJob(float* x, float* y, int pixels, int channels) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var image = x + (nint)chunk * pixels * channels;
            var target = y + (nint)chunk * channels;
            var share = 1f / pixels;
            nint line = channels;
            nint c = 0;
            for (; c <= channels - 16; c += 16)
            {
                V a = V.Zero, b = V.Zero;
                var p = image + c;
                var i = 0;
                for (; i <= pixels - 2; i += 2, p += 2 * line)
                {
                    a += V.Load(p);
                    b += V.Load(p + line);
                }

                if (i < pixels) a += V.Load(p);
                V.Store(target + c, (a + b) * V.Splat(share));
            }

            for (; c < channels; c++)
            {
                var sum = 0f;
                for (nint i = 0; i < pixels; i++) sum += image[i * line + c];
                target[c] = sum * share;
            }
        }
    }

    private readonly struct GlobalBackwardJob(float* dy, float* dx, WorkerMemory tables, int pixels, int channels) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var table = tables.Of(worker);
            ChannelTable.Fill(table, new ReadOnlySpan<float>(dy + (nint)chunk * channels, channels));
            var count = pixels * channels;
            var target = dx + (nint)chunk * count;
            var share = 1f / pixels;
            var s = V.Splat(share);
            var step = ChannelTable.Step(channels);
            var c = 0;
            var i = 0;
            for (; i <= count - 16; i += 16)
            {
                V.Store(target + i, V.Load(table + c) * s);
                c += step;
                if (c >= channels) c -= channels;
            }

            for (; i < count; i++, c++) target[i] = table[c] * share;
        }
    }
}

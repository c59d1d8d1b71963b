using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Statistics;

internal static unsafe partial class Channels
{
    /// <summary>y = factor[c]·x.</summary>
    public static void Scale(
        Workers workers, ReadOnlySpan<float> x, ReadOnlySpan<float> factor, int channels, Span<float> y)
    {
        Require.Rows(x, channels);
        Require.Length(factor, channels);
        Require.Length(y, x.Length);
        var table = ChannelTable.Fill(workers.SharedScratch((nuint)ChannelTable.Length(channels)), factor);
        fixed (float* xp = x, yp = y)
        {
            var job = new ScaleJob(xp, yp, y.Length, table, channels);
            workers.Run(Chunk.Cover(y.Length), ref job);
        }
    }

    /// <summary>y = a[c]·x + b[c]·z.</summary>
    public static void ScaleAdd(
        Workers workers, ReadOnlySpan<float> x, ReadOnlySpan<float> a, ReadOnlySpan<float> z, ReadOnlySpan<float> b,
        int channels, Span<float> y)
    {
        Require.Rows(x, channels);
        Require.Length(a, channels);
        Require.Length(z, x.Length);
        Require.Length(b, channels);
        Require.Length(y, x.Length);
        var length = ChannelTable.Length(channels);
        var table = workers.SharedScratch(2 * (nuint)length);
        var at = ChannelTable.Fill(table, a);
        var bt = ChannelTable.Fill(table + length, b);
        fixed (float* xp = x, zp = z, yp = y)
        {
            var job = new ScaleAddJob(xp, zp, yp, y.Length, at, bt, channels);
            workers.Run(Chunk.Cover(y.Length), ref job);
        }
    }

    /// <summary>y = act(x + bias[c]) with act(v) = v where v &gt; 0, else slope·v; slope 1: no activation.</summary>
    public static void AddBias(
        Workers workers, ReadOnlySpan<float> x, ReadOnlySpan<float> bias, int channels, float slope, Span<float> y)
    {
        Require.Rows(x, channels);
        Require.Length(bias, channels);
        Require.Length(y, x.Length);
        var table = ChannelTable.Fill(workers.SharedScratch((nuint)ChannelTable.Length(channels)), bias);
        fixed (float* xp = x, yp = y)
        {
            var job = new AddBiasJob(xp, yp, y.Length, table, channels, slope);
            workers.Run(Chunk.Cover(y.Length), ref job);
        }
    }

    private readonly struct ScaleJob(float* x, float* y, int length, float* factor, int channels) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            float* xp = x + start, yp = y + start, table = factor;
            var period = channels;
            var step = ChannelTable.Step(period);
            var channel = start % period;
            var i = 0;
            for (; i <= count - 16; i += 16)
            {
                V.Store(yp + i, V.Load(table + channel) * V.Load(xp + i));
                channel += step;
                if (channel >= period) channel -= period;
            }

            for (; i < count; i++, channel++) yp[i] = table[channel] * xp[i];
        }
    }

    private readonly struct ScaleAddJob(
        float* x, float* z, float* y, int length, float* a, float* b, int channels) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            float* xp = x + start, zp = z + start, yp = y + start, at = a, bt = b;
            var period = channels;
            var step = ChannelTable.Step(period);
            var channel = start % period;
            var i = 0;
            for (; i <= count - 16; i += 16)
            {
                var second = V.Load(bt + channel) * V.Load(zp + i);
                V.Store(yp + i, V.FusedMultiplyAdd(V.Load(at + channel), V.Load(xp + i), second));
                channel += step;
                if (channel >= period) channel -= period;
            }

            for (; i < count; i++, channel++) yp[i] = MathF.FusedMultiplyAdd(at[channel], xp[i], bt[channel] * zp[i]);
        }
    }

    private readonly struct AddBiasJob(
        float* x, float* y, int length, float* bias, int channels, float slope) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            float* xp = x + start, yp = y + start, table = bias;
            var period = channels;
            var step = ChannelTable.Step(period);
            var channel = start % period;
            var s = V.Splat(slope);
            var i = 0;
            for (; i <= count - 16; i += 16)
            {
                var v = V.Load(xp + i) + V.Load(table + channel);
                V.Store(yp + i, V.Select(V.Greater(v, V.Zero), v, v * s));
                channel += step;
                if (channel >= period) channel -= period;
            }

            for (; i < count; i++, channel++)
            {
                var v = xp[i] + table[channel];
                yp[i] = v > 0f ? v : v * slope;
            }
        }
    }
}

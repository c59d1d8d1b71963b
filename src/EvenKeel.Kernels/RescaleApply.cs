using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels;

internal static unsafe partial class Rescale
{
    /// <summary>
    /// dx = a[c]·(g − b[c] − (x − mean[c])·d[c]) with g = dy·act'(pre), added to dx if
    /// <paramref name="accumulate"/>.
    /// </summary>
    /// <remarks>With d empty, x is read for the activation's mask only; with slope 1 as well, not at all. With slope 1
    /// the scale and shift are not read, and may be empty. dx may be the same span as x or dy.</remarks>
    public static void BackwardApply(
        Workers workers, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, int channels, ReadOnlySpan<float> mean,
        ReadOnlySpan<float> scale, ReadOnlySpan<float> shift, float slope, ReadOnlySpan<float> a,
        ReadOnlySpan<float> b, ReadOnlySpan<float> d, Span<float> dx, bool accumulate)
    {
        Require.Rows(x, channels);
        Require.Length(dy, x.Length);
        Require.Length(a, channels);
        Require.Length(b, channels);
        Require.Length(dx, x.Length);
        var masked = slope != 1f;
        var linear = !d.IsEmpty;
        var length = ChannelTable.Length(channels);
        var tables = workers.SharedScratch(6 * (nuint)length);
        ChannelTable.Fill(tables, a);
        ChannelTable.Fill(tables + length, b);
        if (linear)
        {
            Require.Length(d, channels);
            ChannelTable.Fill(tables + 2 * length, d);
        }

        if (linear || masked)
        {
            Require.Length(mean, channels);
            ChannelTable.Fill(tables + 3 * length, mean);
        }

        if (masked)
        {
            Require.Length(scale, channels);
            Require.Length(shift, channels);
            ChannelTable.Fill(tables + 4 * length, scale);
            ChannelTable.Fill(tables + 5 * length, shift);
        }

        fixed (float* xp = x, dyp = dy, dxp = dx)
        {
            var job = new ApplyJob(xp, dyp, dxp, dx.Length, tables, channels, slope, masked, linear, accumulate);
            workers.Run(Chunk.Cover(dx.Length), ref job);
        }
    }

    private readonly struct ApplyJob(
        float* x, float* dy, float* dx, int length, float* tables, int channels, float slope, bool masked, bool linear,
        bool accumulate) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            float* xp = x + start, dyp = dy + start, dxp = dx + start;
            var period = channels;
            var step = ChannelTable.Step(period);
            var c = start % period;
            var s = V.Splat(slope);
            var add = accumulate;
            var i = 0;
            for (; i <= count - 16; i += 16)
            {
                var v = Apply(xp + i, V.Load(dyp + i), c, s);
                V.Store(dxp + i, add ? V.Load(dxp + i) + v : v);
                c += step;
                if (c >= period) c -= period;
            }

            if (i == count) return;
            var rest = count - i;
            var buffer = stackalloc float[16];
            V.Store(buffer, LaneTails.LoadPartial<V>(xp + i, rest));
            var last = Apply(buffer, LaneTails.LoadPartial<V>(dyp + i, rest), c, s);
            if (add) last = LaneTails.LoadPartial<V>(dxp + i, rest) + last;
            LaneTails.StorePartial(dxp + i, last, rest);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private V Apply<V>(float* x, V g, int c, V slope) where V : unmanaged, ILanes<V>
        {
            var size = ChannelTable.Length(channels);
            var table = tables + c;
            if (!masked && !linear) return V.Load(table) * (g - V.Load(table + size));
            var centered = V.Load(x) - V.Load(table + 3 * size);
            if (masked) g = Gate(centered, g, V.Load(table + 4 * size), V.Load(table + 5 * size), slope);
            g -= V.Load(table + size);
            if (linear) g -= centered * V.Load(table + 2 * size);
            return V.Load(table) * g;
        }
    }
}

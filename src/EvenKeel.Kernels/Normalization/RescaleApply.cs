using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Statistics;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Normalization;

internal static unsafe partial class Rescale
{
    // a, b, d, mean, scale, shift.
    private const int Tables = 6;

    /// <summary>
    /// dx = a[s,c]·g − b[s,c] − u·d[s,c] with g = dy·act'(pre), u = x − mean[s,c] or, if <paramref name="signs"/>, its
    /// sign (0 for 0); added to dx if <paramref name="accumulate"/>.
    /// </summary>
    /// <remarks>All tables are [segments, channels]; the number of segments is read from a. With d empty, x is read for the activation's mask only; with slope 1 as well, not at all. With slope 1
    /// the scale and shift are not read, and may be empty. dx may be the same span as x or dy.</remarks>
    public static void BackwardApply(
        Workers workers, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, int channels, ReadOnlySpan<float> mean,
        ReadOnlySpan<float> scale, ReadOnlySpan<float> shift, float slope, ReadOnlySpan<float> a,
        ReadOnlySpan<float> b, ReadOnlySpan<float> d, bool signs, Span<float> dx, bool accumulate)
    {
        var segments = Require.Segments(a.Length, channels);
        var rows = Require.Rows(x, channels, segments);
        Require.Length(dy, x.Length);
        Require.Length(b, a.Length);
        Require.Length(dx, x.Length);
        var masked = slope != 1f;
        var linear = !d.IsEmpty;
        var tables = workers.SharedScratch((nuint)Tables * (nuint)segments * (nuint)ChannelTable.Length(channels));
        ChannelTable.FillAll(tables, Tables, 0, a, channels);
        ChannelTable.FillAll(tables, Tables, 1, b, channels);
        if (linear)
        {
            Require.Length(d, a.Length);
            ChannelTable.FillAll(tables, Tables, 2, d, channels);
        }

        if (linear || masked)
        {
            Require.Length(mean, a.Length);
            ChannelTable.FillAll(tables, Tables, 3, mean, channels);
        }

        if (masked)
        {
            Require.Length(scale, a.Length);
            Require.Length(shift, a.Length);
            ChannelTable.FillAll(tables, Tables, 4, scale, channels);
            ChannelTable.FillAll(tables, Tables, 5, shift, channels);
        }

        fixed (float* xp = x, dyp = dy, dxp = dx)
        {
            var job = new ApplyJob(xp, dyp, dxp, rows * channels, tables, channels, slope, masked, linear, signs, accumulate);
            workers.Run(segments * Chunk.Cover(rows * channels), ref job);
        }
    }

    private readonly struct ApplyJob(
        float* x, float* dy, float* dx, int length, float* tables, int channels, float slope, bool masked, bool linear,
        bool signs, bool accumulate) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var segment = Math.DivRem(chunk, Chunk.Cover(length), out chunk);
            var (start, count) = Chunk.Of(chunk, length);
            var offset = (nint)segment * length + start;
            float* xp = x + offset, dyp = dy + offset, dxp = dx + offset;
            var period = channels;
            var table = tables + (nint)segment * Tables * ChannelTable.Length(period);
            var step = ChannelTable.Step(period);
            var c = start % period;
            var s = V.Splat(slope);
            var add = accumulate;
            var i = 0;
            for (; i <= count - 16; i += 16)
            {
                var v = Apply(xp + i, V.Load(dyp + i), table + c, s);
                V.Store(dxp + i, add ? V.Load(dxp + i) + v : v);
                c += step;
                if (c >= period) c -= period;
            }

            if (i == count) return;
            var rest = count - i;
            var buffer = stackalloc float[16];
            V.Store(buffer, LaneTails.LoadPartial<V>(xp + i, rest));
            var last = Apply(buffer, LaneTails.LoadPartial<V>(dyp + i, rest), table + c, s);
            if (add) last = LaneTails.LoadPartial<V>(dxp + i, rest) + last;
            LaneTails.StorePartial(dxp + i, last, rest);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private V Apply<V>(float* x, V g, float* table, V slope) where V : unmanaged, ILanes<V>
        {
            var size = ChannelTable.Length(channels);
            if (!masked && !linear) return V.FusedMultiplyAdd(V.Load(table), g, V.Zero - V.Load(table + size));
            var centered = V.Load(x) - V.Load(table + 3 * size);
            if (masked) g = Gate(centered, g, V.Load(table + 4 * size), V.Load(table + 5 * size), slope);
            var rest = V.Load(table + size);
            if (linear)
            {
                if (signs) centered = LaneMath.Sign(centered);
                rest = V.FusedMultiplyAdd(centered, V.Load(table + 2 * size), rest);
            }

            return V.FusedMultiplyAdd(V.Load(table), g, V.Zero - rest);
        }
    }
}

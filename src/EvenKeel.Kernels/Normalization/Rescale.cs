using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Statistics;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Normalization;

/// <summary>
/// Normalization, affine map and activation in one pass over x [segments, rows, channels], and its backward pass in two.
/// All tables are [segments, channels] and tell the number of segments: one for statistics over the batch, as many as
/// samples for statistics within a sample. With pre = (x − mean[s,c])·scale[s,c] + shift[s,c] and act(v) = v where v &gt; 0, else slope·v (slope 1: no activation),
/// y = act(pre), or y = act(pre + addend) where the sum of a residual block takes its activation.
/// </summary>
/// <remarks>The backward passes compute pre again from x, by the same operations and so to the same bits: the output
/// need not be kept. Behind a sum the output's sign tells the branch instead. Element-wise outputs may be the same span as an input.</remarks>
internal static unsafe partial class Rescale
{
    /// <summary>y = act((x − mean[s,c])·scale[s,c] + shift[s,c] + addend), the addend as long as x, or empty for none.</summary>
    public static void Forward(
        Workers workers, ReadOnlySpan<float> x, int channels, ReadOnlySpan<float> mean, ReadOnlySpan<float> scale,
        ReadOnlySpan<float> shift, ReadOnlySpan<float> addend, float slope, Span<float> y)
    {
        var segments = Require.Segments(mean.Length, channels);
        var rows = Require.Rows(x, channels, segments);
        Require.Length(scale, mean.Length);
        Require.Length(shift, mean.Length);
        if (!addend.IsEmpty) Require.Length(addend, x.Length);
        Require.Length(y, x.Length);
        var length = ChannelTable.Length(channels);
        var tables = workers.SharedScratch(3 * (nuint)segments * (nuint)length);
        ChannelTable.FillAll(tables, 3, 0, mean, channels);
        ChannelTable.FillAll(tables, 3, 1, scale, channels);
        ChannelTable.FillAll(tables, 3, 2, shift, channels);
        fixed (float* xp = x, ap = addend, yp = y)
        {
            var job = new ForwardJob(xp, ap, yp, rows * channels, tables, channels, slope);
            workers.Run(segments * Chunk.Cover(rows * channels), ref job);
        }
    }

    /// <summary>The gradient that passes the activation: g = dy where pre &gt; 0, else slope·dy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Gate<V>(V centered, V dy, V scale, V shift, V slope) where V : unmanaged, ILanes<V>
    {
        var pre = V.FusedMultiplyAdd(centered, scale, shift);
        return V.Select(V.Greater(pre, V.Zero), dy, dy * slope);
    }

    private readonly struct ForwardJob(
        float* x, float* addend, float* y, int length, float* tables, int channels, float slope) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var segment = Math.DivRem(chunk, Chunk.Cover(length), out chunk);
            var (start, count) = Chunk.Of(chunk, length);
            var offset = (nint)segment * length + start;
            float* xp = x + offset, ap = addend == null ? null : addend + offset, yp = y + offset;
            var period = channels;
            var size = ChannelTable.Length(period);
            float* mean = tables + (nint)segment * 3 * size, scale = mean + size, shift = scale + size;
            var step = ChannelTable.Step(period);
            var c = start % period;
            var s = V.Splat(slope);
            var i = 0;
            for (; i <= count - 16; i += 16)
            {
                var other = ap == null ? V.Zero : V.Load(ap + i);
                V.Store(yp + i, Normalize(V.Load(xp + i), mean + c, scale + c, shift + c, ap != null, other, s));
                c += step;
                if (c >= period) c -= period;
            }

            if (i == count) return;
            var rest = LaneTails.LoadPartial<V>(xp + i, count - i);
            var last = ap == null ? V.Zero : LaneTails.LoadPartial<V>(ap + i, count - i);
            LaneTails.StorePartial(yp + i, Normalize(rest, mean + c, scale + c, shift + c, ap != null, last, s), count - i);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static V Normalize<V>(V x, float* mean, float* scale, float* shift, bool add, V addend, V slope)
            where V : unmanaged, ILanes<V>
        {
            var centered = x - V.Load(mean);
            var pre = V.FusedMultiplyAdd(centered, V.Load(scale), V.Load(shift));
            if (add) pre += addend;
            return V.Select(V.Greater(pre, V.Zero), pre, pre * slope);
        }
    }
}

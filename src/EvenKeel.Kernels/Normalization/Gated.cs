using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Statistics;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Normalization;

/// <summary>
/// A shift of every channel with the leaky ReLU behind it, y = act(x − mean[c] + shift[c]), and its backward pass. Of
/// the input the backward pass needs only the branch that each element took: a bit, so that it reads a thirty-second of
/// what the input would be, and y may overwrite x.
/// </summary>
internal static unsafe class Gated
{
    /// <summary>Floats that hold one bit for each of so many elements.</summary>
    public static int Length(int elements) => (elements + 31) / 32;

    /// <summary>y = act(pre) with pre = x − mean[c] + shift[c].</summary>
    /// <param name="workers">Threads and path.</param>
    /// <param name="x">[rows, channels].</param>
    /// <param name="channels">Channels.</param>
    /// <param name="mean">[channels].</param>
    /// <param name="shift">[channels]; empty for none.</param>
    /// <param name="slope">Slope of the activation below 0; 1 for none.</param>
    /// <param name="y">May be the same span as x.</param>
    /// <param name="gates">Bits in the order of the elements, set where pre &gt; 0; empty if none are wanted.</param>
    public static void Shift(
        Workers workers, ReadOnlySpan<float> x, int channels, ReadOnlySpan<float> mean, ReadOnlySpan<float> shift,
        float slope, Span<float> y, Span<float> gates)
    {
        Require.Rows(x, channels);
        Require.Length(mean, channels);
        if (!shift.IsEmpty) Require.Length(shift, channels);
        Require.Length(y, x.Length);
        if (!gates.IsEmpty) Require.Length(gates, Length(x.Length));
        var length = ChannelTable.Length(channels);
        var means = workers.SharedScratch(2 * (nuint)length);
        ChannelTable.Fill(means, mean);
        if (shift.IsEmpty) new Span<float>(means + length, length).Clear();
        else ChannelTable.Fill(means + length, shift);
        fixed (float* xp = x, yp = y, gp = gates)
        {
            var job = new ShiftJob(xp, yp, (ushort*)gp, x.Length, means, channels, slope);
            workers.Run(Chunk.Cover(x.Length), ref job);
        }
    }

    /// <summary>sums[c] = Σ act'·dy over the rows.</summary>
    public static void Sum(
        Workers workers, ReadOnlySpan<float> dy, ReadOnlySpan<float> gates, float slope, int channels, Span<float> sums)
    {
        var split = new ColumnSplit(Require.Rows(dy, channels), channels);
        Require.Length(gates, Length(dy.Length));
        Require.Length(sums, channels);
        var partial = workers.SharedScratch(ColumnSums.Scratch(split, 1, 1));
        fixed (float* dyp = dy, gp = gates)
        {
            var bits = (ushort*)gp;
            var job = new SumJob(dyp, bits, partial, split, slope);
            workers.Run(split.Chunks, ref job);
            var merged = ColumnSums.Merge(workers, split, partial, 1, 1);
            for (var c = 0; c < channels; c++)
            {
                var sum = ColumnSums.OfChannel(split, merged, c);
                for (var i = split.RestStart + c; i < dy.Length; i += channels)
                    sum += (bits[i / 16] >> (i % 16) & 1) != 0 ? dyp[i] : dyp[i] * slope;
                sums[c] = (float)sum;
            }
        }
    }

    /// <summary>dx = act'·dy − level[c], or dx += if <paramref name="accumulate"/>.</summary>
    /// <remarks>Gates may be empty for the identity, the level for none. dx may be the same span as dy.</remarks>
    public static void Subtract(
        Workers workers, ReadOnlySpan<float> dy, ReadOnlySpan<float> gates, float slope, int channels,
        ReadOnlySpan<float> level, Span<float> dx, bool accumulate)
    {
        Require.Rows(dy, channels);
        if (!gates.IsEmpty) Require.Length(gates, Length(dy.Length));
        if (!level.IsEmpty) Require.Length(level, channels);
        Require.Length(dx, dy.Length);
        var length = ChannelTable.Length(channels);
        var levels = workers.SharedScratch((nuint)length);
        if (level.IsEmpty) new Span<float>(levels, length).Clear();
        else ChannelTable.Fill(levels, level);
        fixed (float* dyp = dy, gp = gates, dxp = dx)
        {
            var job = new SubtractJob(dyp, (ushort*)gp, dxp, dy.Length, levels, channels, slope, accumulate);
            workers.Run(Chunk.Cover(dy.Length), ref job);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Pass<V>(V dy, uint gates, V slope) where V : unmanaged, ILanes<V> =>
        V.Select(V.FromSigns(gates), dy, dy * slope);

    private readonly struct ShiftJob(
        float* x, float* y, ushort* gates, int length, float* means, int channels, float slope) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            float* xp = x + start, yp = y + start, mean = means;
            var bits = gates == null ? null : gates + start / 16;
            var period = channels;
            var shift = mean + ChannelTable.Length(period);
            var step = ChannelTable.Step(period);
            var c = start % period;
            var s = V.Splat(slope);
            var i = 0;
            for (; i <= count - 16; i += 16)
            {
                var pre = V.Load(xp + i) - V.Load(mean + c) + V.Load(shift + c);
                var open = V.Greater(pre, V.Zero);
                V.Store(yp + i, V.Select(open, pre, pre * s));
                if (bits != null) bits[i / 16] = (ushort)V.Signs(open);
                c += step;
                if (c >= period) c -= period;
            }

            if (i == count) return;
            var last = LaneTails.LoadPartial<V>(xp + i, count - i) - V.Load(mean + c) + V.Load(shift + c);
            var taken = V.Greater(last, V.Zero);
            LaneTails.StorePartial(yp + i, V.Select(taken, last, last * s), count - i);
            if (bits != null) bits[i / 16] = (ushort)V.Signs(taken);
        }
    }

    // Four rows are folded before they meet the running sum, as in Channels.Sum.
    private readonly struct SumJob(float* dy, ushort* gates, float* partial, ColumnSplit split, float slope) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var offset = split.Locate(chunk, out var columns, out var rows, out var result);
            nint width = split.Width;
            float* source = dy + offset, sums = partial + result;
            var bits = gates + offset / 16;
            var line = width / 16;
            var s = V.Splat(slope);
            new Span<float>(sums, columns).Clear();
            var ahead = Prefetch.Ahead(4 * width);
            var r = 0;
            for (; r <= rows - 4; r += 4, source += 4 * width, bits += 4 * line)
            {
                for (nint j = 0; j < columns; j += 16)
                {
                    var p = source + j;
                    var q = bits + j / 16;
                    Prefetch.Rows(p + ahead, width);
                    V a = Pass(V.Load(p), q[0], s), b = Pass(V.Load(p + width), q[line], s);
                    V c = Pass(V.Load(p + 2 * width), q[2 * line], s), d = Pass(V.Load(p + 3 * width), q[3 * line], s);
                    V.Store(sums + j, V.Load(sums + j) + (a + b + (c + d)));
                }
            }

            for (; r < rows; r++, source += width, bits += line)
            {
                for (nint j = 0; j < columns; j += 16)
                    V.Store(sums + j, V.Load(sums + j) + Pass(V.Load(source + j), bits[j / 16], s));
            }
        }
    }

    private readonly struct SubtractJob(
        float* dy, ushort* gates, float* dx, int length, float* levels, int channels, float slope, bool accumulate)
        : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            float* dyp = dy + start, dxp = dx + start, level = levels;
            var bits = gates == null ? null : gates + start / 16;
            var period = channels;
            var step = ChannelTable.Step(period);
            var c = start % period;
            var s = V.Splat(slope);
            var add = accumulate;
            var i = 0;
            for (; i <= count - 16; i += 16)
            {
                var g = V.Load(dyp + i);
                if (bits != null) g = Pass(g, bits[i / 16], s);
                g -= V.Load(level + c);
                V.Store(dxp + i, add ? V.Load(dxp + i) + g : g);
                c += step;
                if (c >= period) c -= period;
            }

            if (i == count) return;
            var last = LaneTails.LoadPartial<V>(dyp + i, count - i);
            if (bits != null) last = Pass(last, bits[i / 16], s);
            last -= V.Load(level + c);
            if (add) last = LaneTails.LoadPartial<V>(dxp + i, count - i) + last;
            LaneTails.StorePartial(dxp + i, last, count - i);
        }
    }
}

using System.Numerics;

namespace EvenKeel.Kernels;

/// <summary>The values that stand out in each channel of x [rows, channels], and where they stand.</summary>
internal static unsafe class Extremes
{
    /// <summary>
    /// The k largest |x − mean[c]| of each channel, largest first; among equal ones the first row counts.
    /// </summary>
    /// <param name="workers">Threads and path.</param>
    /// <param name="x">[rows, channels].</param>
    /// <param name="channels">Channels.</param>
    /// <param name="mean">Centres [channels].</param>
    /// <param name="values">The deviations x − mean, with their signs [channels, k].</param>
    /// <param name="rows">Their rows [channels, k].</param>
    /// <exception cref="ArgumentException">There are fewer than k rows.</exception>
    public static void Largest(
        Workers workers, ReadOnlySpan<float> x, int channels, ReadOnlySpan<float> mean, Span<float> values, Span<int> rows)
    {
        var k = Require.Segments(values.Length, channels);
        Require.Length(mean, channels);
        Require.Length(rows, values.Length);
        Require.That(Require.Rows(x, channels) >= k, $"x has {x.Length / channels} rows: expected at least k = {k}.");
        var chunks = Chunk.Cover(x.Length);

        // A chunk of elements meets a channel this often at most.
        var kept = Math.Min(k, WorkSplit.Chunks(WorkSplit.ElementsPerChunk, channels));
        var length = ChannelTable.Length(channels);
        var list = (nint)channels * kept;
        var scratch = workers.SharedScratch((nuint)length + (nuint)chunks * (nuint)(length + 2 * list));
        ChannelTable.Fill(scratch, mean);
        fixed (float* xp = x, vp = values)
        fixed (int* rp = rows)
        {
            var select = new SelectJob(xp, x.Length, scratch, scratch + length, channels, kept);
            workers.Run(chunks, ref select);
            var merge = new MergeJob(xp, scratch, scratch + length, chunks, channels, kept, k, vp, rp);
            workers.Run(channels, ref merge);
        }
    }

    /// <summary>The largest and the smallest value of each channel in each of several runs of rows.</summary>
    /// <param name="workers">Threads and path.</param>
    /// <param name="x">[rows, channels].</param>
    /// <param name="channels">Channels.</param>
    /// <param name="values">[runs, 2, channels]: largest, then smallest. The runs have ⌊rows/runs⌋ rows, the last one
    /// takes what is left as well.</param>
    /// <param name="rows">Their rows, alike; among equal values the first.</param>
    public static void Range(Workers workers, ReadOnlySpan<float> x, int channels, Span<float> values, Span<int> rows)
    {
        var runs = Require.Segments(values.Length, 2 * channels);
        var count = Require.Rows(x, channels);
        Require.Length(rows, values.Length);
        Require.That(count >= runs, $"x has {count} rows: expected at least one for each of {runs} runs.");
        fixed (float* xp = x, vp = values)
        fixed (int* rp = rows)
        {
            var job = new RangeJob(xp, count, channels, runs, vp, rp);
            workers.Run(runs * WorkSplit.Chunks(channels, 16), ref job);
        }
    }

    // Inserts behind everything at least as large, so that the first of equals stays; returns the new smallest.
    private static float Insert(float* values, int* rows, int count, float value, int row)
    {
        var at = count - 1;
        for (; at > 0 && values[at - 1] < value; at--)
        {
            values[at] = values[at - 1];
            rows[at] = rows[at - 1];
        }

        values[at] = value;
        rows[at] = row;
        return values[count - 1];
    }

    // Each chunk keeps a sorted list a channel, and a table of what a deviation must exceed to enter it.
    private readonly struct SelectJob(float* x, int length, float* mean, float* lists, int channels, int kept) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            var size = ChannelTable.Length(channels);
            var list = (nint)channels * kept;
            var threshold = lists + chunk * (size + 2 * list);
            var values = threshold + size;
            var rows = (int*)(values + list);
            new Span<float>(threshold, size).Fill(-1f);
            new Span<float>(values, (int)list).Fill(-1f);
            new Span<int>(rows, (int)list).Clear();
            var xp = x + start;
            var deviations = stackalloc float[16];
            var step = ChannelTable.Step(channels);
            var c = start % channels;
            for (var i = 0; i < count; i += 16)
            {
                var here = Math.Min(16, count - i);
                var v = here == 16 ? V.Load(xp + i) : LaneTails.LoadPartial<V>(xp + i, here);
                var deviation = V.Abs(v - V.Load(mean + c));
                var found = V.Signs(V.Greater(deviation, V.Load(threshold + c))) & (uint)((1 << here) - 1);
                if (found != 0)
                {
                    V.Store(deviations, deviation);
                    for (; found != 0; found &= found - 1)
                    {
                        var lane = BitOperations.TrailingZeroCount(found);
                        var channel = (c + lane) % channels;

                        // Narrow channels meet one another within a vector: the threshold may have risen since.
                        if (!(deviations[lane] > threshold[channel])) continue;
                        var at = (nint)channel * kept;
                        var row = (start + i + lane) / channels;
                        var smallest = Insert(values + at, rows + at, kept, deviations[lane], row);
                        for (var copy = channel; copy < size; copy += channels) threshold[copy] = smallest;
                    }
                }

                c += step;
                if (c >= channels) c -= channels;
            }
        }
    }

    private readonly struct MergeJob(
        float* x, float* mean, float* lists, int chunks, int channels, int kept, int k, float* values, int* rows) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var size = ChannelTable.Length(channels);
            var list = (nint)channels * kept;
            var own = (nint)chunk * k;
            new Span<float>(values + own, k).Fill(-1f);
            for (var source = 0; source < chunks; source++)
            {
                var found = lists + source * (size + 2 * list) + size + (nint)chunk * kept;
                var foundRows = (int*)(found + list);
                for (var i = 0; i < kept && found[i] > values[own + k - 1]; i++)
                    Insert(values + own, rows + own, k, found[i], foundRows[i]);
            }

            for (var i = own; i < own + k; i++) values[i] = x[(nint)rows[i] * channels + chunk] - mean[chunk];
        }
    }

    private readonly struct RangeJob(float* x, int count, int channels, int runs, float* values, int* rows) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var run = Math.DivRem(chunk, WorkSplit.Chunks(channels, 16), out var panel);
            var here = Math.Min(16, channels - 16 * panel);
            var each = count / runs;
            var first = run * each;
            var last = run == runs - 1 ? count : first + each;
            var highest = Load<V>(first, panel, here);
            var lowest = highest;
            V highestRow = V.SplatBits((uint)first), lowestRow = highestRow;
            for (var row = first + 1; row < last; row++)
            {
                var v = Load<V>(row, panel, here);
                V above = V.Greater(v, highest), below = V.Greater(lowest, v);
                highest = V.Select(above, v, highest);
                lowest = V.Select(below, v, lowest);
                highestRow = V.Select(above, V.SplatBits((uint)row), highestRow);
                lowestRow = V.Select(below, V.SplatBits((uint)row), lowestRow);
            }

            var target = (nint)2 * run * channels + 16 * panel;
            LaneTails.StorePartial(values + target, highest, here);
            LaneTails.StorePartial(values + target + channels, lowest, here);
            LaneTails.StorePartial((float*)(rows + target), highestRow, here);
            LaneTails.StorePartial((float*)(rows + target + channels), lowestRow, here);
        }

        private V Load<V>(int row, int panel, int here) where V : unmanaged, ILanes<V>
        {
            var source = x + (nint)row * channels + 16 * panel;
            return here == 16 ? V.Load(source) : LaneTails.LoadPartial<V>(source, here);
        }
    }
}

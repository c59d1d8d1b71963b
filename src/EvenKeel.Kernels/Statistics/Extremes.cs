using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Statistics;

/// <summary>The values that stand out in each channel of x [rows, channels], and where they stand.</summary>
internal static unsafe partial class Extremes
{
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

    private readonly struct RangeJob(float* x, int count, int channels, int runs, float* values, int* rows) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var run = Math.DivRem(chunk, WorkSplit.Chunks(channels, 16), out var panel);
            var here = Math.Min(16, channels - 16 * panel);
            var each = count / runs;
            var first = run * each;
            var last = run == runs - 1 ? count : first + each;
            var source = x + (16 * panel);
            var state = stackalloc V[4];
            var edge = stackalloc float[16];
            state[0] = state[1] = LaneTails.LoadPartial<V>(source + ((nint)first * channels), here);
            state[2] = state[3] = V.SplatBits((uint)first);

            // Rows of which sixteen floats may be read, though some belong to the next row.
            var whole = Math.Min(last, ((((nint)count * channels) - (16 * panel) - 16) / channels) + 1);
            Walk(source + ((nint)(first + 1) * channels), channels, first + 1, (int)whole, state);
            for (var row = (int)Math.Max(first + 1, whole); row < last; row++)
            {
                V.Store(edge, LaneTails.LoadPartial<V>(source + ((nint)row * channels), here));
                Walk(edge, channels, row, row + 1, state);
            }

            var target = (nint)2 * run * channels + 16 * panel;
            LaneTails.StorePartial(values + target, state[0], here);
            LaneTails.StorePartial(values + target + channels, state[1], here);
            LaneTails.StorePartial((float*)(rows + target), state[2], here);
            LaneTails.StorePartial((float*)(rows + target + channels), state[3], here);
        }

        // Rows from the one at source on. By itself, so that nothing called in between takes the registers.
        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Walk<V>(float* source, nint channels, int row, int end, V* state) where V : unmanaged, ILanes<V>
        {
            V highest = state[0], lowest = state[1], highestRow = state[2], lowestRow = state[3];
            var ahead = Prefetch.Ahead(channels);
            for (; row < end; row++, source += channels)
            {
                Prefetch.Line(source + ahead);
                var v = V.Load(source);
                V above = V.Greater(v, highest), below = V.Greater(lowest, v), place = V.SplatBits((uint)row);
                highest = V.Select(above, v, highest);
                lowest = V.Select(below, v, lowest);
                highestRow = V.Select(above, place, highestRow);
                lowestRow = V.Select(below, place, lowestRow);
            }

            (state[0], state[1], state[2], state[3]) = (highest, lowest, highestRow, lowestRow);
        }
    }
}

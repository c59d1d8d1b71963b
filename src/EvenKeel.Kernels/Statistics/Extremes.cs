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

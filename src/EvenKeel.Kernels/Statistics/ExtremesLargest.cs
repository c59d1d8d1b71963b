using System.Numerics;
using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Statistics;

internal static unsafe partial class Extremes
{
    // Each round covers four times as many chunks as all before it: of its rows about 3k enter a list, whatever their
    // number.
    private const int Growth = 4;

    /// <summary>
    /// The k largest |x − mean[c]| of each channel, largest first; among equal ones the first row counts.
    /// </summary>
    /// <remarks>One reading: what the rounds before have found is the least that a value must exceed, which nearly all
    /// vectors fail in one comparison. A chunk's list holds what entered it; lists are merged in order after each
    /// round.</remarks>
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
        var layout = new ListLayout(channels, Math.Min(k, WorkSplit.Chunks(WorkSplit.ElementsPerChunk, channels)));
        var table = workers.SharedScratch(2 * (nuint)layout.TableLength + (nuint)chunks * (nuint)layout.Length);
        var threshold = table + layout.TableLength;
        ChannelTable.Fill(table, mean);
        new Span<float>(threshold, layout.TableLength).Fill(-1f);
        values.Fill(-1f);
        rows.Clear();
        fixed (float* xp = x, vp = values)
        fixed (int* rp = rows)
        {
            var lists = threshold + layout.TableLength;
            for (int first = 0, end = 1; first < chunks; first = end, end *= Growth)
            {
                var last = Math.Min(end, chunks);
                var select = new SelectJob(xp, x.Length, first, table, threshold, lists, layout);
                workers.Run(last - first, ref select);
                var merge = new MergeJob(first, last, lists, layout, k, threshold, vp, rp);
                workers.Run(WorkSplit.Chunks(channels, MergeJob.Channels), ref merge);
                ChannelTable.Fill(threshold, new ReadOnlySpan<float>(threshold, channels));
            }

            for (var i = 0; i < values.Length; i++) values[i] = xp[(nint)rp[i] * channels + i / k] - mean[i / k];
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

    // A chunk's thresholds, the lengths of its lists, their values and rows.
    private readonly struct ListLayout(int channels, int most)
    {
        public int Channels { get; } = channels;

        /// <summary>Longest list: a chunk of elements meets a channel so often at most.</summary>
        public int Most { get; } = most;

        public int TableLength { get; } = ChannelTable.Length(channels);

        public nint Counts => TableLength;

        public nint Values => Counts + Channels;

        public nint Rows => Values + (nint)Channels * Most;

        public nint Length => Rows + (nint)Channels * Most;
    }

    private readonly struct SelectJob(
        float* x, int length, int first, float* mean, float* common, float* lists, ListLayout layout) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            chunk += first;
            var (start, count) = Chunk.Of(chunk, length);
            var own = lists + chunk * layout.Length;
            var channels = layout.Channels;
            new Span<float>(common, layout.TableLength).CopyTo(new Span<float>(own, layout.TableLength));
            new Span<int>(own + layout.Counts, channels).Clear();
            var xp = x + start;
            var step = ChannelTable.Step(channels);
            var c = start % channels;
            var i = 0;
            for (; i <= count - 16; i += 16)
            {
                var deviation = V.Abs(V.Load(xp + i) - V.Load(mean + c));
                var found = V.Signs(V.Greater(deviation, V.Load(own + c)));
                if (found != 0) Enter(own, c, start + i, deviation, found);
                c += step;
                if (c >= channels) c -= channels;
            }

            if (i == count) return;
            var last = V.Abs(LaneTails.LoadPartial<V>(xp + i, count - i) - V.Load(mean + c));
            Enter(own, c, start + i, last, V.Signs(V.Greater(last, V.Load(own + c))) & ((1u << (count - i)) - 1));
        }

        // Narrow channels meet one another within a vector: the threshold may have risen since the comparison.
        [MethodImpl(MethodImplOptions.NoInlining)]
        private void Enter<V>(float* own, int channel, int element, V deviation, uint found) where V : unmanaged, ILanes<V>
        {
            var deviations = stackalloc float[16];
            V.Store(deviations, deviation);
            var counts = (int*)(own + layout.Counts);
            for (; found != 0; found &= found - 1)
            {
                var lane = BitOperations.TrailingZeroCount(found);
                var c = (channel + lane) % layout.Channels;
                if (!(deviations[lane] > own[c])) continue;
                if (counts[c] < layout.Most) counts[c]++;
                var list = (nint)c * layout.Most;
                var smallest = Insert(
                    own + layout.Values + list, (int*)(own + layout.Rows + list), counts[c], deviations[lane],
                    (element + lane) / layout.Channels);
                if (counts[c] < layout.Most) continue;
                for (var copy = c; copy < layout.TableLength; copy += layout.Channels) own[copy] = smallest;
            }
        }
    }

    private readonly struct MergeJob(
        int first, int end, float* lists, ListLayout layout, int k, float* threshold, float* values, int* rows) : ILaneJob
    {
        // A cache line of counts.
        public const int Channels = 16;

        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var last = Math.Min((chunk + 1) * Channels, layout.Channels);
            for (var source = first; source < end; source++)
            {
                var own = lists + source * layout.Length;
                for (var c = chunk * Channels; c < last; c++)
                {
                    var list = (nint)c * layout.Most;
                    var found = own + layout.Values + list;
                    var foundRows = (int*)(own + layout.Rows + list);
                    var count = ((int*)(own + layout.Counts))[c];
                    var target = (nint)c * k;
                    for (var i = 0; i < count && found[i] > values[target + k - 1]; i++)
                        Insert(values + target, rows + target, k, found[i], foundRows[i]);
                }
            }

            for (var c = chunk * Channels; c < last; c++) threshold[c] = values[(nint)c * k + k - 1];
        }
    }
}

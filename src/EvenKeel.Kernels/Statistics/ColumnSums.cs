using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Statistics;

/// <summary>
/// The second half of a reduction over the rows of each segment: partial sums of all chunks of rows to one sum a
/// channel. The partial sums of segment s, plane p, chunk of rows r lie at
/// partial + ((s·planes + p)·RowChunks + r)·Width, the merged ones at merged + (s·planes + p)·Width.
/// </summary>
internal static unsafe class ColumnSums
{
    /// <summary>Floats of scratch that <paramref name="planes"/> partial results and their merged sums take.</summary>
    public static nuint Scratch(in ColumnSplit split, int planes, int segments) =>
        (nuint)segments * (nuint)planes * (nuint)(split.RowChunks + 1) * (nuint)split.Width;

    /// <summary>Adds the partial sums down the chunks of rows, in order, and returns the merged planes.</summary>
    public static float* Merge(Workers workers, in ColumnSplit split, float* partial, int planes, int segments)
    {
        if (split.RowChunks == 1) return partial;
        var merged = partial + (nint)segments * planes * split.RowChunks * split.Width;
        var job = new MergeJob(partial, merged, split.RowChunks, split.Width, planes);
        workers.Run(segments * WorkSplit.Chunks(split.Width, MergeJob.Columns), ref job);
        return merged;
    }

    /// <summary>Sum of the copies of a channel in a wide row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double OfChannel(in ColumnSplit split, float* merged, int channel)
    {
        double sum = merged[channel];
        for (var copy = 1; copy < split.Copies; copy++) sum += merged[copy * split.Channels + channel];
        return sum;
    }

    /// <summary>Sum of sixteen columns down the chunks, in order and compensated (Kahan): the number of chunks grows with
    /// the batch, the error does not.</summary>
    public static V Total<V>(float* first, int chunks, nint width) where V : unmanaged, ILanes<V>
    {
        V sum = V.Zero, lost = V.Zero;
        for (nint chunk = 0; chunk < chunks; chunk++)
        {
            var next = V.Load(first + chunk * width) - lost;
            var total = sum + next;
            lost = total - sum - next;
            sum = total;
        }

        return sum;
    }

    private readonly struct MergeJob(float* partial, float* merged, int rowChunks, int width, int planes) : ILaneJob
    {
        public const int Columns = 256;

        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var segment = Math.DivRem(chunk, WorkSplit.Chunks(width, Columns), out chunk);
            var first = chunk * Columns;
            var last = Math.Min(first + Columns, width);
            for (nint plane = segment * planes; plane < (segment + 1) * planes; plane++)
            {
                var source = partial + plane * rowChunks * width;
                for (var j = first; j < last; j += 16)
                    V.Store(merged + plane * width + j, Total<V>(source + j, rowChunks, width));
            }
        }
    }
}

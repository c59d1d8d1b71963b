using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Statistics;

// What follows the chunks: their merging, and the end of each channel.
internal static unsafe partial class Moments
{
    // Compensated sums (Kahan).
    private readonly struct MergeJob(float* scratch, ColumnSplit split, Block block) : ILaneJob
    {
        private const int Columns = 256;

        public static int Chunks(in ColumnSplit split) => WorkSplit.Chunks(split.Width, Columns);

        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            if (split.RowChunks == 0) return;
            var segment = Math.DivRem(chunk, Chunks(split), out chunk);
            var own = scratch + segment * block.Length;
            float* means = own + block.Means, squares = own + block.Squares, merged = own + block.Merged;
            var last = Math.Min((chunk + 1) * Columns, split.Width);
            for (var j = chunk * Columns; j < last; j += 16)
            {
                var mean = Mean<V>(means, j);
                V.Store(merged + j, mean);
                if (block.Squares != 0) V.Store(merged + split.Width + j, Squares(means, squares, j, mean));
            }
        }

        private V Mean<V>(float* means, int column) where V : unmanaged, ILanes<V>
        {
            var sum = V.Zero;
            var lost = V.Zero;
            for (var r = 0; r < split.RowChunks; r++)
            {
                var next = V.Load(means + (nint)r * split.Width + column) * V.Splat(split.RowsIn(r)) - lost;
                var total = sum + next;
                lost = total - sum - next;
                sum = total;
            }

            return sum / V.Splat(split.WideRows);
        }

        private V Squares<V>(float* means, float* squares, int column, V mean) where V : unmanaged, ILanes<V>
        {
            var sum = V.Zero;
            var lost = V.Zero;
            for (var r = 0; r < split.RowChunks; r++)
            {
                var offset = (nint)r * split.Width + column;
                var apart = V.Load(means + offset) - mean;
                var next = V.FusedMultiplyAdd(apart * apart, V.Splat(split.RowsIn(r)), V.Load(squares + offset)) - lost;
                var total = sum + next;
                lost = total - sum - next;
                sum = total;
            }

            return sum;
        }
    }

    // The copies of a channel in a wide row and the rows left over, in double: a handful of values.
    private readonly struct FinishJob(
        float* x, float* scratch, ColumnSplit split, Block block, int rows, float* mean, float* variance) : ILaneJob
    {
        private const int Channels = 256;

        public static int Chunks(in ColumnSplit split) => WorkSplit.Chunks(split.Channels, Channels);

        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var segment = Math.DivRem(chunk, Chunks(split), out chunk);
            var source = x + segment * split.Length;
            var merged = scratch + segment * block.Length + block.Merged;
            nint results = segment * split.Channels;
            var last = Math.Min((chunk + 1) * Channels, split.Channels);
            for (var c = chunk * Channels; c < last; c++)
            {
                double pivot = source[c];
                var center = Center(source, merged, c, pivot);
                mean[results + c] = (float)(pivot + center);
                if (variance != null) variance[results + c] = (float)(Squares(source, merged, c, pivot, center) / rows);
            }
        }

        private double Center(float* source, float* merged, int channel, double pivot)
        {
            var sum = 0.0;
            if (split.WideRows > 0) sum = split.WideRows * ColumnSums.OfChannel(split, merged, channel);
            for (nint i = split.RestStart + channel; i < split.Length; i += split.Channels) sum += source[i] - pivot;
            return sum / rows;
        }

        private double Squares(float* source, float* merged, int channel, double pivot, double center)
        {
            var squares = 0.0;
            for (var copy = 0; copy < split.Copies && split.WideRows > 0; copy++)
            {
                var column = copy * split.Channels + channel;
                var apart = merged[column] - center;
                squares += merged[split.Width + column] + split.WideRows * apart * apart;
            }

            for (nint i = split.RestStart + channel; i < split.Length; i += split.Channels)
            {
                var apart = source[i] - pivot - center;
                squares += apart * apart;
            }

            return squares;
        }
    }
}

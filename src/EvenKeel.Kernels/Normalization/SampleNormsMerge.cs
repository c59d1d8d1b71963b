using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Normalization;

internal static unsafe partial class SampleNorms
{
    // Sums a table over the chunks, then over the pixels of wide rows.
    private readonly struct MergeJob(float* partial, float* gain, float* shift, SampleLayout layout) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var slice = Math.DivRem(chunk, 2 * layout.Periods, out var table);
            var step = 2 * layout.Periods * layout.TableLength;
            var first = partial + (slice * step) + (table * layout.TableLength);
            for (nint j = 0; j < layout.TableLength; j += 16)
            {
                var sum = V.Load(first + j);
                for (var other = slice + layout.Slices; other < layout.Chunks; other += layout.Slices)
                    sum += V.Load(first + ((other - slice) * step) + j);
                V.Store(first + j, sum);
            }

            var result = (table % 2 == 0 ? gain : shift) + (table / 2 * layout.AllChannels) + (slice * layout.Channels);
            for (var c = 0; c < layout.Channels; c++)
            {
                var sum = 0.0;
                for (var copy = 0; copy < layout.Copies; copy++) sum += first[(copy * layout.Channels) + c];
                result[c] = (float)sum;
            }
        }
    }
}

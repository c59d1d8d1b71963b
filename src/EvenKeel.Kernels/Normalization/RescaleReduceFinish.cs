using EvenKeel.Kernels.Statistics;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Normalization;

internal static unsafe partial class Rescale
{
    /// <summary>The end of both reductions: the copies of a channel in a wide row and the rows left over, in double.
    /// A chunk is some channels of all segments.</summary>
    private struct ReduceFinish : ILaneJob
    {
        private const int PerChunk = 1_024;

        public float* X;
        public float* Dy;
        public float* Y;
        public float* PassedOn;

        /// <summary>Mean, scale and shift of each segment, in wide rows.</summary>
        public float* Tables;
        public float* Merged;
        public float* Rstd;
        public float* SumG;

        /// <summary>Null where only the first sum is wanted.</summary>
        public float* SumGX;
        public int Count;
        public ColumnSplit Split;
        public float Slope;
        public bool Masked;

        public readonly int Chunks => WorkSplit.Chunks(Count, PerChunk);

        public readonly void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var last = Math.Min((chunk + 1) * PerChunk, Count);
            nint segment = Math.DivRem(chunk * PerChunk, Split.Channels, out var channel);
            var sums = Merged + ((SumGX == null ? 1 : 2) * segment * Split.Width);
            for (var i = chunk * PerChunk; i < last; i++)
            {
                var g = ColumnSums.OfChannel(Split, sums, channel);
                var gx = SumGX == null ? 0.0 : ColumnSums.OfChannel(Split, sums + Split.Width, channel);
                if (Split.RestRows > 0) AddRest(segment, channel, ref g, ref gx);
                SumG[i] = (float)g;
                if (SumGX != null) SumGX[i] = (float)(gx * Rstd[i]);
                if (++channel < Split.Channels) continue;
                channel = 0;
                segment++;
                sums += (SumGX == null ? 1 : 2) * (nint)Split.Width;
            }
        }

        private readonly void AddRest(nint segment, int channel, ref double g, ref double gx)
        {
            var table = Tables + (3 * segment * Split.Width) + channel;
            float mean = table[0], scale = Masked ? table[Split.Width] : 0f, shift = Masked ? table[2 * Split.Width] : 0f;
            var start = segment * Split.Length;
            for (var at = start + Split.RestStart + channel; at < start + Split.Length; at += Split.Channels)
            {
                var centered = X[at] - mean;
                var open = Y != null ? Y[at] > 0f : !Masked || MathF.FusedMultiplyAdd(centered, scale, shift) > 0f;
                var passed = open ? Dy[at] : Dy[at] * Slope;
                if (PassedOn != null) PassedOn[at] = passed;
                g += passed;
                gx += (double)passed * centered;
            }
        }
    }
}

namespace EvenKeel.Kernels;

/// <summary>Sums of absolute deviations: what normalizers with p = 1 divide by and differentiate.</summary>
internal static class Deviations
{
    /// <summary>Absolute deviations and their signs.</summary>
    /// <param name="workers">Threads and path.</param>
    /// <param name="x">[segments, rows, channels].</param>
    /// <param name="channels">Channels.</param>
    /// <param name="mean">Centres [segments, channels].</param>
    /// <param name="sums">[2, segments, channels]: Σ |x − mean|, then Σ sgn(x − mean) with sgn(0) = 0.</param>
    public static void Absolute(
        Workers workers, ReadOnlySpan<float> x, int channels, ReadOnlySpan<float> mean, Span<float> sums) =>
        SegmentPass.Sums<Terms>(workers, x, [], channels, mean, sums);

    private readonly unsafe struct Terms : ISegmentTerms
    {
        public static int Tables => 1;

        public static int Sums => 2;

        public static void Add<V>(V x, V dy, float* table, nint next, V* sums) where V : unmanaged, ILanes<V>
        {
            var centered = x - V.Load(table);
            var one = V.Splat(1f);
            sums[0] += V.Abs(centered);
            sums[1] += V.And(V.Greater(centered, V.Zero), one) - V.And(V.Greater(V.Zero, centered), one);
        }
    }
}

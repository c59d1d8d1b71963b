namespace EvenKeel.Norms.Layers;

/// <summary>Sums over segments of what a normalizer keeps per segment and channel, on the host.</summary>
internal static class SegmentSums
{
    /// <summary>sums[e] = Σ over the segments, and over the channels that share entry e, in double.</summary>
    /// <remarks>Read in the order of memory: down a column every number would come from a cache line of its own.</remarks>
    /// <param name="values">[segments, channels].</param>
    /// <param name="channels">Channels.</param>
    /// <param name="sums">One for each entry, which equally many neighbouring channels share.</param>
    public static void Compute(ReadOnlySpan<float> values, int channels, Span<double> sums)
    {
        sums.Clear();
        var width = channels / sums.Length;
        for (var first = 0; first < values.Length; first += channels)
        {
            var segment = values.Slice(first, channels);
            if (width == 1)
            {
                for (var c = 0; c < sums.Length; c++) sums[c] += segment[c];
                continue;
            }

            for (var entry = 0; entry < sums.Length; entry++)
                foreach (var value in segment.Slice(entry * width, width)) sums[entry] += value;
        }
    }
}

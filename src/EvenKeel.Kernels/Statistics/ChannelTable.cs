namespace EvenKeel.Kernels.Statistics;

/// <summary>
/// One value a channel, continued past the end as if the channels began again. A pass over [rows, channels] can then
/// run flat over all elements sixteen at a time, whatever the number of channels: a vector that starts at channel c
/// reads its parameters from c on, across the end of the row.
/// </summary>
/// <remarks>This keeps 3 or 10 channels as fast as 64: no loop over short rows, no tails but the last.</remarks>
internal static unsafe class ChannelTable
{
    /// <summary>Floats a table occupies, rounded up to whole vectors.</summary>
    public static int Length(int channels) => (channels + 30) / 16 * 16;

    /// <summary>Fills a table at <paramref name="destination"/> and returns it.</summary>
    public static float* Fill(float* destination, ReadOnlySpan<float> values)
    {
        values.CopyTo(new Span<float>(destination, values.Length));
        for (var i = values.Length; i < values.Length + 15; i++) destination[i] = destination[i - values.Length];
        return destination;
    }

    /// <summary>Fills one of several tables of every segment; a segment's tables lie behind one another.</summary>
    /// <param name="destination">Tables of all segments.</param>
    /// <param name="tables">Tables of a segment.</param>
    /// <param name="table">Which of them.</param>
    /// <param name="values">Values [segments, channels].</param>
    /// <param name="channels">Channels.</param>
    public static void FillAll(float* destination, int tables, int table, ReadOnlySpan<float> values, int channels)
    {
        nint length = Length(channels);
        for (var start = 0; start < values.Length; start += channels)
            Fill(destination + (start / channels * tables + table) * length, values.Slice(start, channels));
    }

    /// <summary>How far the channel moves with every vector; subtract the channels once if it passes them.</summary>
    public static int Step(int channels) => channels > 16 ? 16 : 16 % channels;
}

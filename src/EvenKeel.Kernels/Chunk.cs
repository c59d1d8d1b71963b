namespace EvenKeel.Kernels;

/// <summary>The elements of one chunk of an element-wise pass.</summary>
/// <param name="Start">First element; a multiple of 64.</param>
/// <param name="Count">How many, at most <see cref="WorkSplit.ElementsPerChunk"/>.</param>
internal readonly record struct Chunk(int Start, int Count)
{
    private const int Granule = 64;
    private const int FewestShared = 4_096;

    /// <summary>Chunk <paramref name="index"/> of <paramref name="total"/> elements.</summary>
    public static Chunk Of(int index, int total)
    {
        var split = Split(total);
        var start = (int)split.First(index);
        return new Chunk(start, (int)split.End(index) - start);
    }

    /// <summary>How many chunks cover <paramref name="total"/> elements.</summary>
    public static int Cover(int total) => Split(total).Count;

    // Two threads are sooner done with a few thousand elements than one.
    private static EvenSplit Split(int total)
    {
        var half = WorkSplit.Chunks(total, 2 * Granule) * Granule;
        return new(total, total < FewestShared ? FewestShared : Math.Min(half, WorkSplit.ElementsPerChunk), Granule);
    }
}

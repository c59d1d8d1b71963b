namespace EvenKeel.Kernels;

/// <summary>The elements of one chunk of an element-wise pass.</summary>
/// <param name="Start">First element; a multiple of 64.</param>
/// <param name="Count">How many, at most <see cref="WorkSplit.ElementsPerChunk"/>.</param>
internal readonly record struct Chunk(int Start, int Count)
{
    /// <summary>Chunk <paramref name="index"/> of <paramref name="total"/> elements.</summary>
    public static Chunk Of(int index, int total)
    {
        var start = index * WorkSplit.ElementsPerChunk;
        return new Chunk(start, Math.Min(WorkSplit.ElementsPerChunk, total - start));
    }

    /// <summary>How many chunks cover <paramref name="total"/> elements.</summary>
    public static int Cover(int total) => WorkSplit.Chunks(total, WorkSplit.ElementsPerChunk);
}

namespace EvenKeel.Kernels;

/// <summary>Cuts work into chunks by its size alone, never by the number of threads.</summary>
internal static class WorkSplit
{
    /// <summary>Most elements that a chunk of an element-wise pass holds: 64 kB, half a core's fast cache and some.</summary>
    public const int ElementsPerChunk = 16_384;

    /// <summary>How many chunks of <paramref name="size"/> cover <paramref name="total"/>.</summary>
    public static int Chunks(long total, int size) => checked((int)((total + size - 1) / size));

    /// <summary>Rows in even pieces of about <see cref="ElementsPerChunk"/> elements.</summary>
    public static EvenSplit Rows(long rows, int rowLength) => new(rows, RowsPerChunk(rowLength));

    /// <summary>Rows per chunk so that a chunk holds about <see cref="ElementsPerChunk"/> elements.</summary>
    public static int RowsPerChunk(int rowLength) => Math.Max(1, ElementsPerChunk / Math.Max(1, rowLength));
}

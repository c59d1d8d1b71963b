using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Dense;

/// <summary>Copies the rows of a dense product to where they do not share cache sets: [piece of the depth][row]. A chunk is
/// some rows.</summary>
internal unsafe struct DenseRows : ILaneJob, ITileJob
{
    private const int RowsPerChunk = 8;

    // Rows this many bytes apart, or nearly, fall into one cache set.
    private const int CacheSetBytes = 4096;

    /// <summary>Floats from a copied row to the next.</summary>
    public const int Step = DensePack.MostDeep + 16;

    public int Depth;
    public int Rows;

    /// <summary>Rows in memory, which tiles may reach past the last.</summary>
    public int PaddedRows;

    public float* Source;
    public float* Copy;

    public readonly int Chunks => WorkSplit.Chunks(Rows, RowsPerChunk);

    /// <summary>True if rows of this depth need it.</summary>
    public static bool Takes(int depth) => ((depth * sizeof(float)) + 32) % CacheSetBytes < 64;

    /// <summary>Floats of the copy.</summary>
    public static nint Length(int depth, int rows) => WorkSplit.Chunks(depth, DensePack.Deep(depth)) * (nint)rows * Step;

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V> =>
        TileDispatch.Run<V, DenseRows>(ref this, chunk, worker);

    public readonly void Run<T, R, O>(int chunk, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        // A row is read from its start to its end: the processor guesses what comes next.
        var most = DensePack.Deep(Depth);
        var end = Math.Min(Rows, (chunk + 1) * RowsPerChunk);
        for (var row = chunk * RowsPerChunk; row < end; row++)
        {
            var copy = Copy + ((nint)row * Step);
            for (var start = 0; start < Depth; start += most, copy += PaddedRows * (nint)Step)
                Piece<R, O>(Source + ((nint)row * Depth) + start, Depth, 1, Math.Min(most, Depth - start), copy);
        }
    }

    /// <summary>Copies a piece of the depth of some rows.</summary>
    public static void Piece<R, O>(float* source, nint depth, int rows, int deep, float* copy)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        for (var row = 0; row < rows; row++, source += depth, copy += Step) GemmStore.Copy<R, O>(source, copy, deep, deep);
    }
}

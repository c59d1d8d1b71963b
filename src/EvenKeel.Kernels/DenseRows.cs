namespace EvenKeel.Kernels;

/// <summary>Copies the rows of a dense product to where they do not share cache sets: [piece of the depth][row]. A chunk is
/// some rows of a piece.</summary>
internal unsafe struct DenseRows : ILaneJob, ITileJob
{
    private const int RowsPerChunk = 64;

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

    public readonly int Chunks => WorkSplit.Chunks(Rows, RowsPerChunk) * WorkSplit.Chunks(Depth, DensePack.Deep(Depth));

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
        var piece = Math.DivRem(chunk, WorkSplit.Chunks(Rows, RowsPerChunk), out chunk);
        var start = piece * DensePack.Deep(Depth);
        var deep = Math.Min(DensePack.Deep(Depth), Depth - start);
        var first = chunk * RowsPerChunk;
        Piece<R, O>(
            Source + ((nint)first * Depth) + start, Depth, Math.Min(RowsPerChunk, Rows - first), deep,
            Copy + ((((nint)piece * PaddedRows) + first) * Step));
    }

    /// <summary>Copies a piece of the depth of some rows.</summary>
    public static void Piece<R, O>(float* source, nint depth, int rows, int deep, float* copy)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        for (var row = 0; row < rows; row++, source += depth, copy += Step) GemmStore.Copy<R, O>(source, copy, deep, deep);
    }
}

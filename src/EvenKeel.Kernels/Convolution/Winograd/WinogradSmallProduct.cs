using EvenKeel.Kernels.Fusion;
using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Winograd;

/// <summary>A 3×3 convolution of stride 1, or its input gradient, by F(4×4, 3×3) over few channels: see
/// <see cref="WinogradSmall"/>. A chunk is some blocks of tiles.</summary>
internal unsafe struct WinogradSmallProduct : ILaneJob, ITileJob
{
    private const int WantedChunks = 32;
    private const int MostBlocks = 8;

    public WinogradImages Images;

    /// <summary>Transformed weights [36][source channel][result channel].</summary>
    public float* Weights;

    /// <summary>Memory of the workers, <see cref="WorkerLength"/> floats each.</summary>
    public WorkerMemory Scratch;

    /// <summary>Where what is stored is gathered, a chunk a part.</summary>
    public GatheredParts Parts;

    public readonly int Chunks => WorkSplit.Chunks(Images.Tiles.Count, ChunkTiles);

    /// <summary>Floats of scratch memory a worker needs.</summary>
    public readonly nint WorkerLength => Filtering.Points * WinogradSmall.Block * (nint)Pitch;

    private readonly int ChunkTiles =>
        (int)Math.Clamp(Images.Tiles.Count / (WinogradSmall.Block * WantedChunks), 1, MostBlocks) * WinogradSmall.Block;

    private readonly int Pitch => Math.Max(Images.Phase.SourceChannels, Images.Phase.ResultChannels);

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
    {
        var tiles = Scratch.Of(worker);
        var step = WinogradSmall.Block * (nint)Pitch;
        var first = (long)chunk * ChunkTiles;
        var end = Math.Min(Images.Tiles.Count, first + ChunkTiles);
        var begin = first;
        for (; first < end; first += WinogradSmall.Block)
        {
            var some = (int)Math.Min(WinogradSmall.Block, end - first);
            Images.TransformInput<V>(first, some, tiles, Pitch, step);
            TileDispatch.Run<V, WinogradSmallProduct>(ref this, checked((int)(first / WinogradSmall.Block)), worker);
            Images.TransformOutput<V>(
                first, some, 0, Images.Phase.ResultChannels, tiles, Pitch, step, Parts.Of(chunk), first == begin);
        }
    }

    // The products of a block, and meanwhile requests for what it will store and for what the next block will read. A last
    // block that is not full multiplies what an earlier one left.
    public readonly void Run<T, R, O>(int block, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var tiles = Scratch.Of(worker);
        var (depth, columns) = (Images.Phase.SourceChannels, Images.Phase.ResultChannels);
        var count = Images.Tiles.Count;
        var first = block * (long)WinogradSmall.Block;
        var end = Math.Min(first + WinogradSmall.Block, count);
        var ahead = default(MemoryAhead);
        Images.Results(first, end, ref ahead);
        Images.Sources(end, Math.Min(end + WinogradSmall.Block, count), ref ahead);
        if (Pitch == 16) WinogradSmall.Multiply<R, O, WinogradSmall.Pitch16>(tiles, Weights, depth, columns, ref ahead);
        else WinogradSmall.Multiply<R, O, WinogradSmall.Pitch32>(tiles, Weights, depth, columns, ref ahead);
    }
}

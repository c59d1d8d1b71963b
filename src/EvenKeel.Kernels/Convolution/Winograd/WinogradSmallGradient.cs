using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Winograd;

/// <summary>A weight gradient by F(4×4, 3×3) over few channels: see <see cref="WinogradSmall"/>. A chunk is a part of the
/// tiles, with sums of its own. Parts follow from the sizes alone, and with them the order of every sum.</summary>
internal unsafe struct WinogradSmallGradient : ILaneJob, ITileJob
{
    // Sums of a part are cleared, and read once more, for every so many blocks.
    private const int WantedBlocks = 8;
    private const int WantedParts = 8;
    private const int MostParts = 16;

    /// <summary>The input as source, the output's gradient as result.</summary>
    public WinogradImages Images;

    /// <summary>Transforms the sums of one part; the results of the parts follow each other.</summary>
    public WinogradGradientResult Taps;

    /// <summary>Memory of the workers, <see cref="WorkerLength"/> floats each.</summary>
    public WorkerMemory Scratch;

    /// <summary>Number of parts.</summary>
    public readonly int Chunks => Split.Count;

    /// <summary>Floats of scratch memory a worker needs: transformed input and gradient, and sums.</summary>
    public readonly nint WorkerLength => (2 * BlockLength) + SumsLength;

    private readonly nint SumsLength => Filtering.Points * (nint)Images.Phase.SourceChannels * Images.Phase.ResultChannels;

    private readonly nint BlockLength => Filtering.Points * WinogradSmall.GradientBlock * (nint)Pitch;

    private readonly int Pitch => Math.Max(Images.Phase.SourceChannels, Images.Phase.ResultChannels);

    // Whole blocks.
    private readonly EvenSplit Split
    {
        get
        {
            var tiles = Images.Tiles.Count;
            var blocks = WorkSplit.Chunks(tiles, WinogradSmall.GradientBlock);
            var most = Math.Max(WorkSplit.Chunks(blocks, MostParts), Math.Clamp(blocks / WantedParts, 1, WantedBlocks));
            return new(tiles, (long)most * WinogradSmall.GradientBlock, WinogradSmall.GradientBlock, multiple: 2);
        }
    }

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
    {
        var input = Scratch.Of(worker);
        var gradient = input + BlockLength;
        var sums = gradient + BlockLength;
        var step = WinogradSmall.GradientBlock * (nint)Pitch;
        new Span<float>(sums, (int)SumsLength).Clear();
        var first = Split.First(chunk);
        var end = Split.End(chunk);
        for (; first < end; first += WinogradSmall.GradientBlock)
        {
            var some = (int)Math.Min(WinogradSmall.GradientBlock, end - first);
            if (some < WinogradSmall.GradientBlock) new Span<float>(input, (int)(2 * BlockLength)).Clear();
            Images.TransformInput<V>(first, some, input, Pitch, step);
            Images.TransformGradient<V>(first, some, gradient, Pitch, step);
            TileDispatch.Run<V, WinogradSmallGradient>(ref this, checked((int)(first / WinogradSmall.GradientBlock)), worker);
        }

        var taps = Taps;
        taps.Sums = sums;
        taps.Result += chunk * taps.PartLength;
        for (var some = 0; some < taps.Chunks; some++) taps.Run<V>(some, worker);
    }

    // The products of a block, and meanwhile requests for what the next block will read.
    public readonly void Run<T, R, O>(int block, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var input = Scratch.Of(worker);
        var gradient = input + BlockLength;
        var first = block * (long)WinogradSmall.GradientBlock;
        var sums = gradient + BlockLength;
        var (channels, columns) = (Images.Phase.SourceChannels, Images.Phase.ResultChannels);
        var tiles = Images.Tiles.Count;
        first = Math.Min(first + WinogradSmall.GradientBlock, tiles);
        var end = Math.Min(first + WinogradSmall.GradientBlock, tiles);
        var ahead = default(MemoryAhead);
        Images.Results(first, end, ref ahead);
        Images.Sources(first, end, ref ahead);
        if (Pitch == 16) WinogradSmall.Accumulate<R, O, WinogradSmall.Pitch16>(input, gradient, sums, channels, columns, ref ahead);
        else WinogradSmall.Accumulate<R, O, WinogradSmall.Pitch32>(input, gradient, sums, channels, columns, ref ahead);
    }
}

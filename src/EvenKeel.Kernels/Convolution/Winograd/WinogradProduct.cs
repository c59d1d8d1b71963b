using EvenKeel.Kernels.Fusion;
using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Winograd;

/// <summary>
/// A 3×3 convolution of stride 1, or its input gradient, by F(4×4, 3×3). A chunk is a block of tiles small enough that
/// their transformed input stays in the second-level cache: it is transformed once, then for every panel of result
/// channels come 36 small matrix products and the transform back, with bias and activation in the store.
/// </summary>
internal unsafe struct WinogradProduct : ILaneJob
{
    // 664 kB of transformed input leave room in a megabyte for a panel of products and the weights passing through.
    private const int InputFloats = 166_000;
    private const int WantedChunks = 16;
    private const int MostTiles = 96;

    // Blocks are the same on every vector path, since moments are gathered by blocks and their bits must not depend on it.
    // The largest is whole register tiles of six and of eight rows; even blocks start where tiles of eight do.
    private const int Granule = 24;
    private const int EvenGranule = 8;

    public WinogradImages Images;
    public GemmPanels Panels;

    /// <summary>Transformed weights [panel][36][source channel][column].</summary>
    public float* Weights;

    /// <summary>Memory of the workers, <see cref="WorkerLength"/> floats each.</summary>
    public WorkerMemory Scratch;

    /// <summary>Where what is stored is gathered, a chunk a part.</summary>
    public GatheredParts Parts;

    private int _rows;
    private int _block;
    private EvenSplit _split;

    /// <summary>Floats of scratch memory a worker needs.</summary>
    public readonly nint WorkerLength => Filtering.Points * (InputStep + ProductStep);

    // One cache line more than the data, so that the frequencies of a tile do not fall into the same cache set.
    private readonly nint InputStep => (_block * (nint)Images.Phase.SourceChannels) + 16;

    private readonly nint ProductStep => (_block * (nint)Groups.MostColumns) + 16;

    private readonly WinogradGroups Groups => new(Panels);

    /// <summary>Decides the chunks, from the sizes and the shape of the tiles alone.</summary>
    public int Split(TileShape shape)
    {
        _rows = shape.Rows;
        var tiles = Images.Tiles.Count;
        var byCache = InputFloats / (Filtering.Points * Images.Phase.SourceChannels);
        var byChunks = (int)Math.Min(int.MaxValue, (tiles + WantedChunks - 1) / WantedChunks);
        _block = Math.Max(Granule, Math.Min(Math.Min(byCache, byChunks + Granule - 1), MostTiles) / Granule * Granule);
        _split = new(tiles, _block, EvenGranule, multiple: 2);
        return _split.Count;
    }

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
    {
        var first = _split.First(chunk);
        var tiles = (int)(_split.End(chunk) - first);
        var input = Scratch.Of(worker);
        var groups = Groups;
        var products = new WinogradPanel
        {
            Panels = Panels,
            Groups = groups,
            Images = Images,
            First = first,
            Depth = Images.Phase.SourceChannels,
            Tiles = tiles,
            Rows = _rows,
            Input = input,
            InputStep = InputStep,
            Weights = Weights,
            Products = input + (Filtering.Points * InputStep),
            ProductStep = ProductStep,
        };
        Images.TransformInput<V>(first, tiles, input, Images.Phase.SourceChannels, InputStep);
        for (var group = 0; group < groups.Count; group++)
        {
            var columns = groups.Columns(group);
            TileDispatch.Run<V, WinogradPanel>(ref products, group, worker);
            Images.TransformOutput<V>(
                first, tiles, groups.FirstColumn(group), columns, products.Products, columns, ProductStep, Parts.Of(chunk),
                begins: true);
        }
    }
}

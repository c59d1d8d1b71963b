using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels;

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

    public ConvPhase Phase;
    public GemmPanels Panels;
    public float* Source;

    /// <summary>Transformed weights [panel][36][source channel][column].</summary>
    public float* Weights;

    /// <summary>A pixel of zeros.</summary>
    public float* Zeros;
    public float* Bias;
    public float* Result;
    public float Slope;
    public bool Accumulate;

    /// <summary>Memory of the workers, <see cref="WorkerLength"/> floats each.</summary>
    public float* Scratch;

    private int _rows;
    private int _block;

    /// <summary>Floats of scratch memory a worker needs.</summary>
    public readonly nint WorkerLength => Winograd.Points * (InputStep + ProductStep);

    // One cache line more than the data, so that the frequencies of a tile do not fall into the same cache set.
    private readonly nint InputStep => (_block * (nint)Phase.SourceChannels) + 16;

    private readonly nint ProductStep => (_block * (nint)Groups.MostColumns) + 16;

    private readonly WinogradGroups Groups => new(Panels);

    private readonly WinogradTiles Tiles => new(Phase.Images, Phase.GridHeight, Phase.GridWidth);

    /// <summary>Decides the chunks, from the sizes and the shape of the tiles alone.</summary>
    public int Split(TileShape shape)
    {
        _rows = shape.Rows;
        var tiles = Tiles.Count;
        var byCache = InputFloats / (Winograd.Points * Phase.SourceChannels);
        var byChunks = (int)Math.Min(int.MaxValue, (tiles + WantedChunks - 1) / WantedChunks);
        _block = Math.Max(_rows, Math.Min(Math.Min(byCache, byChunks + _rows - 1), MostTiles) / _rows * _rows);
        return WorkSplit.Chunks(tiles, _block);
    }

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
    {
        var first = (long)chunk * _block;
        var tiles = (int)Math.Min(_block, Tiles.Count - first);
        var input = Scratch + (worker * WorkerLength);
        var groups = Groups;
        var products = new WinogradPanel
        {
            Panels = Panels,
            Groups = groups,
            Depth = Phase.SourceChannels,
            Tiles = tiles,
            Rows = _rows,
            Input = input,
            InputStep = InputStep,
            Weights = Weights,
            Products = input + (Winograd.Points * InputStep),
            ProductStep = ProductStep,
        };
        TransformInput<V>(first, tiles, input);
        for (var group = 0; group < groups.Count; group++)
        {
            TileDispatch.Run<V, WinogradPanel>(ref products, group, worker);
            TransformOutput<V>(first, tiles, groups.FirstColumn(group), groups.Columns(group), products.Products);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void TransformInput<V>(long first, int tiles, float* input) where V : unmanaged, ILanes<V>
    {
        var memory = stackalloc float[Winograd.Buffer + 16];
        var buffer = AlignedMemory.Align(memory);
        var pixels = stackalloc float*[Winograd.Points];
        var next = stackalloc float*[Winograd.Points];
        nint channels = Phase.SourceChannels;
        var step = InputStep;
        var grid = Tiles;
        var place = grid.At(first);
        Locate(pixels, place);
        for (var tile = 0; tile < tiles; tile++, input += channels)
        {
            // The tile after the last of all lies behind the source, where nothing but a prefetch goes.
            place = grid.After(place);
            Locate(next, place);
            for (nint c = 0; c < channels; c += ILanes<V>.Count)
            {
                Prefetch.Lines(next, Winograd.Points, c);
                Winograd.Input<V>(pixels, c, input + c, step, buffer);
            }

            var done = pixels;
            pixels = next;
            next = done;
        }
    }

    private readonly void Locate(float** pixels, in WinogradPlace place)
    {
        var (image, row, column) = place;
        var source = Source + (image * (nint)Phase.SourceHeight * Phase.SourceWidth * Phase.SourceChannels);
        WinogradTiles.Locate(
            pixels, Winograd.Patch, source, Phase.SourceHeight, Phase.SourceWidth, Phase.SourceChannels,
            row + Phase.FirstRow, column + Phase.FirstColumn, Zeros);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void TransformOutput<V>(long first, int tiles, int firstColumn, int columns, float* products)
        where V : unmanaged, ILanes<V>
    {
        var memory = stackalloc float[Winograd.Buffer + 16];
        var buffer = AlignedMemory.Align(memory);
        var values = stackalloc float[Winograd.Tile * Winograd.Tile * 16];
        nint channels = Phase.ResultChannels;
        var step = ProductStep;
        var slope = V.Splat(Slope);
        var grid = Tiles;
        var place = grid.At(first);
        for (var tile = 0; tile < tiles; tile++, products += columns, place = grid.After(place))
        {
            var (image, row, column) = place;
            var rows = Math.Min(Winograd.Tile, Phase.GridHeight - row);
            var across = Math.Min(Winograd.Tile, Phase.GridWidth - column);
            var corner = Result + (((((nint)image * Phase.GridHeight) + row) * Phase.GridWidth) + column) * channels + firstColumn;
            for (var c = 0; c < columns; c += ILanes<V>.Count)
            {
                Winograd.Output<V>(products + c, step, values, buffer);
                var bias = Bias == null ? V.Zero : V.Load(Bias + firstColumn + c);
                for (var i = 0; i < rows; i++)
                {
                    var result = corner + (i * Phase.GridWidth * channels) + c;
                    var value = values + (i * Winograd.Tile * 16);
                    for (var j = 0; j < across; j++, result += channels, value += 16)
                    {
                        var y = V.Load(value) + bias;
                        if (Slope != 1f) y = V.Select(V.Greater(y, V.Zero), y, slope * y);
                        if (Accumulate) y += V.Load(result);
                        V.Store(result, y);
                    }
                }
            }
        }
    }
}

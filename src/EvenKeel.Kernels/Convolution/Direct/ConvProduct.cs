using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Direct;

/// <summary>
/// Products of images with packed weights, tile by tile, with bias and activation in the store. A chunk is a range of
/// result pixels and a range of panels: the pixels of its tiles are looked up once and serve every panel, and a panel
/// stays in the second-level cache while all tiles of the chunk pass over it.
/// </summary>
internal unsafe struct ConvProduct : ILaneJob, ITileJob
{
    private const int MostTilesPerChunk = 32;
    private const int WantedChunks = 16;
    private const int TableBytes = 64 * 1024;

    // Up to this many tiles read their weights too seldom to pay for packing them.
    private const int TilesWithoutPacking = 2;

    // Images of up to so many floats are read side by side. Larger ones have few borders, and are far apart.
    private const int SmallImage = 64 * 1024;

    // Below this many multiplications a chunk costs less than waking a thread for it.
    private const long MultipliesPerChunk = 1 << 17;

    public ConvPhase Phase;
    public GemmPanels Panels;
    public float* Source;

    /// <summary>The weights; where they are packed for all workers, or null if each packs its own panels.</summary>
    public ConvPack Pack;

    /// <summary>A tap row of zeros, for pixels in the padding.</summary>
    public float* Zeros;
    public float* Bias;
    public float* Result;
    public float Slope;
    public bool Accumulate;

    /// <summary>Memory of the workers, <see cref="WorkerLength"/> floats each.</summary>
    public WorkerMemory Scratch;

    private int _rows;
    private int _tilesPerChunk;
    private int _panelGroups;
    private bool _inPlace;

    // Images whose pixels of the same place make a tile, all with the same taps in the padding; 1 for neighbouring pixels.
    private int _imagesTogether;

    /// <summary>True if several chunks read the same panel, so that packing it first is worth a pass.</summary>
    public bool SharesPanels { get; private set; }

    /// <summary>Floats of scratch memory a worker needs: the sums of a tile, the table of a chunk's tiles, and a
    /// panel where they are not shared.</summary>
    public readonly nint WorkerLength =>
        TableEnd + (SharesPanels ? 0 : CacheLines((nint)Phase.Depth * Panels.PaddedWidth(0) * sizeof(float)) * 16);

    private readonly nint TableEnd => TileShape.MaxSums
        + (CacheLines(_tilesPerChunk * (sizeof(Tile) + ((nint)Phase.Taps * sizeof(TileSegment)))) * 16);

    /// <summary>Decides the chunks, from the sizes and the shape of the tiles alone.</summary>
    public int Split(TileShape shape)
    {
        _rows = shape.Rows;
        _imagesTogether = Phase.TouchesBorders && Phase.Images >= _rows
            && (long)Phase.SourceHeight * Phase.SourceWidth * Phase.SourceChannels <= SmallImage ? _rows : 1;
        var tiles = (int)Math.Min(int.MaxValue, (Phase.Pixels + _rows - 1) / _rows);
        var byTable = Math.Max(1, TableBytes / (sizeof(TileSegment) * Math.Max(1, Phase.Taps)));
        var wanted = (int)Math.Clamp(Phase.Multiplies / MultipliesPerChunk, 1, WantedChunks);
        _tilesPerChunk = Math.Min((tiles + wanted - 1) / wanted, Math.Min(MostTilesPerChunk, byTable));

        // Few pixels, as in a dense layer: each chunk takes them all, so that weights are read and packed once. With
        // very few panels that would leave threads without work.
        if (tiles <= Math.Min(MostTilesPerChunk, byTable) && Panels.Count >= wanted / 4) _tilesPerChunk = tiles;
        var pixelChunks = WorkSplit.Chunks(tiles, _tilesPerChunk);
        _panelGroups = Math.Clamp(wanted / pixelChunks, 1, Panels.Count);
        _inPlace = tiles <= TilesWithoutPacking && !Phase.TransposedWeights;
        SharesPanels = pixelChunks > 1;
        return checked(pixelChunks * _panelGroups);
    }

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V> =>
        TileDispatch.Run<V, ConvProduct>(ref this, chunk, worker);

    public void Run<T, R, O>(int chunk, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var tiles = _tilesPerChunk;
        var first = (long)(chunk / _panelGroups) * tiles * _rows;
        tiles = (int)Math.Min(tiles, (Phase.Pixels - first + _rows - 1) / _rows);
        var group = chunk % _panelGroups;
        var firstPanel = Panels.Count * group / _panelGroups;
        var endPanel = Panels.Count * (group + 1) / _panelGroups;

        var sums = Scratch.Of(worker);
        var table = (Tile*)(sums + TileShape.MaxSums);
        var segment = (TileSegment*)(table + tiles);
        for (var tile = 0; tile < tiles; tile++)
        {
            segment = Locate(&table[tile], segment, first);
            first += _rows;
        }

        for (var panel = firstPanel; panel < endPanel; panel++)
        {
            // In place, a ragged panel would be read past the end of the weights.
            var inPlace = _inPlace && Panels.Width(panel) == Panels.PaddedWidth(panel);
            var weights = inPlace ? Pack.Weights + Panels.FirstColumn(panel)
                : SharesPanels ? Pack.Packed + (Panels.FirstColumn(panel) * (nint)Phase.Depth)
                : PackPanel<R, O>(panel, sums + TableEnd);
            nint step = inPlace ? Phase.ResultChannels : Panels.PaddedWidth(panel);
            for (var tile = table; tile < table + tiles; tile++)
            {
                T.GatherRows(Panels.Vectors(panel), tile->Segments, tile->SegmentCount, weights, step, sums);
                Store<R, O>(tile, panel, sums);
            }
        }
    }

    private readonly float* PackPanel<R, O>(int panel, float* packed)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        for (var tap = 0; tap < Phase.Taps; tap++) Pack.PackTap<R, O>(panel, tap, packed);
        return packed;
    }

    // Pixels in the order of tiles: some images together, place by place.
    private readonly (int Image, int Row, int Column) Place(long pixel)
    {
        var places = Phase.GridHeight * Phase.GridWidth;
        var group = (int)(pixel / ((long)places * _imagesTogether));
        var first = group * _imagesTogether;
        var place = (int)(pixel - ((long)first * places));
        var image = 0;
        if (_imagesTogether > 1) (place, image) = Math.DivRem(place, Math.Min(_imagesTogether, Phase.Images - first));
        var (row, column) = Math.DivRem(place, Phase.GridWidth);
        return (first + image, row, column);
    }

    private static nint CacheLines(nint bytes) => (bytes + 63) / 64;

    /// <summary>Fills in where the pixels of one tile are, tap by tap. Returns the end of its segments.</summary>
    private readonly TileSegment* Locate(Tile* tile, TileSegment* segment, long firstPixel)
    {
        var top = stackalloc int[8];
        var left = stackalloc int[8];
        var image = stackalloc float*[8];
        tile->Segments = segment;
        tile->Pixels = (int)Math.Min(_rows, Phase.Pixels - firstPixel);
        var imageLength = (nint)Phase.SourceHeight * Phase.SourceWidth * Phase.SourceChannels;
        var results = &tile->Result0;
        var inside = true;
        var (number, gridRow, gridColumn) = Place(firstPixel);
        var together = _imagesTogether;
        var group = together == 1 ? number : number / together * together;
        var end = Math.Min(Phase.Images, group + together);
        for (var i = 0; i < _rows; i++)
        {
            top[i] = (gridRow * Phase.SourceStride) + Phase.FirstRow;
            left[i] = (gridColumn * Phase.SourceStride) + Phase.FirstColumn;
            image[i] = Source + (number * imageLength);
            inside &= left[i] >= 0 && left[i] + Phase.TapColumns <= Phase.SourceWidth;
            var resultRow = ((nint)number * Phase.ResultHeight) + (gridRow * Phase.ResultStride) + Phase.ResultRow;
            var resultColumn = (gridColumn * Phase.ResultStride) + Phase.ResultColumn;
            results[i] = Result + (((resultRow * Phase.ResultWidth) + resultColumn) * Phase.ResultChannels);

            // A tile that is not full repeats its last pixel; the repeats are computed but not stored.
            if (i + 1 >= tile->Pixels || ++number < end) continue;
            number = group;
            if (++gridColumn < Phase.GridWidth) continue;
            gridColumn = 0;
            if (++gridRow < Phase.GridHeight) continue;
            gridRow = 0;
            number = group += together;
            end = Math.Min(Phase.Images, group + together);
        }

        // Where no pixel touches the left or right border, the taps of a row are one run of memory.
        var run = inside ? Phase.TapColumns : 1;
        for (var row = 0; row < Phase.TapRows; row++)
        {
            for (var column = 0; column < Phase.TapColumns; column += run)
            {
                var any = false;
                var pixels = &segment->Pixel0;
                for (var i = 0; i < _rows; i++)
                {
                    var y = top[i] + row;
                    var x = left[i] + column;
                    var exists = (uint)y < (uint)Phase.SourceHeight && (uint)x < (uint)Phase.SourceWidth;
                    any |= exists;
                    pixels[i] = exists ? image[i] + ((((nint)y * Phase.SourceWidth) + x) * Phase.SourceChannels) : Zeros;
                }

                if (!any) continue;
                segment->FirstRow = ((row * (nint)Phase.TapColumns) + column) * Phase.SourceChannels;
                segment->Length = run * (nint)Phase.SourceChannels;
                segment++;
            }
        }

        tile->SegmentCount = (int)(segment - tile->Segments);
        return segment;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Store<R, O>(Tile* tile, int panel, float* sums)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var column = Panels.FirstColumn(panel);
        var bias = Bias == null ? null : Bias + column;
        for (var i = 0; i < tile->Pixels; i++)
        {
            var result = (&tile->Result0)[i] + column;
            GemmStore.Row<R, O>(sums, result, Panels.Width(panel), bias, Slope, Accumulate);
            sums += Panels.PaddedWidth(panel);
        }
    }

    private struct Tile
    {
        public float* Result0;
        public float* Result1;
        public float* Result2;
        public float* Result3;
        public float* Result4;
        public float* Result5;
        public float* Result6;
        public float* Result7;
        public TileSegment* Segments;
        public int SegmentCount;
        public int Pixels;
    }
}

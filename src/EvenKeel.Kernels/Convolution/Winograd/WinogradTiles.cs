namespace EvenKeel.Kernels.Convolution.Winograd;

/// <summary>Image and first grid row and column of a tile.</summary>
internal readonly record struct WinogradPlace(int Image, int Row, int Column);

/// <summary>The 4×4 tiles that cover the pixels of a grid, image by image and row by row, and where the pixels around
/// a tile are in memory.</summary>
internal readonly unsafe struct WinogradTiles(int images, int gridHeight, int gridWidth)
{
    private const int FewestAhead = 64;
    private const int RunFloats = 128;

    private readonly int _rows = (gridHeight + Filtering.Tile - 1) / Filtering.Tile;
    private readonly int _columns = (gridWidth + Filtering.Tile - 1) / Filtering.Tile;

    /// <summary>Tiles of all images.</summary>
    public long Count => (long)images * _rows * _columns;

    /// <summary>The place of a tile.</summary>
    public WinogradPlace At(long tile)
    {
        var column = (int)(tile % _columns);
        var line = tile / _columns;
        return new((int)(line / _rows), (int)(line % _rows) * Filtering.Tile, column * Filtering.Tile);
    }

    /// <summary>How many of the next tiles are transformed together: those beside each other, at most
    /// <see cref="Filtering.Run"/> and fewer the more channels there are, since the channels of a tile lie together.</summary>
    public int Run(in WinogradPlace place, int tiles, int channels)
    {
        var most = Math.Clamp(RunFloats / channels, 1, Filtering.Run);
        return Math.Min(Math.Min(tiles, most), _columns - (place.Column / Filtering.Tile));
    }

    /// <summary>The place of the tile after a run.</summary>
    public WinogradPlace After(in WinogradPlace place, int run)
    {
        var column = place.Column + (run * Filtering.Tile);
        if (column < gridWidth) return place with { Column = column };
        return place.Row + Filtering.Tile < gridHeight
            ? place with { Row = place.Row + Filtering.Tile, Column = 0 }
            : new(place.Image + 1, 0, 0);
    }

    /// <summary>Floats from the pixels of a run to those of the next, or 0 where a pixel is so short that the processor
    /// sees a row of them as one stream and asks for it by itself.</summary>
    /// <param name="place">Where the run starts.</param>
    /// <param name="run">Its tiles.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="channels">Floats of a pixel.</param>
    public nint Ahead(in WinogradPlace place, int run, int height, int width, nint channels)
    {
        if (channels < FewestAhead) return 0;
        var next = After(place, run);
        var rows = ((next.Image - place.Image) * (nint)height) + next.Row - place.Row;
        return ((rows * width) + next.Column - place.Column) * channels;
    }

    /// <summary>The first row, counted over all images, that tiles from this one on see and those of earlier rows of tiles do
    /// not.</summary>
    /// <param name="tile">A tile; within a row of tiles, the next row counts.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="shift">Rows from the first of a tile to the first that the tile above it does not see.</param>
    public nint Unseen(long tile, int height, int shift)
    {
        var row = Math.Min((tile + _columns - 1) / _columns, (long)images * _rows);
        var (image, within) = Math.DivRem(row, _rows);
        return (nint)((image * height) + Math.Min((within * Filtering.Tile) + (within == 0 ? 0 : shift), height));
    }

    /// <summary>Pixels of an image whose first is at a row and a column, which may lie outside.</summary>
    /// <param name="columns">Columns of pixels.</param>
    /// <param name="image">First pixel of the image.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="channels">Floats of a pixel.</param>
    /// <param name="row">First row.</param>
    /// <param name="column">First column.</param>
    /// <param name="zeros">As many pixels of zeros as there are columns.</param>
    /// <param name="ahead">Floats to the pixels to ask for, or 0.</param>
    public static WinogradPatch Patch(
        int columns, float* image, int height, int width, nint channels, int row, int column, float* zeros, nint ahead)
    {
        var line = image + ((((nint)row * width) + column) * channels);
        var step = width * channels;
        var first = Math.Clamp(-column, 0, columns);
        return new()
        {
            Row0 = Row(0),
            Row1 = Row(1),
            Row2 = Row(2),
            Row3 = Row(3),
            Row4 = Row(4),
            Row5 = Row(5),
            Inside = ((1 << Math.Clamp(height - row, 0, Filtering.Patch)) - 1) & (-1 << Math.Clamp(-row, 0, Filtering.Patch)),
            First = first,
            End = Math.Clamp(width - column, first, columns),
            Columns = columns,
            Step = channels,
            Ahead = ahead,
        };

        float* Row(int i) => (uint)(row + i) < (uint)height ? line + (i * step) : zeros;
    }
}

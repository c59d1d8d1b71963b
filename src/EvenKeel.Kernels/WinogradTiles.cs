namespace EvenKeel.Kernels;

/// <summary>Image and first grid row and column of a tile.</summary>
internal readonly record struct WinogradPlace(int Image, int Row, int Column);

/// <summary>The 4×4 tiles that cover the pixels of a grid, image by image and row by row, and where the pixels around
/// a tile are in memory.</summary>
internal readonly unsafe struct WinogradTiles(int images, int gridHeight, int gridWidth)
{
    private readonly int _rows = (gridHeight + Winograd.Tile - 1) / Winograd.Tile;
    private readonly int _columns = (gridWidth + Winograd.Tile - 1) / Winograd.Tile;

    /// <summary>Tiles of all images.</summary>
    public long Count => (long)images * _rows * _columns;

    /// <summary>The place of a tile.</summary>
    public WinogradPlace At(long tile)
    {
        var column = (int)(tile % _columns);
        var line = tile / _columns;
        return new((int)(line / _rows), (int)(line % _rows) * Winograd.Tile, column * Winograd.Tile);
    }

    /// <summary>The place of the tile after one.</summary>
    public WinogradPlace After(in WinogradPlace place)
    {
        if (place.Column + Winograd.Tile < gridWidth) return place with { Column = place.Column + Winograd.Tile };
        return place.Row + Winograd.Tile < gridHeight
            ? place with { Row = place.Row + Winograd.Tile, Column = 0 }
            : new(place.Image + 1, 0, 0);
    }

    /// <summary>Fills in the addresses of a square of pixels, row by row; pixels outside the image are zeros.</summary>
    /// <param name="pixels">Receives size·size addresses.</param>
    /// <param name="size">Pixels along an axis.</param>
    /// <param name="image">First pixel of the image.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="channels">Floats of a pixel.</param>
    /// <param name="row">First row of the square, may lie outside.</param>
    /// <param name="column">First column of the square, may lie outside.</param>
    /// <param name="zeros">A pixel of zeros.</param>
    public static void Locate(
        float** pixels, int size, float* image, int height, int width, nint channels, int row, int column, float* zeros)
    {
        var line = image + ((((nint)row * width) + column) * channels);
        var lineStep = width * channels;
        var inside = row >= 0 && column >= 0 && row + size <= height && column + size <= width;
        for (var i = 0; i < size; i++, line += lineStep)
        {
            var exists = (uint)(row + i) < (uint)height;
            var pixel = line;
            for (var j = 0; j < size; j++, pixel += channels)
                *pixels++ = inside || (exists && (uint)(column + j) < (uint)width) ? pixel : zeros;
        }
    }
}

using EvenKeel.Kernels.Convolution.Direct;

namespace EvenKeel.Kernels.Convolution.Rows;

/// <summary>
/// Convolutions of stride 1 and three kernel columns over few source channels, some rows of an image at a time. The rows
/// are copied with their padding, so that a result pixel sees one run of memory in each kernel row, and everything that
/// is read again stays in the fastest cache.
/// </summary>
/// <remarks>With so few channels a register tile is one register wide: it must load a number for every multiply-add, and
/// keeps up only where that number lies at a distance known to the compiler, hence the fixed numbers of channels. Sums
/// run over kernel row, kernel column and channel in this order, as in <see cref="ConvProduct"/>.</remarks>
internal readonly unsafe struct ConvRows
{
    /// <summary>Kernel columns.</summary>
    public const int Columns = 3;

    /// <summary>Result pixels of a register tile.</summary>
    public const int TilePixels = 16;

    // A strip of the source, and as much of what it meets, fit the fastest cache.
    private const int WantedFloats = 3_600;
    private const int FewestRows = 2;

    private readonly int _images;
    private readonly int _height;
    private readonly int _width;
    private readonly int _firstRow;
    private readonly int _firstColumn;

    public ConvRows(in ConvPhase phase)
    {
        _images = phase.Images;
        _height = phase.SourceHeight;
        _width = phase.SourceWidth;
        _firstRow = phase.FirstRow;
        _firstColumn = phase.FirstColumn;
        KernelRows = phase.TapRows;
        Channels = phase.SourceChannels;
        GridHeight = phase.GridHeight;
        GridWidth = phase.GridWidth;
        var wanted = Math.Clamp((WantedFloats / Pitch) - (KernelRows - 1), FewestRows, Math.Max(FewestRows, GridHeight));
        StripsPerImage = WorkSplit.Chunks(GridHeight, wanted);
        StripRows = WorkSplit.Chunks(GridHeight, StripsPerImage);
        StripsPerImage = WorkSplit.Chunks(GridHeight, StripRows);
    }

    public int KernelRows { get; }

    public int Channels { get; }

    public int GridHeight { get; }

    public int GridWidth { get; }

    /// <summary>Floats from a copied row to the next.</summary>
    public int Pitch => (GridWidth + Columns - 1) * Channels;

    /// <summary>Result rows of a strip.</summary>
    public int StripRows { get; }

    public int StripsPerImage { get; }

    public int Strips => checked(_images * StripsPerImage);

    /// <summary>Floats of a copied strip, with what a tile may read beyond it.</summary>
    public nint Length => AlignedMemory.WholeLines(((StripRows + KernelRows - 1) * (nint)Pitch) + Channels);

    /// <summary>True if a forward pass or input gradient is computed this way.</summary>
    public static bool Takes(in ConvPhase phase) =>
        phase.SourceChannels == 16 && phase.SourceStride == 1 && phase.ResultStride == 1
        && Takes(phase.TapRows, phase.TapColumns, phase.ResultChannels, phase.GridHeight, phase.GridWidth);

    /// <summary>True if a weight gradient is computed this way.</summary>
    public static bool Takes(in ConvGeometry g) =>
        g.InChannels is 16 or 32 && g.Stride == 1
        && Takes(g.KernelHeight, g.KernelWidth, g.OutChannels, g.OutHeight, g.OutWidth);

    public (int Image, int Row) At(int strip) => (strip / StripsPerImage, strip % StripsPerImage * StripRows);

    public int RowsFrom(int row) => Math.Min(StripRows, GridHeight - row);

    /// <summary>Copies a strip.</summary>
    public void Copy(float* source, int strip, float* copy)
    {
        var (image, first) = At(strip);
        var left = Math.Max(0, -_firstColumn);
        var skipped = Math.Max(0, _firstColumn);
        var some = Math.Max(0, Math.Min(_width - skipped, GridWidth + Columns - 1 - left));
        for (var row = 0; row < RowsFrom(first) + KernelRows - 1; row++, copy += Pitch)
        {
            var line = new Span<float>(copy, Pitch);
            var y = first + row + _firstRow;
            if ((uint)y >= (uint)_height || some == 0)
            {
                line.Clear();
                continue;
            }

            var pixels = source + (((((nint)image * _height) + y) * _width) + skipped) * Channels;
            line[..(left * Channels)].Clear();
            new ReadOnlySpan<float>(pixels, some * Channels).CopyTo(line[(left * Channels)..]);
            line[((left + some) * Channels)..].Clear();
        }
    }

    /// <summary>Where a strip's own rows start in the source, for what asks ahead for memory.</summary>
    public float* Source(float* source, int strip)
    {
        var (image, first) = At(Math.Min(strip, Strips - 1));
        return source + ((((nint)image * _height) + Math.Clamp(first - _firstRow, 0, _height - 1)) * _width * Channels);
    }

    private static bool Takes(int kernelRows, int kernelColumns, int resultChannels, int height, int width) =>
        kernelRows is > 1 and <= 7 && kernelColumns == Columns && resultChannels is > 0 and <= 64 && resultChannels % 16 == 0
        && width >= TilePixels && height > 0;
}

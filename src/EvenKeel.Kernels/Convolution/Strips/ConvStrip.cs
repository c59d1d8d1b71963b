using System.Runtime.Intrinsics;

namespace EvenKeel.Kernels.Convolution.Strips;

/// <summary>
/// Convolutions of stride 1 with few source channels, strip by strip. The rows of a strip are copied so that a pixel
/// holds its column of the kernel, [kernel row][channel], with zeros where padding is: then all that a result pixel sees
/// is one run of memory, and a strip is a plain matrix, whose rows overlap.
/// </summary>
/// <remarks>Weights are taken in the order [kernel column][kernel row][channel]. The columns by which a copied row is
/// longer than a result row belong to no pixel: they are left out, or their products are not stored and their gradients zeros.</remarks>
internal readonly unsafe struct ConvStrip
{
    /// <summary>With more channels than these copying costs more than short runs of memory do. Each number up to this has a
    /// loop of its own where pixels are copied.</summary>
    public const int MostChannels = 4;

    private const int WantedPixels = 192;

    private readonly int _images;
    private readonly int _height;
    private readonly int _width;
    private readonly int _firstRow;
    private readonly int _firstColumn;
    private readonly int _kernelColumns;

    public ConvStrip(in ConvPhase phase)
    {
        _images = phase.Images;
        _height = phase.SourceHeight;
        _width = phase.SourceWidth;
        _firstRow = phase.FirstRow;
        _firstColumn = phase.FirstColumn;
        _kernelColumns = phase.TapColumns;
        KernelRows = phase.TapRows;
        Channels = phase.SourceChannels;
        GridHeight = phase.GridHeight;
        GridWidth = phase.GridWidth;
        Pitch = GridWidth + _kernelColumns - 1;
        StripRows = Math.Clamp(WantedPixels / Pitch, 1, GridHeight);
        StripsPerImage = WorkSplit.Chunks(GridHeight, StripRows);
    }

    public int KernelRows { get; }

    public int Channels { get; }

    public int GridHeight { get; }

    public int GridWidth { get; }

    /// <summary>Pixels of a copied row.</summary>
    public int Pitch { get; }

    /// <summary>Result rows of a strip.</summary>
    public int StripRows { get; }

    public int StripsPerImage { get; }

    public int Strips => checked(_images * StripsPerImage);

    /// <summary>Floats of a copied pixel.</summary>
    public int PixelLength => KernelRows * Channels;

    /// <summary>What a result pixel sees, in floats.</summary>
    public int Depth => _kernelColumns * PixelLength;

    /// <summary>Pixels of a copied strip.</summary>
    public int Pixels => StripRows * Pitch;

    /// <summary>Floats of a copied strip, with what the last pixels and a tile beyond them see.</summary>
    public nint Length => (((Pixels + _kernelColumns + 24) * (nint)PixelLength) + 31) & ~(nint)15;

    /// <summary>True if a forward pass or input gradient is computed this way.</summary>
    public static bool Takes(in ConvPhase phase) =>
        phase.Taps > 1 && phase.SourceStride == 1 && phase.ResultStride == 1 && phase.SourceChannels <= MostChannels
        && phase.GridHeight > 0 && phase.GridWidth > 0;

    public (int Image, int Row) At(int strip) => (strip / StripsPerImage, strip % StripsPerImage * StripRows);

    public int RowsFrom(int row) => Math.Min(StripRows, GridHeight - row);

    /// <summary>Copies a strip. Memory beyond it must hold finite numbers.</summary>
    public void Copy(float* source, int strip, float* copy)
    {
        var (image, firstGridRow) = At(strip);
        nint channels = Channels;
        nint pixelLength = PixelLength;
        var plane = source + (image * (nint)_height * _width * channels);
        for (var row = 0; row < RowsFrom(firstGridRow); row++, copy += Pitch * pixelLength)
        {
            for (var tap = 0; tap < KernelRows; tap++)
            {
                var y = firstGridRow + row + tap + _firstRow;
                var line = (uint)y < (uint)_height ? plane + (y * (nint)_width * channels) : null;
                CopyLine(line, copy + (tap * channels), pixelLength);
            }
        }
    }

    private void CopyLine(float* line, float* copy, nint pixelLength)
    {
        var first = line == null ? Pitch : Math.Clamp(-_firstColumn, 0, Pitch);
        var end = Math.Clamp(_width - _firstColumn, first, Pitch);
        Zero(copy, first, pixelLength);
        var pixel = line + ((first + _firstColumn) * (nint)Channels);
        CopyPixels(pixel, copy + (first * pixelLength), end - first, pixelLength);
        Zero(copy + (end * pixelLength), Pitch - end, pixelLength);
    }

    private void Zero(float* copy, int pixels, nint pixelLength)
    {
        for (; pixels > 0; pixels--, copy += pixelLength)
            for (var c = 0; c < Channels; c++) copy[c] = 0f;
    }

    // A loop for each number of channels: one over the channels of a pixel takes longer than all products that read it.
    private void CopyPixels(float* pixel, float* copy, int pixels, nint pixelLength)
    {
        switch (Channels)
        {
            case 1:
                for (; pixels > 0; pixels--, pixel++, copy += pixelLength) *copy = *pixel;
                break;
            case 2:
                for (; pixels > 0; pixels--, pixel += 2, copy += pixelLength) *(long*)copy = *(long*)pixel;
                break;
            case 3:
                for (; pixels > 0; pixels--, pixel += 3, copy += pixelLength)
                {
                    *(long*)copy = *(long*)pixel;
                    copy[2] = pixel[2];
                }

                break;
            default:
                for (; pixels > 0; pixels--, pixel += 4, copy += pixelLength) Vector128.Store(Vector128.Load(pixel), copy);
                break;
        }
    }
}

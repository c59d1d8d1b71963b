namespace EvenKeel.Kernels.Convolution;

/// <summary>
/// A product of images with weights in the form the tiles run: a grid of result pixels, and for each a rectangle of
/// taps on the source image. A forward convolution is one phase. An input gradient with stride s is s·s of them: the
/// input pixels that share their position modulo s see the same weights, on an output gradient read with stride 1.
/// </summary>
internal readonly struct ConvPhase
{
    public int Images { get; init; }

    public int SourceHeight { get; init; }

    public int SourceWidth { get; init; }

    public int SourceChannels { get; init; }

    public int SourceStride { get; init; }

    /// <summary>Source row of tap row 0 for grid row 0; negative in the padding.</summary>
    public int FirstRow { get; init; }

    public int FirstColumn { get; init; }

    public int TapRows { get; init; }

    public int TapColumns { get; init; }

    public int GridHeight { get; init; }

    public int GridWidth { get; init; }

    public int ResultHeight { get; init; }

    public int ResultWidth { get; init; }

    public int ResultChannels { get; init; }

    public int ResultStride { get; init; }

    public int ResultRow { get; init; }

    public int ResultColumn { get; init; }

    /// <summary>Kernel row of tap row 0 and the step to the next: gradients walk the kernel backwards.</summary>
    public int KernelRow { get; init; }

    public int KernelColumn { get; init; }

    public int KernelStep { get; init; }

    public int KernelWidth { get; init; }

    /// <summary>True if the weights are read as [taps, result channels, source channels].</summary>
    public bool TransposedWeights { get; init; }

    public int Taps => TapRows * TapColumns;

    /// <summary>Rows of the packed weights.</summary>
    public long Depth => (long)Taps * SourceChannels;

    /// <summary>True if some taps lie in the padding.</summary>
    public bool TouchesBorders => FirstRow < 0 || FirstColumn < 0
        || ((GridHeight - 1) * SourceStride) + FirstRow + TapRows > SourceHeight
        || ((GridWidth - 1) * SourceStride) + FirstColumn + TapColumns > SourceWidth;

    public long Pixels => (long)Images * GridHeight * GridWidth;

    public long Multiplies => Pixels * Depth * ResultChannels;

    public static ConvPhase Forward(in ConvGeometry g) => new()
    {
        Images = g.Batch,
        SourceHeight = g.Height,
        SourceWidth = g.Width,
        SourceChannels = g.InChannels,
        SourceStride = g.Stride,
        FirstRow = -g.Padding,
        FirstColumn = -g.Padding,
        TapRows = g.KernelHeight,
        TapColumns = g.KernelWidth,
        GridHeight = g.OutHeight,
        GridWidth = g.OutWidth,
        ResultHeight = g.OutHeight,
        ResultWidth = g.OutWidth,
        ResultChannels = g.OutChannels,
        ResultStride = 1,
        KernelStep = 1,
        KernelWidth = g.KernelWidth,
    };

    /// <summary>The input pixels whose row is <paramref name="row"/> and whose column is <paramref name="column"/>
    /// modulo the stride.</summary>
    /// <remarks>Input row h gets weight row k from output row (h + padding - k) / stride where that divides. So k is
    /// h + padding modulo the stride, and the output row falls by one as k grows by the stride: taken from the
    /// largest k down, tap rows lie on consecutive output rows, as in a forward convolution.</remarks>
    public static ConvPhase InputGradient(in ConvGeometry g, int row, int column)
    {
        var (tapRows, kernelRow, firstRow) = TapsAt(g.KernelHeight, row, g);
        var (tapColumns, kernelColumn, firstColumn) = TapsAt(g.KernelWidth, column, g);
        return new()
        {
            Images = g.Batch,
            SourceHeight = g.OutHeight,
            SourceWidth = g.OutWidth,
            SourceChannels = g.OutChannels,
            SourceStride = 1,
            FirstRow = firstRow,
            FirstColumn = firstColumn,
            TapRows = tapRows,
            TapColumns = tapColumns,
            GridHeight = (g.Height - row + g.Stride - 1) / g.Stride,
            GridWidth = (g.Width - column + g.Stride - 1) / g.Stride,
            ResultHeight = g.Height,
            ResultWidth = g.Width,
            ResultChannels = g.InChannels,
            ResultStride = g.Stride,
            ResultRow = row,
            ResultColumn = column,
            KernelRow = kernelRow,
            KernelColumn = kernelColumn,
            KernelStep = -g.Stride,
            KernelWidth = g.KernelWidth,
            TransposedWeights = true,
        };
    }

    /// <summary>Index of a tap in the weights, taps counted row by row as the phase walks them.</summary>
    public int KernelTap(int tap)
    {
        var row = KernelRow + (tap / TapColumns * KernelStep);
        return (row * KernelWidth) + KernelColumn + (tap % TapColumns * KernelStep);
    }

    private static (int Count, int Largest, int First) TapsAt(int kernel, int position, in ConvGeometry g)
    {
        var smallest = (position + g.Padding) % g.Stride;
        if (smallest >= kernel) return (0, 0, 0);
        var count = ((kernel - 1 - smallest) / g.Stride) + 1;
        var largest = smallest + ((count - 1) * g.Stride);
        return (count, largest, (position + g.Padding - largest) / g.Stride);
    }
}

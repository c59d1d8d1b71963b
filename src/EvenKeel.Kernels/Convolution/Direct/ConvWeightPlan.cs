namespace EvenKeel.Kernels.Convolution.Direct;

/// <summary>
/// How a weight gradient is cut up: the weights into slices of some channels and columns, the pixels into parts for
/// different threads and those into blocks for the cache. It follows from the geometry alone, so the order of every
/// sum, and with it every bit, depends on neither the number of threads nor the vector path.
/// </summary>
internal readonly struct ConvWeightPlan
{
    private const int WantedChunks = 16;
    private const int FewestBlocksPerPart = 8;
    private const int MostBlockPixels = 128;
    private const int FewestBlockPixels = 8;

    // The sums of a slice are read and written once a block, the input of a block once a tap and panel: at most 336 and
    // 384 kB of a second-level cache. The first lets 96 by 96 or 192 by 48 channels and nine taps be one slice; many
    // channels are better than many columns, since the gradient is copied for each slice of channels.
    private const int SliceFloats = 84 * 1024;
    private const int InputFloats = 96 * 1024;

    // Slices end where tiles of six and of eight rows both do, and where panels of 16 and of 48 columns both do.
    private const int ChannelGranule = 24;
    private const int ColumnGranule = 48;
    private const int MostChannels = 8 * ChannelGranule;
    private const int MostColumns = 4 * ColumnGranule;

    public ConvWeightPlan(in ConvGeometry g)
    {
        var byFloats = Math.Max(1, SliceFloats / (g.Taps * ColumnGranule));
        var most = Math.Min(MostChannels, byFloats >= ChannelGranule ? byFloats / ChannelGranule * ChannelGranule : byFloats);
        ChannelSlices = WorkSplit.Chunks(g.InChannels, most);
        Channels = Math.Min(most, g.InChannels);
        var columnFloats = (long)g.Taps * Channels * ColumnGranule;
        Columns = (int)Math.Clamp(SliceFloats / columnFloats * ColumnGranule, ColumnGranule, MostColumns);
        ColumnSlices = WorkSplit.Chunks(g.OutChannels, Columns);

        BlockPixels = MostBlockPixels;
        while (BlockPixels > FewestBlockPixels && InputPixels(g) * Channels > InputFloats) BlockPixels /= 2;
        Blocks = WorkSplit.Chunks(g.OutPixels, BlockPixels);
        Parts = Math.Clamp(Blocks / FewestBlocksPerPart, 1, Math.Max(1, WantedChunks / (ChannelSlices * ColumnSlices)));
    }

    /// <summary>Input channels of a slice.</summary>
    public int Channels { get; }

    public int ChannelSlices { get; }

    /// <summary>Output channels of a slice.</summary>
    public int Columns { get; }

    public int ColumnSlices { get; }

    public int Parts { get; }

    public int Blocks { get; }

    public int BlockPixels { get; }

    public int Chunks => checked(Parts * ChannelSlices * ColumnSlices);

    public int FirstBlock(int part) => (int)((long)Blocks * part / Parts);

    /// <summary>Most input pixels that the taps of a block touch, as whole image rows.</summary>
    public long InputPixels(in ConvGeometry g)
    {
        var lines = Math.Min(((BlockPixels + g.OutWidth - 2L) / g.OutWidth) + 1, (long)g.Batch * g.OutHeight);
        var images = Math.Min(((lines + g.OutHeight - 2) / g.OutHeight) + 1, g.Batch);
        return Math.Min(images * g.Height, (lines * g.Stride) + (images * g.KernelHeight)) * g.Width;
    }
}

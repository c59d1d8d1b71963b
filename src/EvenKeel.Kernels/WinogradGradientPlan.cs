namespace EvenKeel.Kernels;

/// <summary>
/// Sizes of a weight gradient by F(4×4, 3×3). Tiles are taken in blocks: input and output gradient of a block are
/// transformed to memory that all workers share, then each frequency is one matrix product over the block's tiles,
/// added to that frequency's sums. Blocks follow from the geometry alone, and with them the order of every sum.
/// </summary>
internal readonly struct WinogradGradientPlan
{
    /// <summary>Input channels that lie together: a multiple of the rows of every register tile, and of sixteen.</summary>
    public const int Group = 48;

    // What is transformed is read once more from the cache that the cores share; sums are read and written once a block.
    private const int BlockFloats = 500_000;
    private const int MostTiles = 256;
    private const int Granule = 16;

    public WinogradGradientPlan(in ConvGeometry g, TileShape shape)
    {
        Tiles = new(g.Batch, g.OutHeight, g.OutWidth);
        Panels = new(g.OutChannels, shape);
        Columns = new(Panels);
        InChannels = g.InChannels;
        Rows = shape.Rows;
        var byCache = BlockFloats / (Winograd.Points * (g.InChannels + g.OutChannels)) / Granule * Granule;
        Block = (int)Math.Min(Tiles.Count, Math.Clamp(byCache, Granule, MostTiles));
        Blocks = WorkSplit.Chunks(Tiles.Count, Block);
        var last = (g.InChannels - 1) / Group * Group;
        PaddedRows = last + ((g.InChannels - last + Rows - 1) / Rows * Rows);
    }

    public WinogradTiles Tiles { get; }

    public GemmPanels Panels { get; }

    public WinogradGroups Columns { get; }

    public int InChannels { get; }

    /// <summary>Rows of a register tile.</summary>
    public int Rows { get; }

    /// <summary>Tiles of a block.</summary>
    public int Block { get; }

    public int Blocks { get; }

    /// <summary>Input channels with the unused rows of the last register tile.</summary>
    public int PaddedRows { get; }

    // A cache line more than the data keeps the frequencies out of one cache set, and a register tile that reads past
    // the last channel inside the buffer.

    /// <summary>Floats from a frequency of the transformed input to the next: each [group][tile][channel].</summary>
    public nint InputStep => ((nint)Block * InChannels) + 16;

    /// <summary>Floats from a frequency of the transformed output gradient to the next: each [group][tile][column].</summary>
    public nint GradientStep => ((nint)Block * Panels.PaddedColumns) + 16;

    /// <summary>Floats from a frequency of the sums to the next: each [panel][channel][column].</summary>
    public nint SumStep => ((nint)PaddedRows * Panels.PaddedColumns) + 16;

    /// <summary>Channels of the group that starts at <paramref name="channel"/>.</summary>
    public int GroupWidth(int channel) => Math.Min(Group, InChannels - channel);

    public int TilesOf(int block) => (int)Math.Min(Block, Tiles.Count - ((long)block * Block));
}

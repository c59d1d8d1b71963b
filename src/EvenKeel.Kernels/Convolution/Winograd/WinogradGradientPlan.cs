using EvenKeel.Kernels.Products;

namespace EvenKeel.Kernels.Convolution.Winograd;

/// <summary>
/// Sizes of a weight gradient by F(4×4, 3×3). The tiles are two parts, each with its own sums, so that two cores work
/// on different images and do not take each other's cache lines. A part is taken in blocks: input and output gradient
/// of a block of each part are transformed, then each frequency is one matrix product over the block's tiles, added to
/// that frequency's sums. Parts and blocks follow from the geometry alone, and with them the order of every sum.
/// </summary>
internal readonly struct WinogradGradientPlan
{
    /// <summary>Input channels that lie together: a multiple of the rows of every register tile, and of sixteen.</summary>
    public const int Group = 48;

    // What is transformed of a block is read once more, its sums are read and written: where sums are few a block stays
    // near a core's own cache, where they are many it is larger, so that they pass less often.
    private const int FewestFloats = 250_000;
    private const int MostFloats = 500_000;
    private const int FloatsPerSum = 3;
    private const int MostTiles = 256;
    private const int FewestTiles = 16;

    // Fewer are not worth sums of their own: what is transformed of a part over its sums.
    private const int FewestOverSums = 2;

    public WinogradGradientPlan(in ConvGeometry g, TileShape shape)
    {
        Tiles = new(g.Batch, g.OutHeight, g.OutWidth);
        Panels = new(g.OutChannels, shape);
        Columns = new(Panels);
        InChannels = g.InChannels;
        Rows = shape.Rows;
        var sums = (long)g.InChannels * g.OutChannels;
        var perTile = g.InChannels + g.OutChannels;
        Parts = Tiles.Count * perTile < 2 * FewestOverSums * sums ? 1 : 2;
        var part = (Tiles.Count + Parts - 1) / Parts;
        var floats = Math.Clamp(FloatsPerSum * Filtering.Points * sums, FewestFloats, MostFloats);
        var most = (int)Math.Clamp(floats / (Filtering.Points * perTile), FewestTiles, MostTiles);
        Blocks = WorkSplit.Chunks(part, most);
        Block = WorkSplit.Chunks(part, Blocks);
        var last = (g.InChannels - 1) / Group * Group;
        PaddedRows = last + ((g.InChannels - last + Rows - 1) / Rows * Rows);
    }

    public WinogradTiles Tiles { get; }

    public GemmPanels Panels { get; }

    public WinogradGroups Columns { get; }

    public int InChannels { get; }

    /// <summary>Rows of a register tile.</summary>
    public int Rows { get; }

    /// <summary>One or two.</summary>
    public int Parts { get; }

    /// <summary>Tiles of the largest block.</summary>
    public int Block { get; }

    /// <summary>Blocks of a part.</summary>
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

    /// <summary>Floats of a block's transformed input and output gradient.</summary>
    public nint Transformed => Filtering.Points * (InputStep + GradientStep);

    /// <summary>Floats of a part's sums.</summary>
    public nint Sums => Filtering.Points * SumStep;

    /// <summary>First tile of a part's block, counted over all parts.</summary>
    public long FirstTile(int part, int block)
    {
        var first = Tiles.Count * part / Parts;
        var end = Tiles.Count * (part + 1) / Parts;
        return first + ((end - first) * block / Blocks);
    }

    public int TilesOf(int part, int block) => (int)(FirstTile(part, block + 1) - FirstTile(part, block));
}

namespace EvenKeel.Kernels;

/// <summary>How a dense weight gradient is cut up: rows into blocks that are packed at once, the weights into tiles of
/// channels and panels of columns.</summary>
internal readonly struct DenseGradientPlan
{
    // Packed operands of a block stay near the second-level cache, unless the weights are so many that reading and
    // writing them once a block costs more.
    private const int BlockFloats = 100_000;
    private const int FewestBlockRows = 256;

    public DenseGradientPlan(in ConvGeometry g, TileShape shape)
    {
        Panels = new(g.OutChannels, shape);
        InChannels = g.InChannels;
        TileRows = shape.Rows;
        Tiles = (InChannels + TileRows - 1) / TileRows;
        Rows = g.InPixels;
        Block = (int)Math.Min(Rows, Math.Max(FewestBlockRows, BlockFloats / (InChannels + g.OutChannels)));
        Blocks = WorkSplit.Chunks(Rows, Block);
    }

    public GemmPanels Panels { get; }

    public int InChannels { get; }

    /// <summary>Channels of a register tile.</summary>
    public int TileRows { get; }

    public int Tiles { get; }

    public long Rows { get; }

    /// <summary>Rows of a block.</summary>
    public int Block { get; }

    public int Blocks { get; }

    // A cache line more than the data: with powers of two the tiles of a row would fall into one cache set.

    /// <summary>Floats from a packed tile of the input to the next.</summary>
    public nint InputStep => ((nint)Block * DenseGradientPack.Step) + 16;

    public nint InputLength => Tiles * InputStep;

    public nint GradientLength => (nint)Block * Panels.PaddedColumns;

    public int RowsOf(int block) => (int)Math.Min(Block, Rows - ((long)block * Block));
}

using EvenKeel.Kernels.Products;

namespace EvenKeel.Kernels.Convolution.Dense;

/// <summary>How a dense weight gradient is cut up: rows into blocks that are packed at once, the weights into tiles of
/// channels and panels of columns.</summary>
internal readonly struct DenseGradientPlan
{
    // Packed operands of a block stay near the second-level cache, unless the weights are so many that reading and
    // writing them once a block costs more.
    private const int BlockFloats = 100_000;
    private const int FewestBlockRows = 256;

    // Rows shared out in parts with sums of their own: each thread packs what it multiplies. It pays where a part has
    // many more rows than it takes to add its sums to the others'.
    private const int WantedParts = 8;
    private const int FewestPartRows = 256;
    private const int MostPartSums = 80 * 1024;

    // Fewer rows are read from a copy sooner than from as many places.
    private const int FewestRowsInPlace = 96;

    // The columns of a panel stay in the fastest cache.
    private const int MostPartBlock = 96;

    public DenseGradientPlan(in ConvGeometry g, TileShape shape)
    {
        Panels = new(g.OutChannels, shape);
        InChannels = g.InChannels;
        TileRows = shape.Rows;
        Tiles = (InChannels + TileRows - 1) / TileRows;
        Rows = g.InPixels;
        Parts = Sums <= MostPartSums ? (int)Math.Clamp(Rows / FewestPartRows, 1, WantedParts) : 1;
        var part = WorkSplit.Chunks(Rows, Parts);
        Block = Parts > 1
            ? WorkSplit.Chunks(part, WorkSplit.Chunks(part, MostPartBlock))
            : Math.Min(part, Math.Max(FewestBlockRows, BlockFloats / (InChannels + g.OutChannels)));
        Blocks = WorkSplit.Chunks(Rows, Block);
        PacksInput = Parts > 1 || Block < FewestRowsInPlace || InChannels < TileRows || DenseRows.Takes(InChannels);
    }

    public GemmPanels Panels { get; }

    public int InChannels { get; }

    /// <summary>Channels of a register tile.</summary>
    public int TileRows { get; }

    public int Tiles { get; }

    public long Rows { get; }

    /// <summary>Parts of the rows with sums of their own; with one, all threads share the work on a block.</summary>
    public int Parts { get; }

    /// <summary>Rows of a block.</summary>
    public int Block { get; }

    public int Blocks { get; }

    /// <summary>Sums of a part.</summary>
    public nint Sums => InChannels * (nint)Panels.Columns;

    // A cache line more than the data: with powers of two the tiles of a row would fall into one cache set.

    /// <summary>Floats from a tile of the input to the next.</summary>
    public nint InputStep => PacksInput ? ((nint)Block * DenseGradientPack.Step) + 16 : TileRows;

    /// <summary>Floats from a row of a tile of the input to the next.</summary>
    public nint InputRowStep => PacksInput ? DenseGradientPack.Step : InChannels;

    /// <summary>False if the input is multiplied where it lies: its rows are many and share no cache sets.</summary>
    public bool PacksInput { get; }

    /// <summary>False if the output gradient is multiplied where it lies: a part reads it soon after, and whole panels of
    /// whole cache lines gain nothing from a copy.</summary>
    public bool PacksGradient => Parts == 1 || Panels.Columns != Panels.Count * Panels.PaddedWidth(0);

    public nint InputLength => PacksInput ? Tiles * InputStep : 0;

    public nint GradientLength => PacksGradient ? (nint)Block * Panels.PaddedColumns : 0;

    public long FirstRow(int part) => Rows * part / Parts;

    public int RowsOf(int block) => (int)Math.Min(Block, Rows - ((long)block * Block));
}

using EvenKeel.Kernels.Products;

namespace EvenKeel.Kernels.Convolution.Winograd;

/// <summary>The 36 matrix products of a block of tiles with one group of panels of transformed weights.</summary>
internal unsafe struct WinogradPanel : ITileJob
{
    // A panel of weights as deep as this fits the fastest cache beside the rows it meets.
    private const int Deep = 96;

    public GemmPanels Panels;
    public WinogradGroups Groups;
    public WinogradImages Images;

    /// <summary>The block's first tile.</summary>
    public long First;

    /// <summary>Source channels.</summary>
    public int Depth;

    /// <summary>Tiles of the block.</summary>
    public int Tiles;

    /// <summary>Rows of a register tile.</summary>
    public int Rows;

    /// <summary>Transformed input: frequencies at <see cref="InputStep"/>, each [tile][source channel].</summary>
    public float* Input;
    public nint InputStep;

    /// <summary>Transformed weights [panel][36][source channel][column].</summary>
    public float* Weights;

    /// <summary>Receives the products: frequencies at <see cref="ProductStep"/>, each [tile][column of the group].</summary>
    public float* Products;
    public nint ProductStep;

    public readonly void Run<T, R, O>(int group, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        nint columns = Groups.Columns(group);
        nint depth = Depth;

        // What the transform back will store to is asked for meanwhile, a few pixels with each register tile.
        var results = Images.Results(First, First + Tiles, Groups.FirstColumn(group), (int)columns);
        var turns = Filtering.Points * WorkSplit.Chunks(depth, Deep) * WorkSplit.Chunks(Tiles, Rows);
        var pixels = WorkSplit.Chunks(Tiles * Filtering.Tile * Filtering.Tile, turns);
        for (var panel = Groups.FirstPanel(group); panel < Groups.EndPanel(group); panel++)
        {
            var width = Panels.PaddedWidth(panel);
            var vectors = Panels.Vectors(panel);
            var weights = Weights + (Panels.FirstColumn(panel) * depth * Filtering.Points);
            var first = Products + (Panels.FirstColumn(panel) - Groups.FirstColumn(group));
            var tile = new DenseTile { RowStep = depth, DepthStep = 1, BStep = width, CStep = columns, InitialStep = columns };
            for (var point = 0; point < Filtering.Points; point++, weights += depth * width)
            {
                // The next weights come from far while these are used: each tile asks for its share of them.
                var next = weights + (depth * width);
                for (nint start = 0; start < depth; start += Deep)
                {
                    tile.Depth = Math.Min(Deep, depth - start);
                    tile.B = weights + (start * width);
                    for (var row = 0; row < Tiles;)
                    {
                        var tall = vectors == 1 && row + T.TallRows <= Tiles;
                        tile.A = Input + (point * InputStep) + (row * depth) + start;
                        tile.C = first + (point * ProductStep) + (row * columns);
                        tile.Initial = start > 0 ? tile.C : null;
                        tile.Next = next;
                        next += tile.Depth * 16;
                        results.Ask(pixels);
                        if (tall) T.MultiplyTall(&tile);
                        else T.Multiply(vectors, &tile);
                        row += tall ? T.TallRows : Rows;
                    }
                }
            }
        }
    }
}

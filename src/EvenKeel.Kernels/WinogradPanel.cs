namespace EvenKeel.Kernels;

/// <summary>The 36 matrix products of a block of tiles with one group of panels of transformed weights.</summary>
internal unsafe struct WinogradPanel : ITileJob
{
    public GemmPanels Panels;
    public WinogradGroups Groups;

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
        var sums = stackalloc float[TileShape.MaxSums];
        nint columns = Groups.Columns(group);
        nint depth = Depth;
        TileSegment segment;
        segment.FirstRow = 0;
        segment.Length = depth;
        var pixels = &segment.Pixel0;
        for (var panel = Groups.FirstPanel(group); panel < Groups.EndPanel(group); panel++)
        {
            var width = Panels.PaddedWidth(panel);
            var vectors = Panels.Vectors(panel);
            var weights = Weights + (Panels.FirstColumn(panel) * depth * Winograd.Points);
            var first = Products + (Panels.FirstColumn(panel) - Groups.FirstColumn(group));
            for (var point = 0; point < Winograd.Points; point++, weights += depth * width)
            {
                var input = Input + (point * InputStep);
                var products = first + (point * ProductStep);
                for (var tile = 0; tile < Tiles; tile += Rows, products += Rows * columns)
                {
                    // Rows past the last tile repeat it; their products are not read.
                    for (var i = 0; i < Rows; i++) pixels[i] = input + (Math.Min(tile + i, Tiles - 1) * depth);

                    // A panel that is a whole group has its rows where they belong already.
                    var whole = width == columns;
                    T.GatherRows(vectors, &segment, 1, weights, width, whole ? products : sums);
                    if (whole) continue;
                    for (var i = 0; i < Rows; i++)
                        GemmStore.Copy<R, O>(sums + (i * width), products + (i * columns), width, width);
                }
            }
        }
    }
}

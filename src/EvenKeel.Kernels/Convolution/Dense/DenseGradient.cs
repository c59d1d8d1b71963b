using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Dense;

/// <summary>Weight gradient of a dense layer or 1×1 convolution from a packed block of rows. A chunk is some tiles of
/// input channels and some panels of output channels.</summary>
internal unsafe struct DenseGradient : ILaneJob, ITileJob
{
    private const int WantedChunks = 24;

    public DenseGradientPlan Plan;

    /// <summary>Tiles as <see cref="DenseGradientPack"/> leaves them, or the first row of the block.</summary>
    public float* Inputs;
    public float* Gradients;
    public float* Result;

    /// <summary>Rows of the block.</summary>
    public int Rows;

    /// <summary>Adds to what the result holds.</summary>
    public bool Accumulate;

    private readonly int PanelGroups => Math.Min(Plan.Panels.Count, 4);

    private readonly EvenSplit Split =>
        new(Plan.Tiles, WorkSplit.Chunks(Plan.Tiles, Math.Max(1, WantedChunks / PanelGroups)), multiple: 2);

    public readonly int Chunks => PanelGroups * Split.Count;

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V> =>
        TileDispatch.Run<V, DenseGradient>(ref this, chunk, worker);

    public readonly void Run<T, R, O>(int chunk, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var group = chunk % PanelGroups;
        var first = (int)Split.First(chunk / PanelGroups);
        var end = (int)Split.End(chunk / PanelGroups);
        var panels = Plan.Panels;
        var ahead = default(MemoryAhead);
        for (var panel = panels.Count * group / PanelGroups; panel < panels.Count * (group + 1) / PanelGroups; panel++)
            AddPanel<T, R, O>(panel, first, end, ref ahead);
    }

    /// <summary>Adds the block's products to some tiles of a panel.</summary>
    /// <param name="panel">The panel.</param>
    /// <param name="first">First tile of input channels.</param>
    /// <param name="end">Behind the last.</param>
    /// <param name="ahead">What to ask for meanwhile.</param>
    public readonly void AddPanel<T, R, O>(int panel, int first, int end, ref MemoryAhead ahead)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var edge = stackalloc float[TileShape.MaxSums];
        var column = Plan.Panels.FirstColumn(panel);
        var width = Plan.Panels.PaddedWidth(panel);
        var columns = Plan.Panels.Width(panel);
        nint outChannels = Plan.Panels.Columns;
        var tile = new DenseTile
        {
            RowStep = 1,
            DepthStep = Plan.InputRowStep,
            B = Gradients + (column * (Plan.PacksGradient ? (nint)Plan.Block : 1)),
            BStep = Plan.PacksGradient ? width : outChannels,
            Depth = Rows,
        };
        for (var i = first; i < end; i++)
        {
            ahead.Ask();
            var result = Result + (i * Plan.TileRows * outChannels) + column;
            var channels = Math.Min(Plan.TileRows, Plan.InChannels - (i * Plan.TileRows));

            // Where nothing was packed the last tile ends with the last channel: it has some that the one before has too.
            var before = Plan.PacksInput ? 0 : Plan.TileRows - channels;
            tile.A = Inputs + (i * Plan.InputStep) - before;

            // In place, what lies behind in memory belongs to later tiles.
            tile.Next = tile.A + Plan.InputStep;
            var whole = columns == width && channels == Plan.TileRows;

            // A tile that reaches past the weights, or before its own, is summed apart and its part that counts copied.
            tile.C = whole ? result : edge;
            tile.CStep = whole ? outChannels : width;
            tile.InitialStep = tile.CStep;
            tile.Initial = Accumulate ? tile.C : null;
            if (!whole && Accumulate)
            {
                new Span<float>(edge, Plan.TileRows * width).Clear();
                for (var j = 0; j < channels; j++)
                    GemmStore.Copy<R, O>(result + (j * outChannels), edge + ((before + j) * width), columns, width);
            }

            T.Multiply(Plan.Panels.Vectors(panel), &tile);
            if (whole) continue;
            for (var j = 0; j < channels; j++)
                GemmStore.Copy<R, O>(edge + ((before + j) * width), result + (j * outChannels), columns, columns);
        }
    }
}

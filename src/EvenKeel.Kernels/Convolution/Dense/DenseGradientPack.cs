using System.Runtime.Intrinsics;
using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Dense;

/// <summary>Packs a block of rows for a dense weight gradient, as far as its plan says: the input as
/// [tile of channels][row][8], the output gradient as [panel][row][column]. A chunk is some rows.</summary>
internal unsafe struct DenseGradientPack : ILaneJob, ITileJob
{
    /// <summary>Floats of a row in a packed tile, whatever the tile uses of them.</summary>
    public const int Step = 8;

    private const int RowsTogether = 8;

    public DenseGradientPlan Plan;

    /// <summary>First row of the block.</summary>
    public float* Input;
    public float* Gradient;
    public float* Inputs;
    public float* Gradients;

    /// <summary>Rows of the block.</summary>
    public int Rows;

    public readonly int Chunks => Split.Count;

    private readonly EvenSplit Split => WorkSplit.Rows(Rows, Plan.InChannels + Plan.Panels.PaddedColumns);

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V> =>
        TileDispatch.Run<V, DenseGradientPack>(ref this, chunk, worker);

    public readonly void Run<T, R, O>(int chunk, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R> => PackRows<R, O>((int)Split.First(chunk), (int)Split.End(chunk));

    /// <summary>Packs some rows of the block.</summary>
    /// <param name="first">First row.</param>
    /// <param name="end">Behind the last.</param>
    public readonly void PackRows<R, O>(int first, int end)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        // Some rows of a tile after the other: the lines of one tile are stored to before those of the next.
        for (var row = first; row < end && Plan.PacksInput; row += RowsTogether)
            PackInput(row, Math.Min(end, row + RowsTogether));
        if (!Plan.PacksGradient) return;
        for (var row = first; row < end; row++)
        {
            var source = Gradient + ((nint)row * Plan.Panels.Columns);
            for (var panel = 0; panel < Plan.Panels.Count; panel++)
            {
                var width = Plan.Panels.PaddedWidth(panel);
                var column = Plan.Panels.FirstColumn(panel);
                var packed = Gradients + (column * (nint)Plan.Block) + (row * (nint)width);
                GemmStore.Copy<R, O>(source + column, packed, Plan.Panels.Width(panel), width);
            }
        }
    }

    private readonly void PackInput(int first, int end)
    {
        // Tiles whose eight channels exist are copied whole; the last ones may end with the tensor.
        var whole = Math.Clamp((Plan.InChannels - Step + Plan.TileRows) / Plan.TileRows, 0, Plan.Tiles);
        var source = Input + ((nint)first * Plan.InChannels);
        var tile = Inputs + ((nint)first * Step);
        for (var i = 0; i < whole; i++, source += Plan.TileRows, tile += Plan.InputStep)
        {
            for (var row = 0; row < end - first; row++)
                Vector256.Load(source + (row * (nint)Plan.InChannels)).Store(tile + (row * Step));
        }

        for (var i = whole; i < Plan.Tiles; i++, source += Plan.TileRows, tile += Plan.InputStep)
        {
            var channels = Math.Min(Step, Plan.InChannels - (i * Plan.TileRows));
            for (var row = 0; row < end - first; row++)
            {
                for (var j = 0; j < Step; j++)
                    tile[(row * Step) + j] = j < channels ? source[(row * (nint)Plan.InChannels) + j] : 0f;
            }
        }
    }
}

using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Dense;

/// <summary>Packs the weights of a dense product, a piece of the depth after the other: [piece][panel][depth][column].
/// A chunk is a piece.</summary>
internal unsafe struct DensePack : ILaneJob, ITileJob
{
    /// <summary>How deep a piece may be. Deeper, a panel no longer stays near the fastest cache; shallower, tiles read and
    /// write their sums more often.</summary>
    public const int MostDeep = 192;

    public ConvPack Weights;

    private readonly int Depth => Weights.Phase.SourceChannels;

    public readonly int Chunks => WorkSplit.Chunks(Depth, Deep(Depth));

    /// <summary>Depth of a piece: all are about as deep.</summary>
    public static int Deep(int depth) => WorkSplit.Chunks(depth, WorkSplit.Chunks(depth, MostDeep));

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V> =>
        TileDispatch.Run<V, DensePack>(ref this, chunk, worker);

    public readonly void Run<T, R, O>(int chunk, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var start = chunk * Deep(Depth);
        var deep = Math.Min(Deep(Depth), Depth - start);
        var packed = Weights.Packed + (start * (nint)Weights.Panels.PaddedColumns);
        Weights.PackRows<R, O>(0, Weights.Panels.Count, 0, start, deep, packed);
    }
}

using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Direct;

/// <summary>Adds the parts of a direct weight gradient in order.</summary>
internal struct ConvWeightSum : ILaneJob, ITileJob
{
    public ConvWeightGradient Gradient;

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V> =>
        TileDispatch.Run<V, ConvWeightSum>(ref this, chunk, worker);

    public readonly void Run<T, R, O>(int chunk, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R> => Gradient.AddParts<R, O>(chunk);
}

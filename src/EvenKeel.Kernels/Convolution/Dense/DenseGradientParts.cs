using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Dense;

/// <summary>Weight gradient of a 1×1 convolution with many rows. A chunk is a part of them with sums of its own, which are
/// added up in order afterwards: the thread that packs a block of rows is the one that multiplies it.</summary>
internal unsafe struct DenseGradientParts : ILaneJob, ITileJob
{
    public DenseGradientPlan Plan;
    public float* Input;
    public float* Gradient;

    /// <summary>Receives the parts' sums, each in the order of the weights.</summary>
    public float* Sums;

    /// <summary>Memory of the workers, <see cref="WorkerLength"/> floats each.</summary>
    public WorkerMemory Scratch;

    /// <summary>Floats of scratch memory a worker needs: a packed block.</summary>
    public readonly nint WorkerLength => AlignedMemory.WholeLines(Plan.InputLength) + AlignedMemory.WholeLines(Plan.GradientLength);

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V> =>
        TileDispatch.Run<V, DenseGradientParts>(ref this, chunk, worker);

    public readonly void Run<T, R, O>(int chunk, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var inputs = Scratch.Of(worker);
        var product = new DenseGradient
        {
            Plan = Plan,
            Inputs = inputs,
            Gradients = inputs + AlignedMemory.WholeLines(Plan.InputLength),
            Result = Sums + (chunk * Plan.Sums),
        };
        var end = Plan.FirstRow(chunk + 1);
        for (var row = Plan.FirstRow(chunk); row < end; row += Plan.Block)
        {
            var pack = new DenseGradientPack
            {
                Plan = Plan,
                Input = Input + ((nint)row * Plan.InChannels),
                Gradient = Gradient + ((nint)row * Plan.Panels.Columns),
                Inputs = inputs,
                Gradients = product.Gradients,
                Rows = (int)Math.Min(Plan.Block, end - row),
            };
            if (!Plan.PacksGradient) product.Gradients = pack.Gradient;
            pack.PackRows<R, O>(0, pack.Rows);
            product.Rows = pack.Rows;
            // Behind the part's end comes the one that this thread most likely takes next.
            var next = (nint)Math.Min(Plan.Block, Plan.Rows - row - pack.Rows);
            var nextInput = pack.Input + (pack.Rows * (nint)Plan.InChannels);
            var nextGradient = pack.Gradient + (pack.Rows * (nint)Plan.Panels.Columns);
            var tiles = Plan.Panels.Count * Plan.Tiles;
            var ahead = default(MemoryAhead);
            ahead.Add(nextInput, nextInput + (next * Plan.InChannels), tiles);
            ahead.Add(nextGradient, nextGradient + (next * Plan.Panels.Columns), tiles);
            for (var panel = 0; panel < Plan.Panels.Count; panel++)
                product.AddPanel<T, R, O>(panel, 0, Plan.Tiles, ref ahead);
            product.Accumulate = true;
        }
    }
}

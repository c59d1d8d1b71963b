using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Winograd;

/// <summary>Adds a block's products to the sums of a weight gradient: at every frequency, the input's channels times
/// the output gradient's channels, summed over tiles. A chunk is a frequency and a group of columns.</summary>
internal unsafe struct WinogradGradientProduct : ILaneJob, ITileJob
{
    public WinogradGradientPlan Plan;

    /// <summary>What <see cref="WinogradGradientTransform"/> made.</summary>
    public float* Transformed;

    /// <summary>Sums of these parts: frequencies of [panel][channel][column].</summary>
    public float* Sums;

    /// <summary>Floats from the memory of a part to that of the next.</summary>
    public nint PartStep;
    public int Block;

    /// <summary>First part of those that are worked on, and how many they are.</summary>
    public int FirstPart;
    public int Parts;

    public readonly int Chunks => Parts * Filtering.Points * Plan.Columns.Count;

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V> =>
        TileDispatch.Run<V, WinogradGradientProduct>(ref this, chunk, worker);

    public readonly void Run<T, R, O>(int chunk, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var (place, within) = Math.DivRem(chunk, Filtering.Points * Plan.Columns.Count);
        var part = FirstPart + place;
        var (point, group) = Math.DivRem(within, Plan.Columns.Count);
        nint columns = Plan.Columns.Columns(group);
        var firstColumn = Plan.Columns.FirstColumn(group);
        var tiles = Plan.TilesOf(part, Block);
        var transformed = Transformed + (place * PartStep);
        var inputs = transformed + (point * Plan.InputStep);
        var gradients = transformed + (Filtering.Points * Plan.InputStep) + (point * Plan.GradientStep) + (firstColumn * (nint)Plan.Block);
        var sums = Sums + (place * PartStep) + (point * Plan.SumStep);
        for (var panel = Plan.Columns.FirstPanel(group); panel < Plan.Columns.EndPanel(group); panel++)
        {
            var panelColumn = Plan.Panels.FirstColumn(panel);
            var width = Plan.Panels.PaddedWidth(panel);
            var vectors = Plan.Panels.Vectors(panel);
            var product = new DenseTile
            {
                RowStep = 1,
                B = gradients + (panelColumn - firstColumn),
                BStep = columns,
                Depth = tiles,
                C = sums + (panelColumn * (nint)Plan.PaddedRows),
                CStep = width,
                InitialStep = width,
            };
            for (var start = 0; start < Plan.InChannels; start += WinogradGradientPlan.Group)
            {
                product.DepthStep = Plan.GroupWidth(start);
                var input = inputs + (start * (nint)Plan.Block);
                for (var row = 0; row < product.DepthStep; row += Plan.Rows)
                {
                    product.A = input + row;

                    // The sums come from a cache further away: later ones while these are worked on.
                    product.Next = product.C + (Plan.Rows * width);
                    product.Initial = Block == 0 ? null : product.C;
                    T.Multiply(vectors, &product);
                    product.C += Plan.Rows * width;
                }
            }
        }
    }
}

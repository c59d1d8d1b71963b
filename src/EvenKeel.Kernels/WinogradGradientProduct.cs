namespace EvenKeel.Kernels;

/// <summary>Adds a block's products to the sums of a weight gradient: at every frequency, the input's channels times
/// the output gradient's channels, summed over tiles. A chunk is a frequency and a group of columns.</summary>
internal unsafe struct WinogradGradientProduct : ILaneJob, ITileJob
{
    // Operands of a register tile over this many tiles fit the fastest cache.
    private const int Deep = 128;

    public WinogradGradientPlan Plan;
    public float* Inputs;
    public float* Gradients;

    /// <summary>Sums: frequencies of [panel][channel][column].</summary>
    public float* Sums;
    public int Block;

    public readonly int Chunks => Winograd.Points * Plan.Columns.Count;

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V> =>
        TileDispatch.Run<V, WinogradGradientProduct>(ref this, chunk, worker);

    public readonly void Run<T, R, O>(int chunk, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var steps = stackalloc TileStep[Deep];
        var point = chunk / Plan.Columns.Count;
        var group = chunk % Plan.Columns.Count;
        nint columns = Plan.Columns.Columns(group);
        var firstColumn = Plan.Columns.FirstColumn(group);
        var tiles = Plan.TilesOf(Block);
        var inputs = Inputs + (point * Plan.InputStep);
        var gradients = Gradients + (point * Plan.GradientStep) + (firstColumn * (nint)Plan.Block);
        var sums = Sums + (point * Plan.SumStep);
        nint located = 0;
        for (var tile = 0; tile < tiles; tile += Deep)
        {
            var deep = Math.Min(Deep, tiles - tile);
            for (var panel = Plan.Columns.FirstPanel(group); panel < Plan.Columns.EndPanel(group); panel++)
            {
                var panelColumn = Plan.Panels.FirstColumn(panel);
                var width = Plan.Panels.PaddedWidth(panel);
                var vectors = Plan.Panels.Vectors(panel);
                var gradient = gradients + (tile * columns) + (panelColumn - firstColumn);
                var sum = sums + (panelColumn * (nint)Plan.PaddedRows);
                for (var start = 0; start < Plan.InChannels; start += WinogradGradientPlan.Group)
                {
                    nint channels = Plan.GroupWidth(start);
                    if (located != channels)
                    {
                        for (var i = 0; i < Deep; i++) steps[i] = new(i * channels, i * columns);
                        located = channels;
                    }

                    var input = inputs + (start * (nint)Plan.Block) + (tile * channels);
                    for (var row = 0; row < channels; row += Plan.Rows, sum += Plan.Rows * width)
                        T.GatherSteps(vectors, steps, deep, input + row, gradient, sum);
                }
            }
        }
    }
}

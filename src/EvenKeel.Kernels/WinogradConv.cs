namespace EvenKeel.Kernels;

/// <summary>Convolutions by F(4×4, 3×3): which they are, and how their jobs follow each other.</summary>
internal static unsafe class WinogradConv
{
    // Below this many tiles the transform of the weights costs what the tiles save.
    private const int FewestTiles = 24;

    // A direct convolution must need this many times the products, since the transforms are not free.
    private const double Gain = 1.5;

    /// <summary>True if a convolution's forward pass or input gradient is computed this way.</summary>
    public static bool Takes(ConvMethod method, in ConvPhase phase, int stride) =>
        Takes(method, phase.TapRows, phase.TapColumns, stride, phase.SourceChannels, phase.ResultChannels, phase.Images, phase.GridHeight, phase.GridWidth);

    /// <summary>True if a convolution's weight gradient is computed this way.</summary>
    public static bool Takes(ConvMethod method, in ConvGeometry g) =>
        Takes(method, g.KernelHeight, g.KernelWidth, g.Stride, g.InChannels, g.OutChannels, g.Batch, g.OutHeight, g.OutWidth);

    /// <summary>A forward pass or an input gradient of stride 1.</summary>
    public static void Product(
        Workers workers, in ConvPhase phase, float* source, float* weights, float* bias, float slope, float* result,
        bool accumulate)
    {
        var shape = TileShape.Of(workers.Path);
        var panels = new GemmPanels(phase.ResultChannels, shape);
        var job = new WinogradProduct
        {
            Phase = phase,
            Panels = panels,
            Source = source,
            Bias = bias,
            Result = result,
            Slope = slope,
            Accumulate = accumulate,
        };
        var chunks = job.Split(shape);
        nint zeros = phase.SourceChannels;
        var length = (nint)phase.SourceChannels * panels.PaddedColumns;
        var packed = length * Winograd.Kernel * Winograd.Kernel;
        var scratch = workers.SharedScratch((nuint)(zeros + packed + (length * Winograd.Points) + (workers.Threads * job.WorkerLength)));
        job.Zeros = scratch;
        new Span<float>(job.Zeros, phase.SourceChannels).Clear();
        var pack = new ConvPack { Phase = phase, Panels = panels, Weights = weights, Packed = scratch + zeros };
        workers.Run(pack.Chunks, ref pack);
        job.Weights = pack.Packed + packed;
        var transform = new WinogradWeights
        {
            Panels = panels,
            Channels = phase.SourceChannels,
            Packed = pack.Packed,
            Result = job.Weights,
        };
        workers.Run(transform.Chunks, ref transform);
        job.Scratch = job.Weights + (length * Winograd.Points);
        workers.Run(chunks, ref job);
    }

    /// <summary>A weight gradient of stride 1.</summary>
    public static void WeightGradient(
        Workers workers, in ConvGeometry g, float* input, float* gradient, float* result, bool accumulate)
    {
        var plan = new WinogradGradientPlan(g, TileShape.Of(workers.Path));
        nint zeros = Math.Max(g.InChannels, plan.Panels.PaddedColumns);
        var inputs = Winograd.Points * plan.InputStep;
        var gradients = Winograd.Points * plan.GradientStep;
        var sums = Winograd.Points * plan.SumStep;
        var scratch = workers.SharedScratch((nuint)(zeros + inputs + gradients + sums));
        new Span<float>(scratch, (int)zeros).Clear();
        var transform = new WinogradGradientTransform
        {
            Geometry = g,
            Plan = plan,
            Input = input,
            Gradient = gradient,
            Zeros = scratch,
            InputResult = scratch + zeros,
            GradientResult = scratch + zeros + inputs,
        };
        var product = new WinogradGradientProduct
        {
            Plan = plan,
            Inputs = transform.InputResult,
            Gradients = transform.GradientResult,
            Sums = transform.GradientResult + gradients,
        };
        new Span<float>(product.Sums, checked((int)sums)).Clear();
        for (var block = 0; block < plan.Blocks; block++)
        {
            transform.Block = product.Block = block;
            workers.Run(transform.Chunks, ref transform);
            workers.Run(product.Chunks, ref product);
        }

        var last = new WinogradGradientResult
        {
            Geometry = g,
            Plan = plan,
            Sums = product.Sums,
            Result = result,
            Accumulate = accumulate,
        };
        workers.Run(last.Chunks, ref last);
    }

    private static bool Takes(
        ConvMethod method, int tapRows, int tapColumns, int stride, int channels, int resultChannels, int images,
        int gridHeight, int gridWidth)
    {
        var possible = tapRows == Winograd.Kernel && tapColumns == Winograd.Kernel && stride == 1
            && channels % 16 == 0 && resultChannels % 16 == 0;
        if (method == ConvMethod.Direct || !possible) return false;
        if (method == ConvMethod.Winograd) return true;
        var tiles = new WinogradTiles(images, gridHeight, gridWidth).Count;
        var direct = (double)images * gridHeight * gridWidth * tapRows * tapColumns;
        return tiles >= FewestTiles && direct > Gain * Winograd.Points * tiles;
    }
}

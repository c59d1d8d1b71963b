using EvenKeel.Kernels.Fusion;
using EvenKeel.Kernels.Products;

namespace EvenKeel.Kernels.Convolution.Winograd;

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

    /// <summary>True if a pass that this takes is faster than by rows of the image, where both can serve.</summary>
    public static bool BeatsRows(ConvMethod method, int channels, int resultChannels) =>
        method == ConvMethod.Winograd || WinogradSmall.Takes(channels, resultChannels);

    /// <summary>A forward pass or an input gradient of stride 1.</summary>
    public static void Product(
        Workers workers, in ConvPhase phase, float* source, MapTables map, float* weights, float* bias, float slope,
        float* result, bool accumulate)
    {
        var images = Images(phase, source, bias, slope, result);
        images.Map = map;
        images.Accumulate = accumulate;
        Product(workers, images, weights, 0);
    }

    /// <summary>A forward pass, and the mean and biased variance of each of the result's channels.</summary>
    public static void Measured(
        Workers workers, in ConvPhase phase, float* source, MapTables map, float* weights, float* bias, float slope,
        float* result, float* mean, float* variance)
    {
        var images = Images(phase, source, bias, slope, result);
        images.Map = map;
        var moments = new ConvMoments
        {
            Channels = phase.ResultChannels,
            Mean = mean,
            Variance = variance,
            Parts = Product(workers, images, weights, ConvMoments.PartLength(phase.ResultChannels)),
        };
        workers.Run(moments.Chunks, ref moments);
    }

    /// <summary>An input gradient of stride 1 that passes a gate, and its sums.</summary>
    /// <param name="workers">Threads and vector path.</param>
    /// <param name="phase">The input gradient.</param>
    /// <param name="source">The output's gradient.</param>
    /// <param name="weights">Weights.</param>
    /// <param name="result">Receives the gradient.</param>
    /// <param name="accumulate">Adds to what the result holds.</param>
    /// <param name="gate">The gate.</param>
    /// <param name="sums">Where the sums go, and what they are scaled by.</param>
    public static void Gated(
        Workers workers, in ConvPhase phase, float* source, float* weights, float* result, bool accumulate, GradientGate gate,
        GatheredSums sums)
    {
        var images = Images(phase, source, null, 1f, result);
        images.Accumulate = accumulate;
        images.Gate = gate;
        sums.Channels = phase.ResultChannels;
        sums.Parts = Product(workers, images, weights, sums.PartLength);
        workers.Run(sums.Chunks, ref sums);
    }

    private static WinogradImages Images(in ConvPhase phase, float* source, float* bias, float slope, float* result) => new()
    {
        Phase = phase,
        Source = source,
        Bias = bias,
        Result = result,
        Slope = slope,
    };

    // What the parts gathered lies in the memory that all share until the next job that takes some.
    private static GatheredParts Product(Workers workers, WinogradImages images, float* weights, nint partLength)
    {
        GatheredParts parts;
        if (WinogradSmall.Takes(images.Phase.SourceChannels, images.Phase.ResultChannels))
        {
            var few = new WinogradSmallProduct { Images = images };
            parts = new() { Count = few.Chunks, PartLength = partLength };
            parts.Memory = Prepare(workers, ref few.Images, WinogradSmall.Shape, weights, parts.Length, out few.Weights);
            few.Parts = parts;
            few.Scratch = workers.Pieces(few.WorkerLength);
            workers.Run(few.Chunks, ref few);
            return parts;
        }

        var shape = TileShape.Of(workers.Path);
        var job = new WinogradProduct { Images = images, Panels = new(images.Phase.ResultChannels, shape) };
        parts = new() { Count = job.Split(shape), PartLength = partLength };
        parts.Memory = Prepare(workers, ref job.Images, shape, weights, parts.Length, out job.Weights);
        job.Parts = parts;
        job.Scratch = workers.Pieces(job.WorkerLength);
        workers.Run(parts.Count, ref job);
        return parts;
    }

    /// <summary>A weight gradient of stride 1.</summary>
    public static void WeightGradient(
        Workers workers, in ConvGeometry g, float* input, MapTables map, float* gradient, float* result, bool accumulate)
    {
        if (WinogradSmall.Takes(g.InChannels, g.OutChannels))
        {
            SmallWeightGradient(workers, g, input, map, gradient, result, accumulate);
            return;
        }

        var plan = new WinogradGradientPlan(g, TileShape.Of(workers.Path));
        var zeros = (nint)Math.Max(g.InChannels, plan.Panels.PaddedColumns) * Filtering.RunColumns;

        // One thread has the memory of one part in its caches, two have one each.
        var together = Math.Min(plan.Parts, workers.Threads);
        var pieces = workers.Pieces(plan.Transformed + plan.Sums);
        var first = pieces.Of(0);
        var step = together == 1 ? 0 : (nint)(pieces.Of(workers.Threads / 2) - first);
        var taps = new WinogradGradientResult
        {
            Geometry = g,
            Panels = plan.Panels,
            Rows = plan.PaddedRows,
            Sums = first + plan.Transformed,
            SumStep = plan.SumStep,
            Parts = together,
            PartStep = step,
            Accumulate = accumulate && plan.Parts == 1,
        };
        var scratch = workers.SharedScratch((nuint)(zeros + (plan.Parts * taps.PartLength)));
        new Span<float>(scratch, (int)zeros).Clear();
        var transform = new WinogradGradientTransform
        {
            Geometry = g,
            Plan = plan,
            Parts = together,
            Input = input,
            Map = map,
            Gradient = gradient,
            Zeros = scratch,
            Result = first,
            PartStep = step,
        };
        var product = new WinogradGradientProduct
        {
            Plan = plan,
            Parts = together,
            Transformed = first,
            Sums = taps.Sums,
            PartStep = step,
        };
        var results = plan.Parts == 1 ? result : scratch + zeros;
        for (var part = 0; part < plan.Parts; part += together)
        {
            transform.FirstPart = product.FirstPart = part;
            for (var block = 0; block < plan.Blocks; block++)
            {
                transform.Block = product.Block = block;
                workers.Run(transform.Chunks, ref transform);
                workers.Run(product.Chunks, ref product);
            }

            taps.Result = results + (part * taps.PartLength);
            workers.Run(taps.Chunks, ref taps);
        }

        if (plan.Parts > 1) Add(workers, results, plan.Parts, taps.PartLength, result, accumulate);
    }

    private static void Add(Workers workers, float* parts, int count, nint length, float* result, bool accumulate)
    {
        var sum = new ConvPartSum { Parts = parts, Result = result, Length = length, Count = count, Accumulate = accumulate };
        workers.Run(sum.Chunks, ref sum);
    }

    // Zeros and transformed weights lie in the memory that all share, before what the parts gather.
    private static float* Prepare(
        Workers workers, ref WinogradImages images, TileShape shape, float* weights, nint partsLength, out float* transformed)
    {
        var panels = new GemmPanels(images.Phase.ResultChannels, shape);
        var zeros = images.Phase.SourceChannels * (nint)Filtering.RunColumns;
        var length = images.Phase.SourceChannels * (nint)panels.PaddedColumns;
        var scratch = workers.SharedScratch((nuint)(zeros + (length * Filtering.Points) + partsLength));
        images.Zeros = scratch;
        new Span<float>(scratch, (int)zeros).Clear();
        transformed = scratch + zeros;
        var transform = new WinogradWeights
        {
            Pack = new() { Phase = images.Phase, Panels = panels, Weights = weights },
            Result = transformed,
        };
        transform.Scratch = workers.Pieces(transform.WorkerLength);
        workers.Run(transform.Chunks, ref transform);
        return transformed + (length * Filtering.Points);
    }

    private static void SmallWeightGradient(
        Workers workers, in ConvGeometry g, float* input, MapTables map, float* gradient, float* result, bool accumulate)
    {
        var job = new WinogradSmallGradient
        {
            Images = new() { Phase = ConvPhase.Forward(g), Source = input, Map = map, Result = gradient },
        };
        nint zeros = Filtering.RunColumns * Math.Max(g.InChannels, g.OutChannels);
        job.Taps = new()
        {
            Geometry = g,
            Panels = new(g.OutChannels, WinogradSmall.Shape),
            Rows = g.InChannels,
            SumStep = (nint)g.InChannels * g.OutChannels,
            Parts = 1,
        };
        var taps = job.Chunks * job.Taps.PartLength;
        job.Images.Zeros = workers.SharedScratch((nuint)(zeros + taps));
        new Span<float>(job.Images.Zeros, (int)zeros).Clear();
        job.Taps.Result = job.Images.Zeros + zeros;
        job.Scratch = workers.Pieces(job.WorkerLength);
        workers.Run(job.Chunks, ref job);
        Add(workers, job.Taps.Result, job.Chunks, job.Taps.PartLength, result, accumulate);
    }

    private static bool Takes(
        ConvMethod method, int tapRows, int tapColumns, int stride, int channels, int resultChannels, int images,
        int gridHeight, int gridWidth)
    {
        var possible = tapRows == Filtering.Kernel && tapColumns == Filtering.Kernel && stride == 1
            && channels % 16 == 0 && resultChannels % 16 == 0;
        if (method == ConvMethod.Direct || !possible) return false;
        if (method == ConvMethod.Winograd) return true;
        var tiles = new WinogradTiles(images, gridHeight, gridWidth).Count;
        var direct = (double)images * gridHeight * gridWidth * tapRows * tapColumns;
        return tiles >= FewestTiles && direct > Gain * Filtering.Points * tiles;
    }
}

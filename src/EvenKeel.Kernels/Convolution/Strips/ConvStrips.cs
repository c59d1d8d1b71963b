using EvenKeel.Kernels.Fusion;
using EvenKeel.Kernels.Products;

namespace EvenKeel.Kernels.Convolution.Strips;

/// <summary>How the jobs of a convolution by strips follow each other.</summary>
internal static unsafe class ConvStrips
{
    /// <summary>A forward pass or an input gradient.</summary>
    public static void Product(
        Workers workers, in ConvPhase phase, float* source, float* weights, float* bias, float slope, float* result,
        bool accumulate) => Product(workers, phase, source, weights, bias, slope, result, accumulate, 0);

    /// <summary>A forward pass over a multiple of sixteen result channels, and the mean and biased variance of each.</summary>
    public static void Measured(
        Workers workers, in ConvPhase phase, float* source, float* weights, float* bias, float slope, float* result,
        float* mean, float* variance)
    {
        var moments = new ConvMoments
        {
            Channels = phase.ResultChannels,
            Mean = mean,
            Variance = variance,
            Parts = Product(
                workers, phase, source, weights, bias, slope, result, accumulate: false,
                ConvMoments.PartLength(phase.ResultChannels)),
        };
        workers.Run(moments.Chunks, ref moments);
    }

    // What the parts gathered lies in the memory that all share until the next job that takes some.
    private static GatheredParts Product(
        Workers workers, in ConvPhase phase, float* source, float* weights, float* bias, float slope, float* result,
        bool accumulate, nint partLength)
    {
        var job = new ConvStripProduct
        {
            Strip = new(phase),
            Panels = new(phase.ResultChannels, TileShape.Of(workers.Path)),
            Source = source,
            Bias = bias,
            Result = result,
            Slope = slope,
            Accumulate = accumulate,
        };
        var packed = AlignedMemory.WholeLines(job.Strip.Depth * (nint)job.Panels.PaddedColumns);
        job.Parts = new() { Count = job.Chunks, PartLength = partLength };
        var parts = AlignedMemory.WholeLines(job.Parts.Length);
        job.Weights = workers.SharedScratch((nuint)(packed + parts));
        job.Parts.Memory = job.Weights + packed;
        job.Scratch = workers.Pieces(job.WorkerLength);
        ConvStripWeights.Pack(phase, job.Panels, weights, job.Weights);
        workers.Run(job.Chunks, ref job);
        return job.Parts;
    }

    /// <summary>A weight gradient.</summary>
    public static void WeightGradient(
        Workers workers, in ConvGeometry g, float* input, float* gradient, float* result, bool accumulate)
    {
        var shape = TileShape.Of(workers.Path);
        var job = new ConvStripGradient
        {
            Strip = new(ConvPhase.Forward(g)),
            Panels = new(g.OutChannels, shape),
            Input = input,
            Gradient = gradient,
            TileRows = shape.Rows,
        };
        var parts = AlignedMemory.WholeLines(job.Chunks * job.PartLength);
        job.Sums = workers.SharedScratch((nuint)parts);
        job.Scratch = workers.Pieces(job.WorkerLength);
        workers.Run(job.Chunks, ref job);
        ConvStripWeights.Unpack(g, job, result, accumulate);
    }
}

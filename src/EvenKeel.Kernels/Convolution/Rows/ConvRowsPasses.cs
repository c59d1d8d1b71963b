using EvenKeel.Kernels.Products;

namespace EvenKeel.Kernels.Convolution.Rows;

/// <summary>How the jobs of a convolution by rows follow each other.</summary>
internal static unsafe class ConvRowsPasses
{
    /// <summary>A forward pass or an input gradient.</summary>
    public static void Product(
        Workers workers, in ConvPhase phase, float* source, float* weights, float* bias, float slope, float* result,
        bool accumulate)
    {
        var job = new ConvRowsProduct
        {
            Rows = new(phase),
            Panels = new(phase.ResultChannels, TileShape.Of(workers.Path)),
            Source = source,
            Bias = bias,
            Result = result,
            Slope = slope,
            Accumulate = accumulate,
        };
        var packed = AlignedMemory.WholeLines((nint)phase.Depth * job.Panels.PaddedColumns);
        job.Weights = workers.SharedScratch((nuint)packed);
        job.Scratch = workers.Pieces(job.WorkerLength);
        var pack = new ConvPack { Phase = phase, Panels = job.Panels, Weights = weights, Packed = job.Weights };
        workers.Run(pack.Chunks, ref pack);
        workers.Run(job.Chunks, ref job);
    }

    /// <summary>A weight gradient.</summary>
    public static void WeightGradient(
        Workers workers, in ConvGeometry g, float* input, float* gradient, float* result, bool accumulate)
    {
        var job = new ConvRowsGradient
        {
            Rows = new(ConvPhase.Forward(g)),
            Panels = new(g.OutChannels, TileShape.Of(workers.Path)),
            Input = input,
            Gradient = gradient,
        };
        var parts = job.Chunks * job.PartLength;
        job.Sums = workers.SharedScratch((nuint)parts);
        job.Scratch = workers.Pieces(job.WorkerLength);
        workers.Run(job.Chunks, ref job);
        var sum = new ConvPartSum
        {
            Parts = job.Sums,
            Result = result,
            Length = job.PartLength,
            Count = job.Chunks,
            Accumulate = accumulate,
        };
        workers.Run(sum.Chunks, ref sum);
    }
}

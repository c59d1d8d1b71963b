namespace EvenKeel.Kernels;

/// <summary>How the jobs of a convolution by strips follow each other.</summary>
internal static unsafe class ConvStrips
{
    /// <summary>A forward pass or an input gradient.</summary>
    public static void Product(
        Workers workers, in ConvPhase phase, float* source, float* weights, float* bias, float slope, float* result,
        bool accumulate)
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
        job.Weights = workers.SharedScratch((nuint)(packed + (workers.Threads * AlignedMemory.WholeLines(job.WorkerLength))));
        job.Scratch = job.Weights + packed;
        ConvStripWeights.Pack(phase, job.Panels, weights, job.Weights);
        workers.Run(job.Chunks, ref job);
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
        job.Sums = workers.SharedScratch((nuint)(parts + (workers.Threads * AlignedMemory.WholeLines(job.WorkerLength))));
        job.Scratch = job.Sums + parts;
        workers.Run(job.Chunks, ref job);
        ConvStripWeights.Unpack(g, job, result, accumulate);
    }
}

using EvenKeel.Kernels.Products;

namespace EvenKeel.Kernels.Convolution.Dense;

/// <summary>Convolutions that are plain matrix products, and how their jobs follow each other.</summary>
internal static unsafe class DenseConv
{
    /// <summary>True if the result of a phase is its source's rows times the weights.</summary>
    public static bool Takes(in ConvPhase phase) =>
        phase.Taps == 1 && phase.SourceStride == 1 && phase.ResultStride == 1
        && phase.GridHeight == phase.SourceHeight && phase.GridWidth == phase.SourceWidth
        && phase.FirstRow == 0 && phase.FirstColumn == 0;

    /// <summary>True if a weight gradient is the product of all input and output pixels.</summary>
    public static bool Takes(in ConvGeometry g) => g.Taps == 1 && g.Stride == 1 && g.Padding == 0;

    /// <summary>A forward pass or an input gradient.</summary>
    public static void Product(
        Workers workers, in ConvPhase phase, float* source, float* weights, float* bias, float slope, float* result,
        bool accumulate)
    {
        if (phase.Pixels <= DenseFewRows.MostRows)
        {
            FewRows(workers, phase, source, weights, bias, slope, result, accumulate);
            return;
        }

        var shape = TileShape.Of(workers.Path);
        var panels = DenseProduct.PanelsFor(phase.Pixels, phase.ResultChannels, shape);
        var job = new DenseProduct
        {
            Rows = phase.Pixels,
            Depth = phase.SourceChannels,
            Source = source,
            Panels = panels,
            Pack = new() { Phase = phase, Panels = panels, Weights = weights },
            Bias = bias,
            Result = result,
            Slope = slope,
            Accumulate = accumulate,
        };
        var chunks = job.Split(shape);
        var packed = job.PacksItself ? 0 : AlignedMemory.WholeLines(phase.SourceChannels * (nint)panels.PaddedColumns);
        var copied = job.SharesCopies ? DenseRows.Length(job.Depth, job.PaddedRows) : 0;
        job.Weights = workers.SharedScratch((nuint)(packed + copied));
        job.Copied = job.Weights + packed;
        job.Scratch = workers.Pieces(job.WorkerLength);
        if (!job.PacksItself)
        {
            job.Pack.Packed = job.Weights;
            var pack = new DensePack { Weights = job.Pack };
            workers.Run(pack.Chunks, ref pack);
        }

        if (job.SharesCopies)
        {
            var rows = new DenseRows
            {
                Depth = job.Depth,
                Rows = (int)job.Rows,
                PaddedRows = job.PaddedRows,
                Source = source,
                Copy = job.Copied,
            };
            workers.Run(rows.Chunks, ref rows);
        }

        workers.Run(chunks, ref job);
    }

    /// <summary>A weight gradient.</summary>
    public static void WeightGradient(
        Workers workers, in ConvGeometry g, float* input, float* gradient, float* result, bool accumulate)
    {
        if (g.InPixels <= DenseFewRows.MostRows)
        {
            var few = new DenseFewRows
            {
                Kind = DenseFewRows.Pass.WeightGradient,
                Rows = (int)g.InPixels,
                Inputs = g.InChannels,
                Outputs = g.OutChannels,
                Input = input,
                Weights = result,
                Output = gradient,
                Accumulate = accumulate,
            };
            workers.Run(few.Chunks, ref few);
            return;
        }

        var plan = new DenseGradientPlan(g, TileShape.Of(workers.Path));
        if (plan.Parts > 1)
        {
            GradientParts(workers, plan, input, gradient, result, accumulate);
            return;
        }

        var inputs = workers.SharedScratch((nuint)(plan.InputLength + plan.GradientLength));
        var pack = new DenseGradientPack { Plan = plan, Inputs = inputs, Gradients = inputs + plan.InputLength };
        var product = new DenseGradient
        {
            Plan = plan,
            Inputs = inputs,
            Gradients = pack.Gradients,
            Result = result,
            Accumulate = accumulate,
        };
        for (var block = 0; block < plan.Blocks; block++)
        {
            pack.Rows = product.Rows = plan.RowsOf(block);
            pack.Input = input + ((nint)block * plan.Block * g.InChannels);
            pack.Gradient = gradient + ((nint)block * plan.Block * g.OutChannels);
            if (!plan.PacksInput) product.Inputs = pack.Input;
            workers.Run(pack.Chunks, ref pack);
            workers.Run(product.Chunks, ref product);
            product.Accumulate = true;
        }
    }

    private static void GradientParts(
        Workers workers, in DenseGradientPlan plan, float* input, float* gradient, float* result, bool accumulate)
    {
        var job = new DenseGradientParts { Plan = plan, Input = input, Gradient = gradient };
        var sums = AlignedMemory.WholeLines(plan.Parts * plan.Sums);
        job.Sums = workers.SharedScratch((nuint)sums);
        job.Scratch = workers.Pieces(job.WorkerLength);
        workers.Run(plan.Parts, ref job);
        var sum = new ConvPartSum
        {
            Parts = job.Sums,
            Result = result,
            Length = plan.Sums,
            Count = plan.Parts,
            Accumulate = accumulate,
        };
        workers.Run(sum.Chunks, ref sum);
    }

    private static void FewRows(
        Workers workers, in ConvPhase phase, float* source, float* weights, float* bias, float slope, float* result,
        bool accumulate)
    {
        var job = new DenseFewRows
        {
            Kind = phase.TransposedWeights ? DenseFewRows.Pass.InputGradient : DenseFewRows.Pass.Forward,
            Rows = (int)phase.Pixels,
            Inputs = phase.TransposedWeights ? phase.ResultChannels : phase.SourceChannels,
            Outputs = phase.TransposedWeights ? phase.SourceChannels : phase.ResultChannels,
            Weights = weights,
            Accumulate = accumulate,
        };
        if (phase.TransposedWeights)
        {
            job.Input = result;
            job.Output = source;
            workers.Run(job.Chunks, ref job);
            return;
        }

        job.Input = source;
        job.Output = workers.SharedScratch((nuint)(job.Chunks * (nint)job.Rows * job.Outputs));
        workers.Run(job.Chunks, ref job);
        var sum = new DenseFewRowsSum
        {
            Sums = job.Output,
            Parts = job.Chunks,
            Rows = job.Rows,
            Outputs = job.Outputs,
            Bias = bias,
            Slope = slope,
            Result = result,
        };
        workers.Run(job.Rows, ref sum);
    }
}

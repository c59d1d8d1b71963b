using EvenKeel.Kernels.Convolution.Dense;
using EvenKeel.Kernels.Convolution.Direct;
using EvenKeel.Kernels.Convolution.Rows;
using EvenKeel.Kernels.Convolution.Strips;
using EvenKeel.Kernels.Convolution.Winograd;
using EvenKeel.Kernels.Fusion;
using EvenKeel.Kernels.Products;

namespace EvenKeel.Kernels.Convolution;

// Weight gradients.
internal static unsafe partial class Conv
{
    /// <summary>dw = the gradient of the weights, or dw += where <paramref name="accumulate"/> is set.</summary>
    /// <param name="workers">Threads and vector path.</param>
    /// <param name="g">Sizes of the forward convolution.</param>
    /// <param name="x">Input [batch, height, width, in].</param>
    /// <param name="dy">Gradient of the output before its activation [batch, out height, out width, out].</param>
    /// <param name="dw">Receives the gradient [kernel height, kernel width, in, out].</param>
    /// <param name="accumulate">Adds to what dw holds.</param>
    /// <exception cref="ArgumentException">A length that does not fit the sizes, or an overlap.</exception>
    public static void WeightGradient(
        Workers workers, in ConvGeometry g, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, Span<float> dw,
        bool accumulate) => WeightGradient(workers, g, x, default, dy, dw, accumulate);

    /// <summary>The same where x passes a map first; only where <see cref="Maps"/>.</summary>
    /// <param name="workers">Threads and vector path.</param>
    /// <param name="g">Sizes of the forward convolution.</param>
    /// <param name="x">Input [batch, height, width, in].</param>
    /// <param name="map">What x passes first; default for nothing.</param>
    /// <param name="dy">Gradient of the output before its activation [batch, out height, out width, out].</param>
    /// <param name="dw">Receives the gradient [kernel height, kernel width, in, out].</param>
    /// <param name="accumulate">Adds to what dw holds.</param>
    /// <exception cref="ArgumentException">A length that does not fit the sizes, or an overlap.</exception>
    public static void WeightGradient(
        Workers workers, in ConvGeometry g, ReadOnlySpan<float> x, SourceMap map, ReadOnlySpan<float> dy, Span<float> dw,
        bool accumulate)
    {
        CheckMap(workers, g, map);
        Check(x, g.InputLength, "input");
        Check(dy, g.OutputLength, "output gradient");
        Check(dw, g.WeightLength, "weight gradient");
        if (dw.Overlaps(x) || dw.Overlaps(dy)) ThrowOverlap();
        fixed (float* input = x, gradient = dy, result = dw, mean = map.Mean, scale = map.Scale, shift = map.Shift)
        {
            if (WeighsByWinograd(workers, g))
            {
                var mapped = new MapTables { Mean = mean, Scale = scale, Shift = shift, Slope = map.Slope };
                WinogradConv.WeightGradient(workers, g, input, mapped, gradient, result, accumulate);
                return;
            }

            if (ConvRows.Takes(g))
            {
                ConvRowsPasses.WeightGradient(workers, g, input, gradient, result, accumulate);
                return;
            }

            if (g.Stride == 1 && ConvStrip.Takes(ConvPhase.Forward(g)))
            {
                ConvStrips.WeightGradient(workers, g, input, gradient, result, accumulate);
                return;
            }

            if (DenseConv.Takes(g))
            {
                DenseConv.WeightGradient(workers, g, input, gradient, result, accumulate);
                return;
            }

            var shape = TileShape.Of(workers.Path);
            var job = new ConvWeightGradient
            {
                Geometry = g,
                Plan = new(g),
                Panels = new(g.OutChannels, shape),
                Shape = shape,
                Input = input,
                Gradient = gradient,
                Result = result,
                Accumulate = accumulate,
            };
            var sums = job.HasParts ? job.Plan.Chunks * job.SumsLength : 0;
            job.Sums = workers.SharedScratch((nuint)sums);
            job.Scratch = workers.Pieces(job.WorkerLength);
            workers.Run(job.Plan.Chunks, ref job);
            if (!job.HasParts) return;
            var sum = new ConvWeightSum { Gradient = job };
            workers.Run(job.SumChunks, ref sum);
        }
    }

    private static bool WeighsByWinograd(Workers workers, in ConvGeometry g) =>
        WinogradConv.Takes(workers.Convolution, g)
        && (WinogradConv.BeatsRows(workers.Convolution, g.InChannels, g.OutChannels) || !ConvRows.Takes(g));
}

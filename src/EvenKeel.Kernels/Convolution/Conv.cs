using EvenKeel.Kernels.Convolution.Dense;
using EvenKeel.Kernels.Convolution.Direct;
using EvenKeel.Kernels.Convolution.Rows;
using EvenKeel.Kernels.Convolution.Strips;
using EvenKeel.Kernels.Convolution.Winograd;
using EvenKeel.Kernels.Fusion;
using EvenKeel.Kernels.Products;

namespace EvenKeel.Kernels.Convolution;

/// <summary>
/// 2-D convolution on the processor: activations [batch, height, width, channels], weights
/// [kernel height, kernel width, in, out]. Without rearranging images: directly, or by fewer products of transformed
/// tiles where that pays (<see cref="WinogradConv"/>).
/// </summary>
/// <remarks>The bits of a result depend on neither the number of threads nor the vector path. Results may not overlap
/// the operands. Padding is not multiplied where a whole tile is in it, and counts as zeros otherwise: an infinite
/// weight next to padding gives NaN or not, depending on the vector path and on the number of images.</remarks>
internal static unsafe partial class Conv
{
    /// <summary>y = act(conv(x, w) + bias), where act(v) is v above zero and slope·v elsewhere.</summary>
    /// <param name="workers">Threads and vector path.</param>
    /// <param name="g">Sizes.</param>
    /// <param name="x">Input [batch, height, width, in].</param>
    /// <param name="w">Weights [kernel height, kernel width, in, out].</param>
    /// <param name="bias">Bias [out], or empty for none.</param>
    /// <param name="slope">1 leaves values alone, 0 is ReLU.</param>
    /// <param name="y">Receives the output [batch, out height, out width, out].</param>
    /// <exception cref="ArgumentException">A length that does not fit the sizes, or an overlap.</exception>
    public static void Forward(
        Workers workers, in ConvGeometry g, ReadOnlySpan<float> x, ReadOnlySpan<float> w, ReadOnlySpan<float> bias,
        float slope, Span<float> y) => Forward(workers, g, x, default, w, bias, slope, y, default, default);

    /// <summary>The same of what a map makes of x, only where <see cref="Maps"/>, and on the way the mean and the biased variance
    /// of each channel of y, only where <see cref="Measures"/>.</summary>
    /// <param name="workers">Threads and vector path.</param>
    /// <param name="g">Sizes.</param>
    /// <param name="x">Input [batch, height, width, in].</param>
    /// <param name="map">What x passes first; default for nothing.</param>
    /// <param name="w">Weights [kernel height, kernel width, in, out].</param>
    /// <param name="bias">Bias [out], or empty for none.</param>
    /// <param name="slope">1 leaves values alone, 0 is ReLU.</param>
    /// <param name="y">Receives the output [batch, out height, out width, out].</param>
    /// <param name="mean">Receives the means [out]; empty for none.</param>
    /// <param name="variance">Receives the variances [out]; empty for none.</param>
    /// <exception cref="ArgumentException">A length that does not fit the sizes, or an overlap.</exception>
    public static void Forward(
        Workers workers, in ConvGeometry g, ReadOnlySpan<float> x, SourceMap map, ReadOnlySpan<float> w,
        ReadOnlySpan<float> bias, float slope, Span<float> y, Span<float> mean, Span<float> variance)
    {
        CheckMap(workers, g, map);
        Check(x, g.InputLength, "input");
        Check(w, g.WeightLength, "weights");
        Check(y, g.OutputLength, "output");
        if (!bias.IsEmpty) Check(bias, g.OutChannels, "bias");
        if (y.Overlaps(x) || y.Overlaps(w) || y.Overlaps(bias)) ThrowOverlap();
        if (!mean.IsEmpty)
        {
            Check(mean, g.OutChannels, "means");
            Check(variance, g.OutChannels, "variances");
            if (!Measures(workers, g))
            {
                throw new ArgumentException(
                    "A convolution measures its output on the way only where F(4x4, 3x3) computes it, or strips of up to 4 channels do.");
            }
        }

        fixed (float* source = x, weights = w, biases = bias, result = y, means = mean, variances = variance,
               mapMean = map.Mean, scale = map.Scale, shift = map.Shift)
        {
            var phase = ConvPhase.Forward(g);
            var mapped = new MapTables { Mean = mapMean, Scale = scale, Shift = shift, Slope = map.Slope };
            if (mean.IsEmpty) Product(workers, phase, source, mapped, weights, biases, slope, result, accumulate: false);
            else if (UsesWinograd(workers, phase))
                WinogradConv.Measured(workers, phase, source, mapped, weights, biases, slope, result, means, variances);
            else ConvStrips.Measured(workers, phase, source, weights, biases, slope, result, means, variances);
        }
    }

    /// <summary>True if a forward pass and its weight gradient can read their input through a map.</summary>
    internal static bool Maps(Workers workers, in ConvGeometry g) =>
        UsesWinograd(workers, ConvPhase.Forward(g)) && WeighsByWinograd(workers, g);

    /// <summary>True if a forward pass can measure its output on the way.</summary>
    internal static bool Measures(Workers workers, in ConvGeometry g)
    {
        var phase = ConvPhase.Forward(g);
        return UsesWinograd(workers, phase) || (g.OutChannels % 16 == 0 && !ConvRows.Takes(phase) && ConvStrip.Takes(phase));
    }

    /// <summary>dx = the gradient of the input, or dx += where <paramref name="accumulate"/> is set.</summary>
    /// <param name="workers">Threads and vector path.</param>
    /// <param name="g">Sizes of the forward convolution.</param>
    /// <param name="dy">Gradient of the output before its activation [batch, out height, out width, out].</param>
    /// <param name="w">Weights [kernel height, kernel width, in, out].</param>
    /// <param name="dx">Receives the gradient [batch, height, width, in].</param>
    /// <param name="accumulate">Adds to what dx holds.</param>
    /// <exception cref="ArgumentException">A length that does not fit the sizes, or an overlap.</exception>
    public static void InputGradient(
        Workers workers, in ConvGeometry g, ReadOnlySpan<float> dy, ReadOnlySpan<float> w, Span<float> dx,
        bool accumulate)
    {
        Check(dy, g.OutputLength, "output gradient");
        Check(w, g.WeightLength, "weights");
        Check(dx, g.InputLength, "input gradient");
        if (dx.Overlaps(dy) || dx.Overlaps(w)) ThrowOverlap();
        fixed (float* source = dy, weights = w, result = dx)
        {
            for (var row = 0; row < Math.Min(g.Stride, g.Height); row++)
            {
                for (var column = 0; column < Math.Min(g.Stride, g.Width); column++)
                {
                    var phase = ConvPhase.InputGradient(g, row, column);
                    if (phase.Taps == 0 && accumulate) continue;
                    Product(workers, phase, source, default, weights, null, 1f, result, accumulate);
                }
            }
        }
    }

    /// <summary>The same where a normalizer made the input: dx passes the normalizer's activation before it is stored, and is
    /// summed by channel on the way; only where <see cref="Gates"/>.</summary>
    /// <param name="workers">Threads and vector path.</param>
    /// <param name="g">Sizes of the forward convolution.</param>
    /// <param name="dy">Gradient of the output before its activation [batch, out height, out width, out].</param>
    /// <param name="w">Weights [kernel height, kernel width, in, out].</param>
    /// <param name="dx">Receives the gradient behind the normalizer's activation [batch, height, width, in].</param>
    /// <param name="accumulate">Adds to what dx holds, before the activation.</param>
    /// <param name="sums">The normalizer, and where the sums go.</param>
    /// <exception cref="ArgumentException">A length that does not fit the sizes, or an overlap.</exception>
    public static void InputGradient(
        Workers workers, in ConvGeometry g, ReadOnlySpan<float> dy, ReadOnlySpan<float> w, Span<float> dx,
        bool accumulate, GatedSums sums)
    {
        Check(dy, g.OutputLength, "output gradient");
        Check(w, g.WeightLength, "weights");
        Check(dx, g.InputLength, "input gradient");
        sums.Check(g.InputLength, g.InChannels);
        if (dx.Overlaps(dy) || dx.Overlaps(w) || dx.Overlaps(sums.X) || dx.Overlaps(sums.Y) || dx.Overlaps(sums.Bits)) ThrowOverlap();
        if (!Gates(workers, g))
            throw new ArgumentException("A convolution sums its input's gradient on the way only where F(4x4, 3x3) computes it.");
        fixed (float* source = dy, weights = w, result = dx, x = sums.X, y = sums.Y, mean = sums.Mean, rstd = sums.Rstd,
               scale = sums.Scale, shift = sums.Shift, bits = sums.Bits, sum = sums.Sum, product = sums.Product)
        {
            var gate = new GradientGate(sums.Slope, x, y, bits, mean, scale, shift);
            WinogradConv.Gated(
                workers, ConvPhase.InputGradient(g, 0, 0), source, weights, result, accumulate, gate,
                new() { Rstd = rstd, Sum = sum, Product = product });
        }
    }

    /// <summary>True if an input gradient can pass a normalizer's activation and be summed on the way.</summary>
    internal static bool Gates(Workers workers, in ConvGeometry g) =>
        g.Stride == 1 && UsesWinograd(workers, ConvPhase.InputGradient(g, 0, 0));

    private static void Product(
        Workers workers, in ConvPhase phase, float* source, MapTables map, float* weights, float* bias, float slope,
        float* result, bool accumulate)
    {
        if (UsesWinograd(workers, phase))
        {
            WinogradConv.Product(workers, phase, source, map, weights, bias, slope, result, accumulate);
            return;
        }

        if (ConvRows.Takes(phase))
        {
            ConvRowsPasses.Product(workers, phase, source, weights, bias, slope, result, accumulate);
            return;
        }

        if (ConvStrip.Takes(phase))
        {
            ConvStrips.Product(workers, phase, source, weights, bias, slope, result, accumulate);
            return;
        }

        if (DenseConv.Takes(phase))
        {
            DenseConv.Product(workers, phase, source, weights, bias, slope, result, accumulate);
            return;
        }

        var shape = TileShape.Of(workers.Path);
        var panels = new GemmPanels(phase.ResultChannels, shape);
        var job = new ConvProduct
        {
            Phase = phase,
            Panels = panels,
            Source = source,
            Pack = new() { Phase = phase, Panels = panels, Weights = weights },
            Bias = bias,
            Result = result,
            Slope = slope,
            Accumulate = accumulate,
        };
        var chunks = job.Split(shape);
        var zeros = AlignedMemory.WholeLines((nint)phase.TapColumns * phase.SourceChannels);
        var packed = job.SharesPanels ? AlignedMemory.WholeLines((nint)phase.Depth * panels.PaddedColumns) : 0;
        job.Zeros = workers.SharedScratch((nuint)(zeros + packed));
        job.Pack.Packed = job.Zeros + zeros;
        job.Scratch = workers.Pieces(job.WorkerLength);
        new Span<float>(job.Zeros, (int)zeros).Clear();
        if (job.SharesPanels) workers.Run(job.Pack.Chunks, ref job.Pack);
        workers.Run(chunks, ref job);
    }

    private static bool UsesWinograd(Workers workers, in ConvPhase phase) =>
        phase.ResultStride == 1 && WinogradConv.Takes(workers.Convolution, phase, phase.SourceStride)
        && (WinogradConv.BeatsRows(workers.Convolution, phase.SourceChannels, phase.ResultChannels) || !ConvRows.Takes(phase));

    private static void CheckMap(Workers workers, in ConvGeometry g, SourceMap map)
    {
        map.Check(g.InChannels);
        if (!map.IsEmpty && !Maps(workers, g))
            throw new ArgumentException("A convolution maps its input as it reads only where F(4x4, 3x3) computes it and its weight gradient.");
    }

    private static void Check(ReadOnlySpan<float> span, long expected, string name)
    {
        if (span.Length != expected)
            throw new ArgumentException($"The {name} of a convolution holds {span.Length} floats: expected {expected}.");
    }

    private static void ThrowOverlap() => throw new ArgumentException(
        "The result of a convolution overlaps one of its operands: give it memory of its own.");
}

namespace EvenKeel.Kernels.Convolution;

/// <summary>
/// The sizes of one 2-D convolution: activations [batch, height, width, channels], weights
/// [kernel height, kernel width, in, out], one stride and one zero padding for both axes.
/// </summary>
/// <remarks>Output size: floor((size + 2 * padding - kernel) / stride) + 1.</remarks>
/// <exception cref="ArgumentException">A size below 1, a negative padding, or a kernel larger than the padded
/// image.</exception>
internal readonly record struct ConvGeometry(
    int Batch,
    int Height,
    int Width,
    int InChannels,
    int OutChannels,
    int KernelHeight,
    int KernelWidth,
    int Stride,
    int Padding)
{
    public int Batch { get; } = AtLeastOne(Batch, "batch");

    public int InChannels { get; } = AtLeastOne(InChannels, "input channel count");

    public int OutChannels { get; } = AtLeastOne(OutChannels, "output channel count");

    public int OutHeight { get; } = OutSize(Height, KernelHeight, Stride, Padding, "height");

    public int OutWidth { get; } = OutSize(Width, KernelWidth, Stride, Padding, "width");

    public int Taps => KernelHeight * KernelWidth;

    public long InPixels => (long)Batch * Height * Width;

    public long OutPixels => (long)Batch * OutHeight * OutWidth;

    public long InputLength => InPixels * InChannels;

    public long OutputLength => OutPixels * OutChannels;

    public long WeightLength => (long)Taps * InChannels * OutChannels;

    /// <summary>Multiplications of one pass, those with padding included; a pass is two operations each.</summary>
    public long Multiplies => OutPixels * Taps * InChannels * OutChannels;

    private static int OutSize(int size, int kernel, int stride, int padding, string axis)
    {
        AtLeastOne(size, axis);
        AtLeastOne(kernel, "kernel size");
        AtLeastOne(stride, "stride");
        if (padding < 0) throw new ArgumentException($"A convolution's padding is {padding}: expected 0 or more.");
        var room = (long)size + (2L * padding) - kernel;
        if (room < 0)
        {
            throw new ArgumentException(
                $"A kernel of {axis} {kernel} does not fit an image of {axis} {size} with padding {padding}: " +
                "use a smaller kernel, more padding or larger images.");
        }

        return checked((int)(room / stride) + 1);
    }

    private static int AtLeastOne(int value, string name) => value >= 1
        ? value
        : throw new ArgumentException($"A convolution's {name} is {value}: expected 1 or more.");
}

namespace EvenKeel.Kernels.Pooling;

/// <summary>The sizes of a pooling over x [batch, height, width, channels] with a square window.</summary>
/// <param name="Batch">Images.</param>
/// <param name="Height">Rows of pixels of the input.</param>
/// <param name="Width">Columns of pixels of the input.</param>
/// <param name="Channels">Channels of a pixel.</param>
/// <param name="Kernel">Side of the window.</param>
/// <param name="Stride">Pixels from one window to the next.</param>
/// <param name="Padding">Pixels added on every side.</param>
internal readonly record struct PoolGeometry(
    int Batch, int Height, int Width, int Channels, int Kernel, int Stride, int Padding)
{
    /// <summary>Rows of pixels of the output; windows that do not fit are left out.</summary>
    public int OutHeight => (Height + 2 * Padding - Kernel) / Stride + 1;

    /// <summary>Columns of pixels of the output.</summary>
    public int OutWidth => (Width + 2 * Padding - Kernel) / Stride + 1;

    /// <summary>Values of the input.</summary>
    public int InputLength => checked(Batch * Height * Width * Channels);

    /// <summary>Values of the output.</summary>
    public int OutputLength => checked(Batch * OutHeight * OutWidth * Channels);

    /// <summary>True if windows neither overlap nor leave pixels between them nor reach into padding.</summary>
    public bool IsTiling => Kernel == Stride && Padding == 0;

    /// <summary>Windows that can lie over one pixel of the input, at most.</summary>
    public int MostCovering => (Kernel + Stride - 1) / Stride * ((Kernel + Stride - 1) / Stride);

    /// <summary>Refuses windows that make no sense.</summary>
    public void Check()
    {
        Require.That(Batch >= 0 && Channels >= 1,
            $"pooling over {Batch} images of {Channels} channels: expected 0 or more images, 1 or more channels.");
        Require.That(Kernel >= 1 && Kernel * Kernel <= 255,
            $"the pooling window is {Kernel}x{Kernel}: expected 1x1 to 15x15, positions are kept in one byte.");
        Require.That(Stride >= 1, $"the pooling stride is {Stride}: expected 1 or more.");
        Require.That(Padding >= 0 && 2 * Padding <= Kernel,
            $"the pooling padding is {Padding}: expected 0 to {Kernel / 2}, at most half the window.");
        Require.That(Height + 2 * Padding >= Kernel && Width + 2 * Padding >= Kernel,
            $"the pooling window of {Kernel} does not fit into {Height}x{Width} pixels with padding {Padding}.");
    }

    /// <summary>The part of the window at output coordinate <paramref name="o"/> that lies on the input: positions
    /// from <paramref name="first"/> to before <paramref name="end"/> in the window.</summary>
    public void Window(int o, int size, out int first, out int end)
    {
        var origin = o * Stride - Padding;
        first = Math.Max(0, -origin);
        end = Math.Min(Kernel, size - origin);
    }

    /// <summary>Moves the range of windows over input coordinate <paramref name="i"/> along: outputs from
    /// <paramref name="first"/> to before <paramref name="end"/>. Both start at 0 and the coordinate only grows, so no
    /// division is needed.</summary>
    public void Cover(int i, int outSize, ref int first, ref int end)
    {
        while (first < outSize && first * Stride - Padding + Kernel <= i) first++;
        while (end < outSize && end * Stride - Padding <= i) end++;
    }
}

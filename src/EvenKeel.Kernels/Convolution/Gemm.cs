namespace EvenKeel.Kernels.Convolution;

/// <summary>
/// Products of row-major matrices. A dense layer is a 1x1 convolution of one row of pixels, so these are thin layers
/// over <see cref="Conv"/>: same tiles, same bits on any number of threads.
/// </summary>
internal static class Gemm
{
    /// <summary>c = act(a·b + bias), where act(v) is v above zero and slope·v elsewhere.</summary>
    /// <param name="workers">Threads and vector path.</param>
    /// <param name="m">Rows of a and c.</param>
    /// <param name="n">Columns of b and c.</param>
    /// <param name="k">Columns of a, rows of b.</param>
    /// <param name="a">[m, k].</param>
    /// <param name="b">[k, n].</param>
    /// <param name="bias">[n], or empty for none.</param>
    /// <param name="slope">1 leaves values alone, 0 is ReLU.</param>
    /// <param name="c">Receives [m, n].</param>
    /// <exception cref="ArgumentException">A length that does not fit the sizes, or an overlap.</exception>
    public static void Multiply(
        Workers workers, int m, int n, int k, ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> bias,
        float slope, Span<float> c)
    {
        Check(m, n, k, a, b, c);
        if (!bias.IsEmpty && bias.Length != n)
            throw new ArgumentException($"The bias of a matrix product holds {bias.Length} floats: expected {n}.");
        if (k > 0 && !c.IsEmpty)
        {
            Conv.Forward(workers, Dense(m, k, n), a, b, bias, slope, c);
            return;
        }

        for (var i = 0; i < c.Length; i++)
        {
            var value = bias.IsEmpty ? 0f : bias[i % n];
            c[i] = value > 0f ? value : slope * value;
        }
    }

    /// <summary>c = a·bᵀ, or c += where <paramref name="accumulate"/> is set: a dense layer's input gradient.</summary>
    /// <param name="workers">Threads and vector path.</param>
    /// <param name="m">Rows of a and c.</param>
    /// <param name="n">Rows of b, columns of c.</param>
    /// <param name="k">Columns of a and b.</param>
    /// <param name="a">[m, k].</param>
    /// <param name="b">[n, k].</param>
    /// <param name="c">Receives [m, n].</param>
    /// <param name="accumulate">Adds to what c holds.</param>
    /// <exception cref="ArgumentException">A length that does not fit the sizes, or an overlap.</exception>
    public static void MultiplyTransposedB(
        Workers workers, int m, int n, int k, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c,
        bool accumulate)
    {
        Check(m, n, k, a, b, c);
        if (k > 0 && !c.IsEmpty) Conv.InputGradient(workers, Dense(m, n, k), a, b, c, accumulate);
        else if (!accumulate) c.Clear();
    }

    /// <summary>c = aᵀ·b, or c += where <paramref name="accumulate"/> is set: a dense layer's weight gradient.</summary>
    /// <param name="workers">Threads and vector path.</param>
    /// <param name="m">Columns of a, rows of c.</param>
    /// <param name="n">Columns of b and c.</param>
    /// <param name="k">Rows of a and b.</param>
    /// <param name="a">[k, m].</param>
    /// <param name="b">[k, n].</param>
    /// <param name="c">Receives [m, n].</param>
    /// <param name="accumulate">Adds to what c holds.</param>
    /// <exception cref="ArgumentException">A length that does not fit the sizes, or an overlap.</exception>
    public static void MultiplyTransposedA(
        Workers workers, int m, int n, int k, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c,
        bool accumulate)
    {
        Check(m, n, k, a, b, c);
        if (k > 0 && !c.IsEmpty) Conv.WeightGradient(workers, Dense(k, m, n), a, b, c, accumulate);
        else if (!accumulate) c.Clear();
    }

    // One image of one row, so that a block of pixels is one run.
    private static ConvGeometry Dense(int rows, int inputs, int outputs) => new(1, 1, rows, inputs, outputs, 1, 1, 1, 0);

    private static void Check(
        int m, int n, int k, ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> c)
    {
        if (m < 0 || n < 0 || k < 0)
            throw new ArgumentException($"A matrix product of m = {m}, n = {n}, k = {k}: expected sizes of 0 or more.");
        Check(a, (long)m * k, "first operand");
        Check(b, (long)k * n, "second operand");
        Check(c, (long)m * n, "result");
    }

    private static void Check(ReadOnlySpan<float> span, long expected, string name)
    {
        if (span.Length != expected)
            throw new ArgumentException($"The {name} of a matrix product holds {span.Length} floats: expected {expected}.");
    }
}

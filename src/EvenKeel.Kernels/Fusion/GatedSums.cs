using EvenKeel.Kernels.Normalization;

namespace EvenKeel.Kernels.Fusion;

/// <summary>
/// The normalizer y = act((x − mean[c])·scale[c] + shift[c]) that made a convolution's input, or y = act(that + addend), and
/// what its backward pass begins with: the input's gradient dy passes the activation, g = dy·act', and is summed by
/// channel, Σ g and Σ g·(x − mean[c])·rstd[c]. Or a shift by channel that kept a bit for each element, and Σ g alone.
/// </summary>
/// <remarks>As <see cref="Rescale.BackwardReduce"/>, <see cref="Rescale.SumBackwardReduce"/> and <see cref="Gated.Sum"/> do in
/// passes of their own.</remarks>
internal ref struct GatedSums
{
    /// <summary>What was normalized, as long as the gradient; empty for a shift, which has neither tables nor
    /// <see cref="Product"/>.</summary>
    public ReadOnlySpan<float> X;

    /// <summary>Of a shift, as <see cref="Gated.Shift"/> leaves them; empty for no activation.</summary>
    public ReadOnlySpan<float> Bits;

    /// <summary>Where an addend came in, the output, whose sign tells the activation's branch; else empty.</summary>
    public ReadOnlySpan<float> Y;

    /// <summary>[C].</summary>
    public ReadOnlySpan<float> Mean;

    /// <inheritdoc cref="Mean"/>
    public ReadOnlySpan<float> Rstd;

    /// <summary>[C]; not read with a slope of 1 or an addend.</summary>
    public ReadOnlySpan<float> Scale;

    /// <inheritdoc cref="Scale"/>
    public ReadOnlySpan<float> Shift;

    /// <summary>Of the activation below zero; 1 for none.</summary>
    public float Slope;

    /// <summary>Receives Σ g [C].</summary>
    public Span<float> Sum;

    /// <summary>Receives Σ g·(x − mean)·rstd [C].</summary>
    public Span<float> Product;

    /// <summary>Throws if a length does not fit.</summary>
    /// <exception cref="ArgumentException">A length that does not fit.</exception>
    public readonly void Check(long length, int channels)
    {
        Require.Length(Sum, channels);
        if (X.IsEmpty)
        {
            if (!Bits.IsEmpty) Require.Length(Bits, Gated.Length(checked((int)length)));
            Require.That(Product.IsEmpty, $"Product holds {Product.Length} floats: expected none, it is a sum over x, which is empty.");
            return;
        }

        Require.That(X.Length == length, $"x holds {X.Length} floats: expected {length}, as many as the gradient.");
        if (!Y.IsEmpty)
        {
            Require.Length(Y, X.Length);
            Require.That(Slope >= 0f, $"slope is {Slope}: expected 0 or more, else the output does not tell the sum's sign.");
        }

        Require.Length(Mean, channels);
        Require.Length(Rstd, channels);
        Require.Length(Product, channels);
        if (Slope == 1f || !Y.IsEmpty) return;
        Require.Length(Scale, channels);
        Require.Length(Shift, channels);
    }
}

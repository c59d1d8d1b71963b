using EvenKeel.Kernels.Normalization;

namespace EvenKeel.Kernels.Fusion;

/// <summary>A normalizer's map act((x − mean[c])·scale[c] + shift[c]) of an operation's input, for the operation to apply as it
/// reads: the bits are those of <see cref="Rescale.Forward"/>, and the pass that would write them is saved.</summary>
internal ref struct SourceMap
{
    /// <summary>[C]; empty for no map.</summary>
    public ReadOnlySpan<float> Mean;

    /// <inheritdoc cref="Mean"/>
    public ReadOnlySpan<float> Scale;

    /// <inheritdoc cref="Mean"/>
    public ReadOnlySpan<float> Shift;

    /// <summary>Of the activation below zero; 1 for none.</summary>
    public float Slope;

    /// <summary>True if there is no map.</summary>
    public readonly bool IsEmpty => Mean.IsEmpty;

    /// <summary>Throws if a length does not fit.</summary>
    /// <exception cref="ArgumentException">A length that does not fit.</exception>
    public readonly void Check(int channels)
    {
        if (IsEmpty) return;
        Require.Length(Mean, channels);
        Require.Length(Scale, channels);
        Require.Length(Shift, channels);
    }
}

namespace EvenKeel.Tensors;

/// <summary>Where a tensor's floats live. Only the backend that made it looks inside.</summary>
public abstract class Storage
{
    /// <summary>Copies the floats out.</summary>
    internal abstract void Read(Span<float> destination);

    /// <summary>Copies floats in.</summary>
    internal abstract void Write(ReadOnlySpan<float> source);
}

namespace EvenKeel.Tensors;

/// <summary>
/// Floats with a shape. Values made during a step belong to the step's arena and are valid until the next step
/// starts; parameters and buffers last as long as their network.
/// </summary>
public sealed class Tensor
{
    internal Tensor(Storage storage, Shape shape)
    {
        Storage = storage;
        Shape = shape;
    }

    /// <summary>Sizes; the last dimension is contiguous.</summary>
    public Shape Shape { get; internal set; }

    internal Storage Storage { get; set; }

    /// <summary>True if backward passes must compute this tensor's gradient.</summary>
    public bool NeedsGradient { get; internal set; }

    /// <summary>The gradient, once a backward pass has filled it; null before.</summary>
    public Tensor? Gradient => HasGradient ? GradientBuffer : null;

    /// <summary>Memory for the gradient: lasting for parameters, borrowed from the arena for values.</summary>
    internal Tensor? GradientBuffer { get; set; }

    /// <summary>True once something was written into the gradient buffer in this step.</summary>
    internal bool HasGradient { get; set; }

    /// <summary>What the operation that made this value measured on the way; null if nothing.</summary>
    internal ChannelMoments? Moments { get; set; }

    /// <summary>How to compute the elements; null once they are there.</summary>
    internal DeferredMap? Deferred { get; set; }

    /// <summary>True if the memory is another value's, which gives it back.</summary>
    internal bool IsShared { get; set; }

    /// <summary>Copies the elements out, last dimension fastest.</summary>
    /// <exception cref="ArgumentException">The destination is not exactly as long as the tensor.</exception>
    public void CopyTo(Span<float> destination)
    {
        CheckLength(destination.Length);
        Settle();
        Storage.Read(destination);
    }

    /// <summary>Copies elements in, last dimension fastest.</summary>
    /// <exception cref="ArgumentException">The source is not exactly as long as the tensor.</exception>
    public void CopyFrom(ReadOnlySpan<float> source)
    {
        CheckLength(source.Length);
        Deferred = null;
        Storage.Write(source);
    }

    /// <summary>Computes the elements if that was put off; before anything reads them.</summary>
    internal void Settle()
    {
        if (Deferred is not { } map) return;
        Deferred = null;
        map.Maker.Make(map, this);
    }

    /// <summary>The same lasting memory under another shape of as many elements; it has no gradient of its own.</summary>
    internal Tensor View(Shape shape) => shape.Length == Shape.Length
        ? new Tensor(Storage, shape)
        : throw new ArgumentException($"A tensor of shape {Shape} cannot be seen as {shape}: they differ in their number of elements.");

    /// <summary>The elements as a new array.</summary>
    public float[] ToArray()
    {
        Settle();
        var copy = new float[Shape.Length];
        Storage.Read(copy);
        return copy;
    }

    private void CheckLength(int length)
    {
        if (length != Shape.Length)
            throw new ArgumentException($"A tensor of shape {Shape} has {Shape.Length} elements, the span has {length}.");
    }
}

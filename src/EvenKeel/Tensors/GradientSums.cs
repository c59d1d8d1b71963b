namespace EvenKeel.Tensors;

/// <summary>
/// What the backward pass of a normalizer begins with, for the operation that writes the last share of its output's
/// gradient: the gradient passes the activation, and is summed by channel.
/// </summary>
internal readonly record struct GradientSums
{
    /// <summary>What was normalized; null for a shift, which has neither tables nor <see cref="Product"/>.</summary>
    public Tensor? X { get; init; }

    /// <summary>Of a shift, a bit for each element; null for no activation.</summary>
    public Tensor? Gates { get; init; }

    /// <summary>The output, if an addend came in before the activation; else null.</summary>
    public Tensor? Output { get; init; }

    /// <summary>[C].</summary>
    public Tensor? Mean { get; init; }

    /// <inheritdoc cref="Mean"/>
    public Tensor? Rstd { get; init; }

    /// <inheritdoc cref="Mean"/>
    public Tensor? Scale { get; init; }

    /// <inheritdoc cref="Mean"/>
    public Tensor? Shift { get; init; }

    /// <summary>Of the activation below zero; 1 for none.</summary>
    public required float Slope { get; init; }

    /// <summary>Receives Σ g [C], where g passed the activation.</summary>
    public required Tensor Sum { get; init; }

    /// <summary>Receives Σ g·(x − mean)·rstd [C].</summary>
    public Tensor? Product { get; init; }
}

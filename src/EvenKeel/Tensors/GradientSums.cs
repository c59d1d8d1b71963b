namespace EvenKeel.Tensors;

/// <summary>
/// What the backward pass of a normalizer begins with, for the operation that writes the last share of its output's
/// gradient: the gradient passes the activation, and is summed by channel.
/// </summary>
internal readonly record struct GradientSums
{
    /// <summary>What was normalized.</summary>
    public required Tensor X { get; init; }

    /// <summary>The output, if an addend came in before the activation; else null.</summary>
    public Tensor? Output { get; init; }

    /// <summary>[C].</summary>
    public required Tensor Mean { get; init; }

    /// <inheritdoc cref="Mean"/>
    public required Tensor Rstd { get; init; }

    /// <inheritdoc cref="Mean"/>
    public required Tensor Scale { get; init; }

    /// <inheritdoc cref="Mean"/>
    public required Tensor Shift { get; init; }

    /// <summary>Of the activation below zero; 1 for none.</summary>
    public required float Slope { get; init; }

    /// <summary>Receives Σ g [C], where g passed the activation.</summary>
    public required Tensor Sum { get; init; }

    /// <summary>Receives Σ g·(x − mean)·rstd [C].</summary>
    public required Tensor Product { get; init; }
}

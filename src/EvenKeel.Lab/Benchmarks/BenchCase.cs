using EvenKeel.Training;

namespace EvenKeel.Lab.Benchmarks;

/// <summary>A training step to time.</summary>
/// <param name="Name">Name of the case, shared with other frameworks' benchmarks.</param>
/// <param name="Model">Network.</param>
/// <param name="Scheme">Scheme text.</param>
/// <param name="Batch">Images per step.</param>
/// <param name="Width">Factor on hidden widths.</param>
internal sealed record BenchCase(string Name, string Model, string Scheme, int Batch, double Width = 1)
{
    /// <summary>Short name of the scheme, shared with other frameworks' benchmarks; the scheme's own text otherwise.</summary>
    public string Norm { get; init; } = Scheme;

    /// <summary>The optimizer; Adam with the rate 1e-3 unless said otherwise.</summary>
    public OptimizerSpec Optimizer { get; init; } = new();

    /// <summary>What the same case is called in any file of results.</summary>
    public CaseName Id => new(Name, Norm, Batch);
}

/// <summary>What one case is called in every file of results.</summary>
/// <param name="Case">Network and data.</param>
/// <param name="Norm">Scheme.</param>
/// <param name="Batch">Images per step.</param>
internal readonly record struct CaseName(string Case, string Norm, int Batch)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Case} {Norm}, batch {Batch}";
}

namespace EvenKeel.Lab.Benchmarks;

/// <summary>A training step to time.</summary>
/// <param name="Name">Name of the case, shared with other frameworks' benchmarks.</param>
/// <param name="Model">Network.</param>
/// <param name="Scheme">Scheme text.</param>
/// <param name="Batch">Images per step.</param>
/// <param name="Width">Factor on hidden widths.</param>
internal sealed record BenchCase(string Name, string Model, string Scheme, int Batch, double Width = 1);

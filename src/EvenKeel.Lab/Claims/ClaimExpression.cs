namespace EvenKeel.Lab.Claims;

/// <summary>One comparison within a claim.</summary>
/// <param name="Left">Its left side.</param>
/// <param name="Relation"><c>&lt;</c>, <c>&gt;</c>, <c>&lt;=</c>, <c>&gt;=</c> or <c>=</c>.</param>
/// <param name="Right">Its right side.</param>
/// <param name="Within">How far apart equal sides may be.</param>
internal sealed record Comparison(Expression Left, string Relation, Expression Right, double Within)
{
    /// <summary>Both sides' measures.</summary>
    public IEnumerable<Measure> Measures => Left.Measures.Concat(Right.Measures);

    /// <summary>Whether it compares counts, so that a single run decides it.</summary>
    public bool IsExact => Measures.All(measure => measure.IsCount);
}

/// <summary>
/// What a claim says, in a small language: <c>error(wn) &lt; error(bn)</c>,
/// <c>accuracy(gn+ws, batch=2) - accuracy(bn, batch=2) &gt; 50</c>,
/// <c>error(a) &lt; error(b) &lt; error(c)</c>, <c>error(a) = error(b) within 0.5</c>,
/// <c>epochs-to(wn, error=20) &lt; epochs-to(none, error=20)</c>, <c>diverged(enorm, depth=19) &gt; 0</c>.
/// </summary>
/// <param name="Comparisons">The comparisons, all of which it asserts.</param>
internal sealed record ClaimExpression(IReadOnlyList<Comparison> Comparisons)
{
    /// <summary>All measures in it.</summary>
    public IEnumerable<Measure> Measures => Comparisons.SelectMany(comparison => comparison.Measures);

    /// <summary>Reads the text of a claim.</summary>
    /// <exception cref="ClaimException">The text is not a claim.</exception>
    public static ClaimExpression Parse(string text) => new ClaimParser(text).Claim();
}

/// <summary>A claim that cannot be read: where, and what was expected there.</summary>
/// <param name="column">Column in the claim's text, from 1.</param>
/// <param name="problem">What is wrong, without the place.</param>
internal sealed class ClaimException(int column, string problem) : Exception(problem)
{
    /// <summary>Column in the claim's text, from 1.</summary>
    public int Column { get; } = column;
}

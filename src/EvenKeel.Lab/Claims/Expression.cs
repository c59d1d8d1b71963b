namespace EvenKeel.Lab.Claims;

/// <summary>One side of a claim: numbers, measures, and arithmetic with them.</summary>
internal abstract record Expression
{
    /// <summary>All measures in it, from left to right.</summary>
    public abstract IEnumerable<Measure> Measures { get; }

    /// <summary>Its value.</summary>
    /// <param name="of">Value of a measure; null when there is none, and then the whole has none.</param>
    public abstract double? Value(Func<Measure, double?> of);

    /// <summary>A constant.</summary>
    internal sealed record Number(double Constant) : Expression
    {
        public override IEnumerable<Measure> Measures => [];

        public override double? Value(Func<Measure, double?> of) => Constant;
    }

    /// <summary>A measure.</summary>
    internal sealed record Measured(Measure Measure) : Expression
    {
        public override IEnumerable<Measure> Measures => [Measure];

        public override double? Value(Func<Measure, double?> of) => of(Measure);
    }

    /// <summary>Two expressions joined by <c>+ − * /</c>.</summary>
    internal sealed record Joined(Expression Left, char Sign, Expression Right) : Expression
    {
        public override IEnumerable<Measure> Measures => Left.Measures.Concat(Right.Measures);

        public override double? Value(Func<Measure, double?> of) =>
            Left.Value(of) is { } left && Right.Value(of) is { } right
                ? Sign switch { '+' => left + right, '-' => left - right, '*' => left * right, _ => left / right }
                : null;
    }
}

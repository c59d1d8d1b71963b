namespace EvenKeel.Lab.Claims;

/// <summary>One side of a claim: numbers, measures, and arithmetic with them.</summary>
internal abstract record Expression
{
    /// <summary>All measures in it, from left to right.</summary>
    public abstract IEnumerable<Measure> Measures { get; }

    /// <summary>Unit of its value: that of its measures, as long as they are only added; empty when there is none.</summary>
    public string Unit
    {
        get
        {
            string[] units = [.. Measures.Select(measure => measure.Unit).Distinct(StringComparer.Ordinal)];
            return units.Length == 1 && IsLinear ? units[0] : "";
        }
    }

    /// <summary>Whether it neither multiplies nor divides measures.</summary>
    protected abstract bool IsLinear { get; }

    /// <summary>Its value.</summary>
    /// <param name="of">Value of a measure; null when there is none, and then the whole has none.</param>
    public abstract double? Value(Func<Measure, double?> of);

    /// <summary>A constant.</summary>
    internal sealed record Number(double Constant) : Expression
    {
        public override IEnumerable<Measure> Measures => [];

        protected override bool IsLinear => true;

        public override double? Value(Func<Measure, double?> of) => Constant;
    }

    /// <summary>A measure.</summary>
    internal sealed record Measured(Measure Measure) : Expression
    {
        public override IEnumerable<Measure> Measures => [Measure];

        protected override bool IsLinear => true;

        public override double? Value(Func<Measure, double?> of) => of(Measure);
    }

    /// <summary>Two expressions joined by <c>+ − * /</c>.</summary>
    internal sealed record Joined(Expression Left, char Sign, Expression Right) : Expression
    {
        public override IEnumerable<Measure> Measures => Left.Measures.Concat(Right.Measures);

        protected override bool IsLinear => Sign is '+' or '-' && Left.IsLinear && Right.IsLinear;

        public override double? Value(Func<Measure, double?> of) =>
            Left.Value(of) is { } left && Right.Value(of) is { } right
                ? Sign switch { '+' => left + right, '-' => left - right, '*' => left * right, _ => left / right }
                : null;
    }
}

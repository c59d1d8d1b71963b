using System.Globalization;

namespace EvenKeel.Lab.Claims;

/// <summary>Reads a claim by recursive descent: comparisons of sums of products of numbers, measures and brackets.</summary>
internal sealed class ClaimParser(string text)
{
    private static readonly string[] Relations = ["<=", ">=", "<", ">", "="];

    private int _at;

    /// <summary>The whole text.</summary>
    public ClaimExpression Claim()
    {
        List<Comparison> comparisons = [];
        Expression left = Sum();
        while (Relation() is { } relation)
        {
            int column = _at;
            Expression right = Sum();
            bool hasTolerance = Word("within");
            double within = hasTolerance ? Number() : 0;
            Comparison comparison = new(left, relation, right, within);
            Check(comparison, hasTolerance, column);
            comparisons.Add(comparison);
            left = right;
        }

        SkipBlanks();
        if (comparisons.Count == 0)
            throw Wrong("expected a comparison: one of < > <= >= =");
        if (_at < text.Length)
            throw Wrong($"expected the end, +, -, *, / or a comparison, got '{Rest()}'");
        return new ClaimExpression(comparisons);
    }

    private static void Check(Comparison comparison, bool hasTolerance, int column)
    {
        if (!comparison.Measures.Any())
            throw new ClaimException(column, "a comparison of two numbers claims nothing; name a measure, such as error(bn)");
        if (!comparison.IsExact && comparison.Measures.Any(measure => measure.IsCount))
            throw new ClaimException(column, "counts and measured values cannot be mixed in one comparison");
        if (hasTolerance && comparison.Relation != "=")
            throw new ClaimException(column, "'within' goes with =, as in error(a) = error(b) within 0.5");
        if (comparison.Relation == "=" && !hasTolerance && !comparison.IsExact)
            throw new ClaimException(column, "measured values are never exactly equal; say how near, as in error(a) = error(b) within 0.5");
    }

    private Expression Sum()
    {
        Expression left = Product();
        while (Sign('+', '-') is { } sign)
            left = new Expression.Joined(left, sign, Product());
        return left;
    }

    private Expression Product()
    {
        Expression left = Factor();
        while (Sign('*', '/') is { } sign)
            left = new Expression.Joined(left, sign, Factor());
        return left;
    }

    private Expression Factor()
    {
        SkipBlanks();
        if (_at < text.Length && text[_at] == '(')
        {
            _at++;
            Expression inner = Sum();
            SkipBlanks();
            Expect(')');
            return inner;
        }

        if (_at < text.Length && char.IsAsciiLetter(text[_at]))
            return new Expression.Measured(ReadMeasure());
        return new Expression.Number(Number());
    }

    private Measure ReadMeasure()
    {
        int column = _at + 1;
        int start = _at;
        while (_at < text.Length && (char.IsAsciiLetter(text[_at]) || text[_at] == '-'))
            _at++;
        string name = text[start.._at];
        if (!Measure.Names.TryGetValue(name, out MeasureKind kind))
        {
            string known = string.Join(", ", Measure.Names.Keys);
            throw new ClaimException(column, $"there is no measure '{name}'; known are: {known}");
        }

        SkipBlanks();
        Expect('(');
        (string scheme, int schemeColumn) = Argument();
        if (scheme.Length == 0)
            throw new ClaimException(schemeColumn, $"{name}() needs a scheme, as in {name}(bn)");
        MeasureDetails details = new(kind, name, column);
        while (_at < text.Length && text[_at] == ',')
        {
            _at++;
            (string argument, int at) = Argument();
            details.Take(argument, at);
        }

        Expect(')');
        return details.ToMeasure(scheme, schemeColumn);
    }

    // Up to the comma or bracket that ends it; scheme texts have brackets of their own.
    private (string Text, int Column) Argument()
    {
        SkipBlanks();
        int start = _at;
        int depth = 0;
        for (; _at < text.Length; _at++)
        {
            char letter = text[_at];
            if (depth == 0 && letter is ',' or ')')
                break;
            depth += letter switch { '(' => 1, ')' => -1, _ => 0 };
        }

        return (text[start.._at].TrimEnd(), start + 1);
    }

    private string? Relation()
    {
        SkipBlanks();
        string? relation = Relations.FirstOrDefault(
            candidate => text.AsSpan(_at).StartsWith(candidate, StringComparison.Ordinal));
        _at += relation?.Length ?? 0;
        return relation;
    }

    private char? Sign(char one, char other)
    {
        SkipBlanks();
        return _at < text.Length && (text[_at] == one || text[_at] == other) ? text[_at++] : null;
    }

    private bool Word(string word)
    {
        SkipBlanks();
        bool found = text.AsSpan(_at).StartsWith(word, StringComparison.Ordinal);
        _at += found ? word.Length : 0;
        return found;
    }

    private double Number()
    {
        SkipBlanks();
        int start = _at;
        if (_at < text.Length && text[_at] == '-')
            _at++;
        while (_at < text.Length && (char.IsAsciiDigit(text[_at]) || text[_at] == '.'))
            _at++;
        if (double.TryParse(text.AsSpan(start, _at - start), NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
            return value;
        _at = start;
        throw Wrong($"expected a number, a measure such as error(bn), or a bracket, got {(start < text.Length ? $"'{Rest()}'" : "the end")}");
    }

    private void Expect(char letter)
    {
        if (_at >= text.Length || text[_at] != letter)
            throw Wrong($"expected '{letter}', got {(_at < text.Length ? $"'{Rest()}'" : "the end")}");
        _at++;
    }

    private void SkipBlanks()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            _at++;
    }

    private string Rest() => text.Length - _at <= 20 ? text[_at..] : text[_at..(_at + 20)] + "…";

    private ClaimException Wrong(string problem) => new(_at + 1, problem);
}

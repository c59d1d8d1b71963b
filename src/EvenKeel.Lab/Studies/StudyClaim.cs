using EvenKeel.Lab.Claims;

namespace EvenKeel.Lab.Studies;

/// <summary>What a source claims, in words and as an expression that runs can answer.</summary>
internal sealed record StudyClaim
{
    /// <summary>Short name.</summary>
    public required string Id { get; init; }

    /// <summary>Who claims it and where: <c>report, table 1</c>.</summary>
    public required string Source { get; init; }

    /// <summary>The claim in words.</summary>
    public required string Words { get; init; }

    /// <summary>The claim as an expression: <c>error(wn) &lt; error(bn)</c>.</summary>
    public required string Says { get; init; }

    /// <summary>Reads the expression and looks its names up in the study.</summary>
    /// <param name="study">The study it belongs to.</param>
    /// <exception cref="UserException">It cannot be read; the sentence names study, claim and column.</exception>
    public ClaimExpression Expression(StudySpec study)
    {
        try
        {
            ClaimExpression expression = ClaimExpression.Parse(Says);
            foreach (Measure measure in expression.Measures)
                Check(measure, study);
            return expression;
        }
        catch (ClaimException problem)
        {
            throw new UserException(
                $"The study {study.Name}, claim {Id}, column {problem.Column} of \"{Says}\": {problem.Message}.", problem);
        }
    }

    private static void Check(Measure measure, StudySpec study)
    {
        string[] schemes = [.. study.Schemes.Select(scheme => scheme.Key)];
        if (!schemes.Contains(measure.Scheme, StringComparer.Ordinal))
        {
            throw new ClaimException(
                measure.SchemeColumn, $"the study has no scheme '{measure.Scheme}'; it has: {string.Join(", ", schemes)}");
        }

        Dictionary<string, string[]> axes = study.Axes.ToDictionary(
            axis => axis.Name, axis => axis.Values.Select(value => value.Name).ToArray(), StringComparer.Ordinal);
        string[] open = [.. axes.Where(axis => axis.Value.Length > 1 && !measure.Choices.ContainsKey(axis.Key))
            .Select(axis => axis.Key)];
        if (open.Length > 0)
        {
            throw new ClaimException(
                measure.Column, $"say which {open[0]}, such as {open[0]}={axes[open[0]][0]}, or {open[0]}=* for the mean over all");
        }

        axes[Setting.VariantAxis] = [.. study.Variants.Select(variant => variant.Name)];
        foreach ((string axis, string value) in measure.Choices)
        {
            if (!axes.TryGetValue(axis, out string[]? values))
                throw new ClaimException(measure.Column, $"the study has no axis '{axis}'; it has: {string.Join(", ", axes.Keys)}");
            bool special = axis != Setting.VariantAxis && value is (Measure.Mean or Measure.Best);
            if (!special && !values.Contains(value, StringComparer.Ordinal))
                throw new ClaimException(measure.Column, $"{axis} has no value '{value}'; it has: {string.Join(", ", values)}");
        }
    }
}

using System.Globalization;
using EvenKeel.Lab.Claims;
using EvenKeel.Lab.Statistics;

namespace EvenKeel.Lab.Reports;

/// <summary>The claims of a study with what was measured and the verdict, as a plain table.</summary>
internal static class ClaimTable
{
    /// <summary>A word for a verdict.</summary>
    public static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Holds => "holds",
        Verdict.Contradicted => "contradicted",
        _ => "undecided",
    };

    /// <summary>The table; null when the study has no claims.</summary>
    public static SummaryTable? Of(StudyData data) => data.Claims.Count == 0
        ? null
        : new SummaryTable(
            "Claims",
            [new("Claim", false), new("Source", false), new("Measured", false), new("Margin", true), new("p", true), new("Verdict", false)],
            [.. data.Claims.Select((claim, i) => new SummaryRow(
                i, claim.Claim.Id, claim.Claim.Words,
                [
                    claim.Claim.Words, claim.Claim.Source, Measured(claim), Margin(claim), Chance(claim),
                    Word(claim.Verdict) + (Reason(claim) is { } reason ? $" ({reason})" : ""),
                ],
                IsLowest: false))],
            Notes(data));

    /// <summary>Both sides of each comparison.</summary>
    public static string Measured(ClaimReport claim) => string.Join("; ", claim.Results.Select(result =>
        result.Left is null ? Show.Nothing : $"{Side(result.Left, result.Comparison.Left)} vs {Side(result.Right!, result.Comparison.Right)}"));

    /// <summary>By how much each comparison is so.</summary>
    public static string Margin(ClaimReport claim) => string.Join("; ", claim.Results.Select(result =>
        Show.Difference(result.Margin, result.Comparison.IsExact ? 0 : 2)
        + (result.Margin is null || Unit(result.Comparison) is not { Length: > 0 } unit ? "" : $" {unit}")));

    /// <summary>The corrected p values.</summary>
    public static string Chance(ClaimReport claim) => string.Join("; ", claim.Results.Select(result =>
        result.PValue is { } p ? Show.Chance(p) : Show.Nothing));

    /// <summary>What keeps the verdict from being firmer; null when nothing does.</summary>
    public static string? Reason(ClaimReport claim) =>
        claim.Results.Select(result => result.Reason).FirstOrDefault(reason => reason is not null);

    private static IReadOnlyList<string> Notes(StudyData data)
    {
        int tests = data.Claims.Sum(claim => claim.Results.Count(result => result.PValue is not null));
        List<string> notes =
        [
            "Margin: by how much the claim is so, seed by seed and paired, with its 95% interval; negative where it is not.",
            tests == 0
                ? "No margin can be tested, which takes at least two seeds on both sides. Counts are exact."
                : $"A verdict takes p < 0.05 after Holm’s correction over {tests} comparison{(tests == 1 ? "" : "s")}; p is the corrected one, "
                  + "so an interval that excludes zero can still be undecided. Counts are exact.",
        ];
        if (data.Plan.Reduced is not null)
            notes.Insert(0, "The verdicts are on these reduced runs; the sources trained longer or on more, so they are not verdicts on the sources.");
        return notes;
    }

    private static string Side(Estimate estimate, Expression expression)
    {
        bool constant = !expression.Measures.Any();
        return constant || expression.Measures.All(measure => measure.IsCount)
            ? estimate.Mean.ToString("0.###", CultureInfo.InvariantCulture)
            : Show.Interval(estimate, 2);
    }

    private static string Unit(Comparison comparison) => (comparison.Left.Unit, comparison.Right.Unit) switch
    {
        ({ Length: > 0 } left, _) when comparison.Right.Measures.All(measure => measure.Unit == left) => left,
        (_, { Length: > 0 } right) when !comparison.Left.Measures.Any() => right,
        _ => "",
    };
}

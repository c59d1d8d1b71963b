using EvenKeel.Lab.Statistics;
using EvenKeel.Lab.Studies;

namespace EvenKeel.Lab.Reports;

/// <summary>What a study found in one setting: the schemes side by side, everything else equal.</summary>
/// <param name="Plan">The study as planned.</param>
/// <param name="Setting">The values of the axes.</param>
/// <param name="Number">Place of the setting in the plan, from 1; 0 if there is no other.</param>
/// <param name="Metric">The error by which schemes are compared.</param>
/// <param name="Schemes">What was found, scheme by scheme; a rule may have left some out.</param>
internal sealed record ReportData(
    StudyPlan Plan, Setting Setting, int Number, ErrorMetric Metric, IReadOnlyList<SchemeResult> Schemes)
{
    /// <summary>All runs, scheme by scheme.</summary>
    public IEnumerable<RunData> Runs => Schemes.SelectMany(scheme => scheme.Runs);

    /// <summary>Passes over the training set that the runs are planned for.</summary>
    public int Epochs => Runs.Max(run => run.Planned.Spec.Epochs);

    /// <summary>What sets its drawings apart from those of other settings in the page.</summary>
    public string Prefix => Number == 0 ? "" : $"set{Number}-";

    /// <summary>The published figures that belong to this setting.</summary>
    public IReadOnlyList<PublishedFigures> Published => [.. Plan.Study.Published.Where(figures =>
        figures.When is not { } when || when.All(pair => ChoiceOf(pair.Key) == pair.Value))];

    /// <summary>The result of a scheme; null when it does not run here.</summary>
    public SchemeResult? Find(string scheme) => Schemes.FirstOrDefault(result => result.Scheme == scheme);

    /// <summary>Sums up the runs of a setting.</summary>
    public static ReportData Of(StudyPlan plan, Setting setting, int number, ErrorMetric metric, IReadOnlyList<RunData> runs)
    {
        SchemeResult[] schemes = [.. plan.Study.Schemes
            .Select((scheme, index) => (scheme, index, own: runs.Where(run => run.Planned.Scheme == scheme).ToArray()))
            .Where(item => item.own.Length > 0)
            .Select(item => SchemeResult.Of(item.index, item.scheme, item.own, metric))];
        SchemeResult first = schemes[0];
        return new ReportData(
            plan, setting, number, metric,
            [.. schemes.Select(scheme => scheme == first || scheme.Provisional || first.Provisional
                ? scheme
                : scheme with { Difference = Estimate.OfPairs(scheme.LastBySeed, first.LastBySeed) })]);
    }

    private string? ChoiceOf(string axis) =>
        Setting[axis] ?? (axis == Setting.VariantAxis ? Plan.Variant?.Name : null);
}

using EvenKeel.Lab.Statistics;
using EvenKeel.Lab.Studies;

namespace EvenKeel.Lab.Reports;

/// <summary>How far the measured order agrees with a published one, over all schemes and settings that both have.</summary>
/// <param name="Label">Heading of the published column.</param>
/// <param name="Metric">What it holds.</param>
/// <param name="Agreement">The agreement.</param>
internal sealed record PublishedAgreement(string Label, PublishedMetric Metric, RankAgreement Agreement)
{
    /// <summary>One agreement for each published column of errors, accuracies or losses.</summary>
    public static IReadOnlyList<PublishedAgreement> Of(StudyData data)
    {
        List<PublishedAgreement> all = [];
        foreach (var column in data.Plan.Study.Published
            .Where(figures => figures.Metric is not (PublishedMetric.RunTime or PublishedMetric.EpochTime))
            .Select(figures => (figures.Label, figures.Metric)).Distinct())
        {
            List<double> measured = [];
            List<double> published = [];
            foreach (ReportData setting in data.Settings)
            {
                foreach (PublishedFigures figures in setting.Published.Where(item => (item.Label, item.Metric) == column))
                    Add(setting, figures, measured, published);
            }

            if (measured.Count > 2 && RankAgreement.Of(measured, published) is { } agreement)
                all.Add(new PublishedAgreement(column.Label, column.Metric, agreement));
        }

        return all;
    }

    /// <summary>The agreement in a sentence.</summary>
    public string Sentence => $"Order against “{Label}”: Kendall’s τ = {Show.Number(Agreement.Tau, 2)} over {Agreement.Count} figures"
        + (Agreement.PValue is { } p ? $", {Show.ChanceSentence(p)}" : ", with ties") + ".";

    private static void Add(ReportData setting, PublishedFigures figures, List<double> measured, List<double> published)
    {
        foreach (SchemeResult scheme in setting.Schemes.Where(item => !item.Provisional))
        {
            double? own = figures.Metric == PublishedMetric.TestLoss ? scheme.LastLoss?.Mean : scheme.Last?.Mean;
            if (own is not { } value || !figures.Values.TryGetValue(scheme.Scheme, out double other))
                continue;
            measured.Add(value);
            published.Add(figures.Metric == PublishedMetric.TestAccuracy ? 100 - other : other);
        }
    }
}

using EvenKeel.Lab.Claims;
using EvenKeel.Lab.Studies;

namespace EvenKeel.Lab.Reports;

/// <summary>A claim and what the runs say of it.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Results">What came of its comparisons.</param>
/// <param name="Verdict">The verdict.</param>
internal sealed record ClaimReport(StudyClaim Claim, IReadOnlyList<ComparisonResult> Results, Verdict Verdict);

/// <summary>All that a report shows, read from run folders.</summary>
/// <param name="Plan">The study as planned.</param>
/// <param name="Metric">The error by which schemes are compared.</param>
/// <param name="Settings">What was found, setting by setting.</param>
internal sealed record StudyData(StudyPlan Plan, ErrorMetric Metric, IReadOnlyList<ReportData> Settings)
{
    /// <summary>All runs, setting by setting and scheme by scheme.</summary>
    public IEnumerable<RunData> Runs => Settings.SelectMany(setting => setting.Runs);

    /// <summary>The claims with their verdicts.</summary>
    public IReadOnlyList<ClaimReport> Claims { get; init; } = [];

    /// <summary>How far the order of the schemes agrees with published ones.</summary>
    public IReadOnlyList<PublishedAgreement> Agreements { get; init; } = [];

    /// <summary>The schemes that run in any setting, in the order of the study, with the place that fixes the colour.</summary>
    public IReadOnlyList<(int Index, StudyScheme Scheme)> Schemes => [.. Plan.Study.Schemes
        .Select((scheme, index) => (index, scheme))
        .Where(item => Settings.Any(setting => setting.Find(item.scheme.Key) is not null))];

    /// <summary>The axis along which tables and charts go: the first with several numbers, else with several values.</summary>
    public StudyAxis? ChartAxis
    {
        get
        {
            StudyAxis[] several = [.. Plan.Axes.Where(axis => axis.Values.Count > 1)];
            return several.FirstOrDefault(axis => axis.Values.All(value => StudyAxis.Number(value.Name) is not null))
                ?? several.FirstOrDefault();
        }
    }

    /// <summary>Reads the journals of a plan's runs.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="studyFolder">Folder that holds the run folders.</param>
    /// <exception cref="UserException">A journal is damaged, or no run has started.</exception>
    public static StudyData Read(StudyPlan plan, string studyFolder)
    {
        RunData[] runs = [.. plan.Planned.Select(planned => RunData.Read(planned, studyFolder))];
        if (runs.All(run => run.History is null))
            throw new UserException($"{studyFolder} holds none of the study's runs; run the study first.");

        ErrorMetric metric = ErrorMetric.Choose(runs);
        IReadOnlyList<Setting> settings = plan.Settings;
        StudyData data = new(plan, metric, [.. settings.Select((setting, i) => ReportData.Of(
            plan, setting, settings.Count == 1 ? 0 : i + 1, metric, [.. runs.Where(run => run.Planned.Setting.Equals(setting))]))]);
        return data with { Claims = Judge(data), Agreements = PublishedAgreement.Of(data) };
    }

    private static IReadOnlyList<ClaimReport> Judge(StudyData data)
    {
        StudySpec study = data.Plan.Study;
        ClaimExpression[] expressions = [.. study.Claims.Select(claim => claim.Expression(study))];
        StudyMeasures measures = new(data);
        IReadOnlyList<ComparisonResult> results = ClaimJudge.Judge(
            [.. expressions.SelectMany(expression => expression.Comparisons)], measures.Of);
        List<ClaimReport> reports = [];
        int next = 0;
        for (int i = 0; i < expressions.Length; i++)
        {
            ComparisonResult[] own = [.. results.Skip(next).Take(expressions[i].Comparisons.Count)];
            next += own.Length;
            reports.Add(new ClaimReport(study.Claims[i], own, ClaimJudge.Overall(own)));
        }

        return reports;
    }
}

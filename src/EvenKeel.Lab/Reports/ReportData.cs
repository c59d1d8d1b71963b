using EvenKeel.Lab.Statistics;
using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Lab.Reports;

/// <summary>All that a report shows, read from run folders.</summary>
/// <param name="Plan">The study as planned.</param>
/// <param name="Metric">The error by which schemes are compared.</param>
/// <param name="Schemes">What was found, scheme by scheme.</param>
internal sealed record ReportData(StudyPlan Plan, ErrorMetric Metric, IReadOnlyList<SchemeResult> Schemes)
{
    /// <summary>All runs, scheme by scheme.</summary>
    public IEnumerable<RunData> Runs => Schemes.SelectMany(scheme => scheme.Runs);

    /// <summary>Passes over the training set that the runs are planned for.</summary>
    public int Epochs => Plan.Runs.Max(run => run.Epochs);

    /// <summary>Reads the journals of a plan's runs.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="studyFolder">Folder that holds the run folders.</param>
    /// <exception cref="UserException">A journal is damaged, or no run has started.</exception>
    public static ReportData Read(StudyPlan plan, string studyFolder)
    {
        RunData[] runs = [.. plan.Runs.Select(spec =>
        {
            string name = RunFolder.NameOf(spec);
            return new RunData(spec, name, JournalReader.Read(new RunFolder(Path.Combine(studyFolder, name))));
        })];
        if (runs.All(run => run.History is null))
            throw new UserException($"{studyFolder} holds none of the study's runs; run the study first.");

        ErrorMetric metric = ErrorMetric.Choose(runs);
        SchemeResult[] schemes = [.. plan.Study.Schemes.Select((scheme, index) => SchemeResult.Of(
            index, scheme, [.. runs.Where(run => run.Spec.Scheme == scheme.Scheme)], metric))];
        IReadOnlyDictionary<ulong, double> first = schemes[0].LastBySeed;
        bool comparable = !schemes[0].Provisional;
        return new ReportData(
            plan,
            metric,
            [.. schemes.Select(scheme => scheme.Index == 0 || scheme.Provisional || !comparable
                ? scheme
                : scheme with { Difference = Estimate.OfPairs(scheme.LastBySeed, first) })]);
    }
}

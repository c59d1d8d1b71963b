using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Lab.Reports;

/// <summary>What building a report left.</summary>
/// <param name="HtmlPath">The page.</param>
/// <param name="EpochsPath">All epochs of all runs.</param>
/// <param name="SummaryPath">One row for each scheme.</param>
/// <param name="Data">What the report shows.</param>
/// <param name="Table">Its table of results, for the terminal.</param>
internal sealed record ReportFiles(
    string HtmlPath, string EpochsPath, string SummaryPath, ReportData Data, SummaryTable Table);

/// <summary>Builds the report of a plan from the journals of its runs, and from nothing else.</summary>
internal static class ReportBuilder
{
    /// <summary>Builds the report into its own folder beside the runs.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="studyFolder">Folder that holds the run folders.</param>
    /// <param name="reportFolder">Folder to write to; null for <c>report-…</c> inside the study's.</param>
    /// <exception cref="UserException">No run has started, a journal is damaged, or the folder cannot be written.</exception>
    public static ReportFiles Build(StudyPlan plan, string studyFolder, string? reportFolder = null)
    {
        ReportData data = ReportData.Read(plan, studyFolder);
        SummaryTable table = SummaryTable.Of(data);
        string folder = Path.GetFullPath(reportFolder ?? Path.Combine(studyFolder, RunFolder.Safe(plan.ReportName)));
        ReportFiles files = new(
            Path.Combine(folder, "report.html"),
            Path.Combine(folder, "epochs.csv"),
            Path.Combine(folder, "summary.csv"),
            data,
            table);
        WholeFile.Write(files.HtmlPath, ReportPage.Write(data, table));
        WholeFile.Write(files.EpochsPath, ReportCsv.Epochs(data));
        WholeFile.Write(files.SummaryPath, ReportCsv.Summary(data));
        return files;
    }
}

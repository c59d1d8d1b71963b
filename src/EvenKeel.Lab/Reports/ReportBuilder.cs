using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Lab.Reports;

/// <summary>What building a report left.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="HtmlPath">The page.</param>
/// <param name="Data">What the report shows.</param>
/// <param name="Tables">Its tables of results, for the terminal.</param>
/// <param name="Notes">What a reader of the tables must know.</param>
/// <param name="Claims">Its table of claims; null when the study has none.</param>
internal sealed record ReportFiles(
    string Folder, string HtmlPath, StudyData Data, IReadOnlyList<SummaryTable> Tables, IReadOnlyList<string> Notes,
    SummaryTable? Claims);

/// <summary>Builds the report of a plan from the journals of its runs, and from nothing else: a page, a text for reading
/// without one, tables for other programs, and every figure as a file.</summary>
internal static class ReportBuilder
{
    /// <summary>Builds the report into its own folder beside the runs.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="studyFolder">Folder that holds the run folders.</param>
    /// <param name="reportFolder">Folder to write to; null for <c>report-…</c> inside the study's.</param>
    /// <exception cref="UserException">No run has started, a journal is damaged, or the folder cannot be written.</exception>
    public static ReportFiles Build(StudyPlan plan, string studyFolder, string? reportFolder = null)
    {
        StudyData data = StudyData.Read(plan, studyFolder);
        string folder = Path.GetFullPath(reportFolder ?? Path.Combine(studyFolder, RunFolder.Safe(plan.ReportName)));
        ReportFiles files = new(
            folder, Path.Combine(folder, "report.html"), data, MatrixTable.Overview(data), MatrixTable.Notes(data), ClaimTable.Of(data));
        IReadOnlyList<ReportFigure> figures = ReportFigure.All(data);
        WholeFile.Write(files.HtmlPath, ReportPage.Write(files, figures), durable: false);
        WholeFile.Write(Path.Combine(folder, "report.md"), ReportText.Write(files, figures), durable: false);
        WholeFile.Write(Path.Combine(folder, "tables.tex"), ReportLatex.Write(files), durable: false);
        foreach ((string name, string csv) in ReportCsv.All(data))
            WholeFile.Write(Path.Combine(folder, name), csv, durable: false);
        foreach (ReportFigure figure in figures)
            figure.Save(Path.Combine(folder, "figures"));
        return files;
    }
}

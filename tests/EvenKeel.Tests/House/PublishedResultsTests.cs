using System.Text;
using System.Text.RegularExpressions;
using EvenKeel.Lab.Reports;
using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Tests.House;

/// <summary>The published results: the reports under docs/results and the verdicts in docs/findings.md are what the journals
/// beside them give. After a deliberate change of reports, run with EVENKEEL_UPDATE=1 and review the difference.</summary>
public sealed partial class PublishedResultsTests : IDisposable
{
    private static readonly string Results = Path.Combine(Repository.Root, "docs", "results");
    private static readonly string Findings = Path.Combine(Repository.Root, "docs", "findings.md");
    private static readonly bool Update = Environment.GetEnvironmentVariable("EVENKEEL_UPDATE") == "1";

    // They say nothing that the journals beside them do not, and are larger than all the rest.
    private static readonly string[] NotPublished = ["steps.csv", "diagnostics.csv"];

    private readonly string _scratch = Directory.CreateTempSubdirectory("evenkeel-published-").FullName;

    public static TheoryData<string> Published => [.. Directory.GetDirectories(Results).Select(path => Path.GetFileName(path))];

    public void Dispose() => Directory.Delete(_scratch, recursive: true);

    [Theory]
    [MemberData(nameof(Published))]
    public void ItsJournalsGiveTheReport(string study)
    {
        string folder = Path.Combine(Results, study);
        IReadOnlyList<StudyPlan> plans = PlanFile.Load(folder);
        Assert.NotEmpty(plans);
        foreach (StudyPlan plan in plans)
        {
            string published = Path.Combine(folder, RunFolder.Safe(plan.ReportName));
            if (Update)
            {
                ReportBuilder.Build(plan, folder);
                continue;
            }

            Dictionary<string, byte[]> rebuilt = Contents(ReportBuilder.Build(plan, folder, Path.Combine(_scratch, plan.ReportName)).Folder);
            Dictionary<string, byte[]> there = Contents(published);
            Assert.Equal(rebuilt.Keys.Order(StringComparer.Ordinal), there.Keys.Order(StringComparer.Ordinal));
            Assert.All(rebuilt, file => Assert.True(file.Value.AsSpan().SequenceEqual(there[file.Key]), $"{published}: {file.Key}"));
        }
    }

    [Fact]
    public void EveryStudyHasAQuickRunAndNothingIsThereTwice()
    {
        foreach (string study in StudyFile.Names)
            Assert.True(File.Exists(Path.Combine(Results, study, "plan-quick.json")), $"docs/results/{study} holds no quick run.");
        Assert.DoesNotContain(
            Directory.EnumerateFiles(Results, "*", SearchOption.AllDirectories),
            file => Path.GetExtension(file) is ".ekpt" or ".lock" or ".tmp");
    }

    [Fact]
    public void TheFindingsHaveTheVerdictsOfTheReports()
    {
        string page = File.ReadAllText(Findings).ReplaceLineEndings("\n");
        string[] named = [.. Marked().Matches(page).Select(match => match.Groups["plan"].Value)];
        Assert.Superset(StudyFile.Names.Select(name => $"{name}/plan-quick.json").ToHashSet(), named.ToHashSet());
        string current = Marked().Replace(page, match => $"{match.Groups["start"].Value}{Verdicts(match.Groups["plan"].Value)}<!-- end -->");
        if (Update)
            File.WriteAllText(Findings, current);
        else
            Assert.True(current == page, "The verdicts in docs/findings.md are not those of docs/results.");
    }

    private static string Verdicts(string plan)
    {
        string path = Path.Combine(Results, plan);
        StudyData data = StudyData.Read(Assert.Single(PlanFile.Load(path)), Path.GetDirectoryName(path)!);
        SummaryTable claims = ClaimTable.Of(data)!;
        int[] kept = [.. Enumerable.Range(0, claims.Columns.Count).Where(i => claims.Columns[i].Header is "Claim" or "Source" or "Measured" or "Verdict")];
        StringBuilder text = new();
        ReportText.WriteTable(text, new SummaryTable(
            "",
            [.. kept.Select(i => claims.Columns[i])],
            [.. claims.Rows.Select(row => row with { Cells = [.. kept.Select(i => row.Cells[i])] })],
            []));
        return text.ToString();
    }

    private static Dictionary<string, byte[]> Contents(string folder) => Directory
        .GetFiles(folder, "*", SearchOption.AllDirectories)
        .Where(path => !NotPublished.Contains(Path.GetFileName(path)))
        .ToDictionary(path => Path.GetRelativePath(folder, path), File.ReadAllBytes, StringComparer.Ordinal);

    [GeneratedRegex(@"(?<start><!-- verdicts (?<plan>\S+) -->\n).*?<!-- end -->", RegexOptions.Singleline)]
    private static partial Regex Marked();
}

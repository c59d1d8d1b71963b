using System.Globalization;
using EvenKeel.Lab.Reports;
using EvenKeel.Lab.Studies;

namespace EvenKeel.Tests.Lab;

/// <summary>Journals alone rebuild a report, byte for byte: in another folder, by the customs and the clock of another
/// country.</summary>
public sealed class ReportRebuildTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("evenkeel-rebuild-").FullName;
    private readonly CultureInfo _culture = CultureInfo.CurrentCulture;
    private readonly string? _zone = Environment.GetEnvironmentVariable("TZ");

    public void Dispose()
    {
        Abroad(_culture, _zone);
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public void Journals_give_the_same_bytes_elsewhere()
    {
        StudyPlan plan = FixedStudy.Plan();
        FixedStudy.Write(plan, _root);
        Dictionary<string, byte[]> here = Contents(ReportBuilder.Build(plan, plan.StudyFolder(_root)).Folder);

        string elsewhere = Path.Combine(_root, "a copy", "of journals");
        foreach (string file in Directory.GetFiles(plan.StudyFolder(_root), "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) is not ("run.json" or "metrics.jsonl" or "plan-small.json"))
                continue;
            string copy = Path.Combine(elsewhere, Path.GetRelativePath(plan.StudyFolder(_root), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        Abroad(Foreign(), "Pacific/Kiritimati");
        Assert.Equal("1.234,5", $"{1234.5:N1}");
        StudyPlan found = Assert.Single(PlanFile.Load(elsewhere));
        Dictionary<string, byte[]> there = Contents(ReportBuilder.Build(found, elsewhere).Folder);

        Assert.Equal(here.Keys.Order(StringComparer.Ordinal), there.Keys.Order(StringComparer.Ordinal));
        Assert.All(
            (string[])["report.html", "report.md", "tables.tex", "epochs.csv", "runs.csv", "summary.csv", "claims.csv"],
            name => Assert.Contains(name, here.Keys));
        Assert.Equal(
            here.Keys.Where(name => name.EndsWith(".svg", StringComparison.Ordinal)).Select(name => Path.ChangeExtension(name, ".png")).Order(StringComparer.Ordinal),
            here.Keys.Where(name => name.EndsWith(".png", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.All(here, file => Assert.True(file.Value.AsSpan().SequenceEqual(there[file.Key]), file.Key));
    }

    // As German writes numbers and dates, without needing the system's tables of countries.
    private static CultureInfo Foreign()
    {
        CultureInfo culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = ".";
        culture.NumberFormat.NegativeSign = "\u2212";
        culture.DateTimeFormat.ShortDatePattern = "dd.MM.yyyy";
        culture.DateTimeFormat.TimeSeparator = ".";
        return culture;
    }

    private static void Abroad(CultureInfo culture, string? zone)
    {
        CultureInfo.CurrentCulture = culture;
        Environment.SetEnvironmentVariable("TZ", zone);
        TimeZoneInfo.ClearCachedData();
    }

    private static Dictionary<string, byte[]> Contents(string folder) => Directory
        .GetFiles(folder, "*", SearchOption.AllDirectories)
        .ToDictionary(path => Path.GetRelativePath(folder, path), File.ReadAllBytes, StringComparer.Ordinal);
}

using EvenKeel.Lab.Studies;

namespace EvenKeel.Tests.House;

/// <summary>The study file shown in docs/studies.md is one that the command takes.</summary>
public sealed class StudiesPageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evenkeel-page-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TheExampleIsAStudy()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "studies.md")).ReplaceLineEndings("\n");
        int start = page.IndexOf("```json\n", StringComparison.Ordinal) + "```json\n".Length;
        string path = Path.Combine(_folder, "small-batches.json");
        File.WriteAllText(path, page[start..page.IndexOf("```", start, StringComparison.Ordinal)]);
        StudySpec study = StudyFile.Load(path);
        foreach (StudyProfile profile in study.Profiles)
            Assert.Equal(12, StudyPlan.Make(study, profile.Name, variant: null, seeds: null).Runs.Count);
    }
}

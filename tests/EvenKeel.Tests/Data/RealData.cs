using EvenKeel.Data;

namespace EvenKeel.Tests.Data;

/// <summary>Finds real data sets for the tests that want them: EVENKEEL_DATA, else <c>shared/data</c> beside the
/// repository.</summary>
internal static class RealData
{
    /// <summary>The folder that has a data set; skips the test, visibly, where there is none.</summary>
    public static string Folder(string name)
    {
        var source = DataSource.Find(name);
        foreach (var folder in Candidates())
        {
            if (source.IsPresent(folder)) return folder;
        }

        Assert.Skip($"The data set {name} is not here: set {DataFolder.Variable} to its folder.");
        return "";
    }

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable(DataFolder.Variable) is { Length: > 0 } named) yield return named;
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "EvenKeel.slnx")))
                yield return Path.Combine(at.FullName, "..", "shared", "data");
        }
    }
}

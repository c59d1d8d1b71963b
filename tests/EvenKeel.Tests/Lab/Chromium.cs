using System.Diagnostics;

namespace EvenKeel.Tests.Lab;

/// <summary>A browser for tests of pages: <c>EVENKEEL_CHROMIUM</c>, else the first on the path.</summary>
internal static class Chromium
{
    private const string Variable = "EVENKEEL_CHROMIUM";

    // Long, for machines with other work to do; a page takes two seconds.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    /// <summary>The program; skips the test, visibly, where there is none.</summary>
    public static string Find()
    {
        string? named = Environment.GetEnvironmentVariable(Variable);
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        string? found = named is { Length: > 0 }
            ? named
            : Names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
        if (found is null)
            Assert.Skip($"No Chromium is here: install one, or set {Variable} to its program.");
        return found;
    }

    /// <summary>The page's elements as text, once it has loaded and its scripts have run.</summary>
    /// <param name="page">Path of the page.</param>
    /// <param name="profile">Folder for the browser's own files.</param>
    public static string Elements(string page, string profile)
    {
        ProcessStartInfo start = new(Find())
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in (string[])
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--force-prefers-reduced-motion", $"--user-data-dir={profile}",
            "--window-size=1400,1000", "--virtual-time-budget=4000", "--dump-dom", new Uri(page).AbsoluteUri,
        ])
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> elements = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{start.FileName} did not end within {Patience.TotalMinutes} minutes.");
        }

        Assert.True(process.ExitCode == 0, errors.GetAwaiter().GetResult());
        return elements.GetAwaiter().GetResult();
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace EvenKeel.Tests.House;

/// <summary>The sample method of CONTRIBUTING: quoted word for word, compiled without the library's internals, run.</summary>
public class ContributingTests
{
    [Fact]
    public void TheQuotedMethodIsTheSample()
    {
        var quoted = Read("CONTRIBUTING.md").Split("```csharp\n")[1].Split("```")[0];
        Assert.Equal(Read("samples", "HalvingNorm", "Halving.cs"), quoted);
    }

    [Fact]
    public void TheSampleSeesThePublicSurfaceOnly() =>
        Assert.DoesNotContain("HalvingNorm", Read("src", "EvenKeel", "EvenKeel.csproj"), StringComparison.Ordinal);

    [Fact]
    public async Task TheSampleTrains()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "HalvingNorm.dll")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        Assert.StartsWith("half(factor=0.25): ", output, StringComparison.Ordinal);
        var losses = Regex.Matches(output, "step [0-9]+: loss (.*)").Select(m => double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).ToArray();
        Assert.True(losses[^5..].Average() < losses[..5].Average(), output);
    }

    private static string Read(params string[] path) => File.ReadAllText(Path.Combine([Repository.Root, .. path])).ReplaceLineEndings("\n");
}

using System.Text.Json;
using EvenKeel.Cli;
using EvenKeel.Kernels;

namespace EvenKeel.Tests.Verification;

public sealed class VerifyCommandTests : IDisposable
{
    private static readonly string Golden = Path.Combine(House.Repository.Root, "tests", "golden");
    private static readonly string Relu = Path.Combine(Golden, "plain_ops", "relu_2d.npz");
    private readonly string _folder = Directory.CreateTempSubdirectory("evenkeel-verify-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void WithoutPathTheWholeEmbeddedSetIsChecked()
    {
        var (code, output, error) = Run("--threads", "1");
        Assert.Equal("", error);
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("from the set inside the command", output, StringComparison.Ordinal);
        Assert.Contains("All 189 checks passed", output, StringComparison.Ordinal);
        Assert.All(output.Split('\n').Where(line => !line.StartsWith("EvenKeel ", StringComparison.Ordinal)), line => Assert.True(line.Length <= 80, line));
    }

    [Fact]
    public void JsonHasEveryCaseOfEveryPath()
    {
        var (code, output, _) = Run(Relu, "--json", "--all-paths");
        Assert.Equal(ExitCode.Done, code);
        using var json = JsonDocument.Parse(output);
        var results = json.RootElement.GetProperty("results");
        Assert.Equal(VectorPaths.Available.Count, results.GetArrayLength());
        Assert.Equal("relu_2d", results[0].GetProperty("cases")[0].GetProperty("case").GetString());
    }

    [Fact]
    public void AWrongVectorEndsInFailureAndNamesTheArray()
    {
        var path = Path.Combine(_folder, "wrong.npz");
        Write(path, ("meta.npy", NpyBytes.Text(NpyBytes.Meta)), ("in.x.npy", NpyBytes.Numbers("1, 1", 2)),
            ("in.dy.npy", NpyBytes.Numbers("1, 1", 1)), ("out.y.npy", NpyBytes.Numbers("1, 1", 2.5)), ("grad.x.npy", NpyBytes.Numbers("1, 1", 1)));
        var (code, output, _) = Run(path);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("out.y has error 2.0e-01, tolerance 1.0e-05", output, StringComparison.Ordinal);
        Assert.Contains("1 of 1 checks FAILED", output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, Run(path, Relu).Code);
    }

    [Fact]
    public void NothingToVerifyIsAFailure()
    {
        var path = Path.Combine(_folder, "later.npz");
        Write(path, ("meta.npy", NpyBytes.Text(NpyBytes.Meta.Replace("relu", "later", StringComparison.Ordinal))));
        var (code, output, _) = Run(path);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("Not there yet: later 1", output, StringComparison.Ordinal);
        Assert.Contains("Nothing was verified", output, StringComparison.Ordinal);
    }

    [Fact]
    public void MistakesAreOneSentence()
    {
        Fails("There is no file or folder", Path.Combine(_folder, "nowhere"));
        Fails("holds no golden vectors", _folder);
        var damaged = Path.Combine(_folder, "damaged.npz");
        File.WriteAllBytes(damaged, File.ReadAllBytes(Relu)[..300]);
        Fails("is not a whole .npz file", damaged);
        Write(damaged, ("in.x.npy", NpyBytes.Numbers("1,", 1)));
        Fails("has no entry meta.npy", damaged);
    }

    [Theory]
    [InlineData("--path", "64")]
    [InlineData("--threads", "-1")]
    [InlineData("--path", "128", "--all-paths")]
    public void WrongOptionsAreUsageErrors(params string[] arguments) => Assert.Equal(ExitCode.Usage, Run(arguments).Code);

    private static void Write(string path, params (string, byte[])[] entries)
    {
        using var archive = NpyBytes.Archive(entries);
        File.WriteAllBytes(path, archive.ToArray());
    }

    private static void Fails(string why, string path)
    {
        var (code, _, error) = Run(path);
        Assert.Equal(ExitCode.Failed, code);
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.Contains(why, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        var code = CommandLine.Run(["verify", .. arguments], output, error);
        return (code, output.ToString(), error.ToString());
    }
}

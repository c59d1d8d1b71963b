using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;
using EvenKeel.Cli;
using EvenKeel.Lab.Reports;

namespace EvenKeel.Tests.Data;

public sealed class DataCommandTests
{
    [Fact]
    public void ListIsATableAndJson()
    {
        using var folder = new TemporaryFolder();
        var (code, output, _) = Run("data", "list", "--data-dir", folder.Path);
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("fashion-mnist 60000 10000 28x28x1 10      no", output);
        (code, output, _) = Run("data", "list", "--json", "--data-dir", folder.Path);
        Assert.Equal(ExitCode.Done, code);
        var sets = JsonDocument.Parse(output).RootElement;
        Assert.Equal(["shapes10", "cifar10", "fashion-mnist", "mnist"], sets.EnumerateArray().Select(set => set.GetProperty("name").GetString()));
        Assert.False(sets[1].GetProperty("present").GetBoolean());
        Assert.Equal(170_052_171, sets[1].GetProperty("downloadBytes").GetInt64());
    }

    [Fact]
    public void MistakesGetASentenceAndTheRightCode()
    {
        using var folder = new TemporaryFolder();
        var (code, _, error) = Run("data", "show", "cifr10");
        Assert.Equal(ExitCode.Usage, code);
        Assert.StartsWith("error: There is no data set 'cifr10': expected one of", error, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'cifar10'?", error);
        Assert.Contains("Run 'evenkeel data show --help'", error);

        (code, _, error) = Run("data", "show", "cifar10", "--data-dir", folder.Path);
        Assert.Equal(ExitCode.Failed, code);
        Assert.StartsWith("error: The data set cifar10 is not in", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error);

        Assert.Equal(ExitCode.Usage, Run("data", "show", "shapes10", "--count", "0").Code);
        Assert.Equal(ExitCode.Usage, Run("data", "show", "shapes10", "--preprocess", "white").Code);
        Assert.Equal(ExitCode.Usage, Run("data", "nothing").Code);
        Assert.Equal(ExitCode.Failed, Run("data", "check", "mnist", "--data-dir", folder.Path).Code);
    }

    [Fact]
    public void HelpEndsInExamples()
    {
        foreach (var verb in new[] { "list", "get", "check", "show" })
        {
            var (code, output, _) = Run("data", verb, "--help");
            Assert.Equal(ExitCode.Done, code);
            Assert.Contains($"evenkeel data {verb}", output[output.IndexOf("Examples:", StringComparison.Ordinal)..]);
        }

        Assert.Contains("Examples:", Run("--help").Output);
    }

    [Fact]
    public void AnUnwritablePlaceIsASentence()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("file", [1]);
        var (code, _, error) = Run("data", "show", "shapes10", "--out", Path.Combine(file, "sheet.png"));
        Assert.Equal(ExitCode.Failed, code);
        Assert.StartsWith("error: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error);
    }

    [Fact]
    public void ShowWritesAPicture()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("sheet.png");
        var (code, output, error) = Run(
            "data", "show", "shapes10", "--out", path, "--count", "3", "--split", "test", "--preprocess", "standardize", "--augment", "flip+crop");
        Assert.True(code == ExitCode.Done, error);
        Assert.Contains(path, output);
        var (width, height, pixels) = Decode(File.ReadAllBytes(path));
        Assert.Equal(3 * width * height, pixels.Length);
        Assert.True(pixels.Distinct().Count() > 100);
    }

    [Fact]
    public void PngHoldsThePixels()
    {
        var pixels = Enumerable.Range(0, 3 * 5 * 4).Select(i => (byte)(7 * i)).ToArray();
        using var stream = new MemoryStream();
        PngFile.Write(stream, 5, 4, pixels);
        var decoded = Decode(stream.ToArray());
        Assert.Equal((5, 4), (decoded.Width, decoded.Height));
        Assert.Equal(pixels, decoded.Pixels);
        Assert.Equal("AE426082", Convert.ToHexString(stream.ToArray()[^4..]));
    }

    [Fact]
    public void TheFontHasEvenGlyphs()
    {
        foreach (var letter in "abcdefghijklmnopqrstuvwxyz0123456789-+.,:")
        {
            var dots = new HashSet<(int, int)>();
            TinyFont.Draw(letter.ToString(), (x, y) => dots.Add((x, y)));
            Assert.NotEmpty(dots);
            Assert.All(dots, dot => Assert.True(dot.Item1 < TinyFont.Width(letter.ToString()) && dot.Item2 < TinyFont.Height));
        }
    }

    private static (int Width, int Height, byte[] Pixels) Decode(byte[] file)
    {
        var width = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(16));
        var height = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(20));
        var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(33));
        using var zlib = new ZLibStream(new MemoryStream(file, 41, length), CompressionMode.Decompress);
        using var raw = new MemoryStream();
        zlib.CopyTo(raw);
        var rows = raw.ToArray();
        Assert.Equal((3 * width + 1) * height, rows.Length);
        return (width, height, [.. Enumerable.Range(0, height).SelectMany(y => rows[(y * (3 * width + 1) + 1)..((y + 1) * (3 * width + 1))])]);
    }

    private static (int Code, string Output, string Error) Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = CommandLine.Run(args, output, error);
        return (code, output.ToString(), error.ToString());
    }
}

using EvenKeel.Backends;
using EvenKeel.Cli;
using EvenKeel.Lab.Benchmarks;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Optim;

namespace EvenKeel.Tests.House;

/// <summary>What is written about the methods, against the list of them.</summary>
public class NormsPageTests
{
    private static readonly string PagePath = Path.Combine(Repository.Root, "docs", "norms.md");

    [Fact]
    public void ThePageIsTheGeneratedOne()
    {
        var (code, output, _) = Run("--markdown");
        Assert.Equal(ExitCode.Done, code);
        if (Environment.GetEnvironmentVariable("EVENKEEL_UPDATE") == "1") File.WriteAllText(PagePath, output);
        Assert.True(
            output == File.ReadAllText(PagePath).ReplaceLineEndings("\n"),
            "docs/norms.md is not what 'evenkeel norms --markdown' prints; run the tests with EVENKEEL_UPDATE=1 and review the difference.");
    }

    [Fact]
    public void EveryMethodHasNotes() => Assert.All(Norm.Methods.Where(m => m.IsOwn), m => Assert.True(m.About.Notes.Length > 0, m.Name));

    [Fact]
    public void CostsAreOfTheSuite()
    {
        var schemes = NormSuite.Suite.Cases.Select(c => c.Scheme).ToHashSet(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "docs", "norm-costs.jsonl")))
        {
            var row = NormCosts.Parse(line).Conditions!;
            Assert.Contains(row.Norm, schemes);
            Assert.True(row.Cost > 0, row.Norm);
        }

        Assert.Equal("1.00x", NormCosts.Embedded.Cell(Norm.Methods[0]));
    }

    [Fact]
    public void EveryCaseOfTheSuiteFitsItsNetwork()
    {
        using var backend = new CpuBackend(1);
        var model = ModelCatalog.Find(NormSuite.Model);
        foreach (var bench in NormSuite.Suite.Cases)
        {
            var spec = new ModelSpec(model.Image, model.Classes, Scheme.Parse(bench.Scheme));
            var network = new Network(model.Build(spec), model.Image, backend, seed: 1);
            spec.Scheme.Hooks(network, new Adam(network));
        }
    }

    [Fact]
    public void TheListFitsEightyColumnsWithBorders()
    {
        var (code, output, _) = Run();
        Assert.Equal(ExitCode.Done, code);

        Assert.All(output.Split('\n'), line => Assert.True(line.Length <= 80, line));

        // At a terminal the table has borders: the width of name, title, folds and cost, and 13 columns around them.
        Assert.All(Norm.Methods, m => Assert.True(12 + m.About.Title.Length + 5 + 5 + 13 <= 80, m.About.Title));
        string[] order = ["On activations", "Group normalization", "On weights", "Weight normalization", "Around each", "Path-SGD"];
        Assert.Equal(order.Order(Comparer<string>.Create((a, b) => output.IndexOf(a, StringComparison.Ordinal) - output.IndexOf(b, StringComparison.Ordinal))), order);
    }

    [Theory]
    [InlineData("bn", "acts on   activations", "cost      measured: ", "times a step without normalization", "bn(p=topk)", "Fashion CNN, batch", "pytorch | keras | paper", "notes     Evaluation")]
    [InlineData("wdmimic", "acts on   steps", "not measured: it needs the recorded norms", "foldable  no")]
    [InlineData("none", "acts on   nothing", "No options.")]
    public void AMethodIsShownWhole(string method, params string[] parts)
    {
        var (code, output, _) = Run(method);
        Assert.Equal(ExitCode.Done, code);
        var words = string.Join(' ', output.Split('\n').Select(line => line.StartsWith("            ", StringComparison.Ordinal) ? line.Trim() : line));
        Assert.All(parts, part => Assert.Contains(part, words, StringComparison.Ordinal));
    }

    [Fact]
    public void ThePageIsWholeOrNotAtAll()
    {
        var (code, _, error) = Run("bn", "--markdown");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("--markdown alone", error, StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var code = CommandLine.Run(["norms", .. arguments], output, error);
        return (code, output.ToString(), error.ToString());
    }
}

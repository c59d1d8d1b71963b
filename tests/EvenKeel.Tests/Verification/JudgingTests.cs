using System.Text.Json;
using EvenKeel.Backends;
using EvenKeel.Lab.Verification;

namespace EvenKeel.Tests.Verification;

public sealed class JudgingTests : IDisposable
{
    private readonly CpuBackend _backend = new(1);

    public void Dispose() => _backend.Dispose();

    [Fact]
    public void TheErrorIsRelativeToTheLargestExpectedNumber()
    {
        var result = ArrayResult.Compare("a", [2, -4, 0], [2, -4.5f, 0.25f], 1);
        Assert.Equal(0.5 / (4 + 1e-6), result.Error!.Value, 12);
    }

    [Fact]
    public void AnErrorOfExactlyTheToleranceStillPasses()
    {
        var error = ArrayResult.Compare("a", [1], [1.5f], 1).Error!.Value;
        Assert.Null(ArrayResult.Compare("a", [1], [1.5f], error).Problem);
        Assert.NotNull(ArrayResult.Compare("a", [1], [1.5f], Math.BitDecrement(error)).Problem);
    }

    [Theory]
    [InlineData(double.NaN, 1f)]
    [InlineData(1, float.NaN)]
    [InlineData(1, float.PositiveInfinity)]
    [InlineData(double.NegativeInfinity, float.NegativeInfinity)]
    public void NothingThatIsNotFinitePasses(double expected, float computed)
    {
        var result = ArrayResult.Compare("a", [0, expected], [0, computed], 1e30);
        Assert.NotNull(result.Problem);
        Assert.Null(result.Error);
    }

    [Fact]
    public void AnotherNumberOfElementsFails() => Assert.NotNull(ArrayResult.Compare("a", [1, 2], [1], 1).Problem);

    [Fact]
    public void TheSmallestCasePasses() => Assert.True(Check(Relu()).Passed);

    [Fact]
    public void AnExpectedArrayThatNothingComputesFails() =>
        Fails(Relu(("out.more", new NpyArray([1], [1]))), "out.more", "is expected but was not computed");

    [Fact]
    public void AnArrayThatNothingReadsFails() => Fails(Relu(("in.more", new NpyArray([1], [1]))), "in.more", "is not understood");

    [Fact]
    public void AnOptionThatNothingReadsFails() =>
        Fails(Relu("""{"clip": 6}""", []), "config clip", "is not understood");

    [Fact]
    public void AComputedArrayThatTheFileLacksFails()
    {
        var vector = Relu();
        var rest = vector.Arrays.Where(a => a.Key != "grad.x").ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal);
        Fails(vector with { Arrays = rest }, "grad.x", "was computed but is not in the file");
    }

    [Fact]
    public void AMissingInputFails()
    {
        var vector = Relu();
        var rest = vector.Arrays.Where(a => a.Key != "in.dy").ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal);
        Fails(vector with { Arrays = rest }, "the case", "the file lacks in.dy");
    }

    [Fact]
    public void AnotherShapeFails() => Fails(Relu(("out.y", new NpyArray([2, 1], [0, 2]))), "out.y", "has shape [1, 2], expected [2, 1]");

    [Fact]
    public void AnUnknownOperationIsNotThereAndNeitherPassesNorFails()
    {
        var vector = Relu();
        var result = Check(vector with { Meta = vector.Meta with { Op = "nonsense" } });
        Assert.Equal("nonsense", result.NotThere);
        Assert.False(result.Passed || result.Failed);
    }

    [Fact]
    public void AnUnknownScaleIsNotMistakenForOneThatIsNotThereYet()
    {
        var vector = Relu("""{"p": "7"}""", []);
        var result = Check(vector with { Meta = vector.Meta with { Op = "batch_norm" } });
        Assert.True(result.Failed);
        Assert.Contains("config p is \"7\"", result.Arrays[^1].Problem, StringComparison.Ordinal);
    }

    private static GoldenVector Relu(params (string Name, NpyArray Array)[] changes) => Relu("{}", changes);

    private static GoldenVector Relu(string config, (string Name, NpyArray Array)[] changes)
    {
        var arrays = new Dictionary<string, NpyArray>(StringComparer.Ordinal)
        {
            ["in.x"] = new([1, 2], [-1, 2]),
            ["in.dy"] = new([1, 2], [3, 4]),
            ["out.y"] = new([1, 2], [0, 2]),
            ["grad.x"] = new([1, 2], [0, 4]),
        };
        foreach (var (name, array) in changes) arrays[name] = array;
        using var json = JsonDocument.Parse(config);
        return new GoldenVector(new GoldenMeta("c", "plain_ops", "relu", json.RootElement.Clone(), 1e-5), arrays);
    }

    private CaseResult Check(GoldenVector vector) => Verifier.Check(vector, _backend, "v.npz");

    private void Fails(GoldenVector vector, string array, string why)
    {
        var result = Check(vector);
        Assert.True(result.Failed);
        Assert.Contains(result.Arrays, a => a.Name == array && a.Problem!.Contains(why, StringComparison.Ordinal));
    }
}

using EvenKeel.Backends;
using EvenKeel.Cli.Commands;
using EvenKeel.Kernels;
using EvenKeel.Lab.Verification;
using EvenKeel.Lab.Verification.Checks;

namespace EvenKeel.Tests.Verification;

/// <summary>The golden set inside the command: every operation that EvenKeel has, on every vector path of this
/// processor, and a wrong number is noticed in every array of every case.</summary>
public sealed class EmbeddedSetTests
{
    private static readonly Lazy<IReadOnlyList<(string File, GoldenVector Vector)>> Set =
        new(() => [.. VerifyCommand.Embedded.Select(file => (file.Name, file.Read()))]);

    public static TheoryData<string, int> FamiliesAndPaths()
    {
        var data = new TheoryData<string, int>();
        foreach (var family in Set.Value.Where(v => Operations.All.ContainsKey(v.Vector.Meta.Op)).Select(v => v.Vector.Meta.Family).Distinct())
        {
            foreach (var path in VectorPaths.Available) data.Add(family, (int)path);
        }

        return data;
    }

    public static TheoryData<string> OperationNames() => [.. Operations.All.Keys];

    [Theory]
    [MemberData(nameof(FamiliesAndPaths))]
    public void EveryVectorIsWithinItsTolerance(string family, int path)
    {
        using var backend = new CpuBackend(2, (VectorPath)path);
        var results = Set.Value.Where(v => v.Vector.Meta.Family == family)
            .Select(v => Verifier.Check(v.Vector, backend, v.File)).ToArray();
        Assert.Contains(results, result => result.Passed);
        var problems = results.Where(r => r.Failed).SelectMany(r => r.Arrays.Where(a => a.Problem is not null).Select(a => $"{r.File}: {a.Name} {a.Problem}"));
        Assert.Empty(problems);
    }

    [Theory]
    [MemberData(nameof(OperationNames))]
    public void AChangedResultIsNoticedInEveryArray(string operation)
    {
        using var backend = new CpuBackend(1);
        var cases = Set.Value.Where(v => v.Vector.Meta.Op == operation && Verifier.Check(v.Vector, backend, v.File).NotThere is null).ToArray();
        Assert.NotEmpty(cases);
        foreach (var (file, vector) in cases)
        {
            var expected = vector.Arrays.Keys.Where(name => !IsInput(name)).Order(StringComparer.Ordinal).ToArray();
            var failed = Verifier.Check(Changed(vector, expected), backend, file).Arrays.Where(a => a.Problem is not null);
            Assert.Equal(expected, failed.Select(a => a.Name).Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(OperationNames))]
    public void AChangedInputIsNoticed(string operation)
    {
        using var backend = new CpuBackend(1);
        var (file, vector) = Set.Value.First(v => v.Vector.Meta.Op == operation && Verifier.Check(v.Vector, backend, v.File).NotThere is null);
        foreach (var name in vector.Arrays.Keys.Where(name => IsInput(name) && name != "in.labels"))
            Assert.True(Verifier.Check(Changed(vector, name), backend, file).Failed, $"{file}: {name} has no effect");
    }

    [Fact]
    public void ThereAreVectorsForEveryCheckAndNoneIsLost()
    {
        Assert.All(Operations.All.Keys, operation => Assert.Contains(Set.Value, v => v.Vector.Meta.Op == operation));
        Assert.Equal(Directory.GetFiles(Path.Combine(House.Repository.Root, "tests", "golden"), "*.npz", SearchOption.AllDirectories).Length, Set.Value.Count);
    }

    private static bool IsInput(string name) => name.StartsWith("in.", StringComparison.Ordinal)
        || name.StartsWith("param.", StringComparison.Ordinal) || name.StartsWith("state.", StringComparison.Ordinal);

    // The largest element by a hundredth: far beyond every tolerance, and no sign flips.
    private static GoldenVector Changed(GoldenVector vector, params string[] names)
    {
        var arrays = new Dictionary<string, NpyArray>(vector.Arrays, StringComparer.Ordinal);
        foreach (var name in names)
        {
            var values = arrays[name].Values.ToArray();
            var largest = 0;
            for (var i = 0; i < values.Length; i++)
            {
                if (Math.Abs(values[i]) > Math.Abs(values[largest])) largest = i;
            }

            values[largest] = values[largest] * 1.01 + (values[largest] < 0 ? -0.01 : 0.01);
            arrays[name] = arrays[name] with { Values = values };
        }

        return vector with { Arrays = arrays };
    }
}

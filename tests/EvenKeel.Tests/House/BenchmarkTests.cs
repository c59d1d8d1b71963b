using System.Reflection;
using EvenKeel.Kernels;
using EvenKeel.Kernels.Machine;
using EvenKeel.Kernels.Statistics;

namespace EvenKeel.Tests.House;

/// <summary>The benchmarks of single kernels against the kernels there are.</summary>
public class BenchmarkTests
{
    // What measures the machine, and what takes a formula as a type.
    private static readonly HashSet<Type> Left = [typeof(MachinePeak), typeof(SegmentPass)];

    [Fact]
    public void EveryKernelHasACase()
    {
        var folder = Path.Combine(Repository.Root, "benchmarks", "EvenKeel.Benchmarks");
        var cases = string.Concat(Directory.GetFiles(folder, "*.cs").Select(File.ReadAllText))
            .Replace("PerChannel.", "Channels.", StringComparison.Ordinal);
        var kernels = typeof(Workers).Assembly.GetTypes()
            .Where(type => type is { IsAbstract: true, IsSealed: true, IsNested: false } && !Left.Contains(type))
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(method => method.GetParameters() is [{ ParameterType: var first }, .. var others]
                && first == typeof(Workers) && !others.Any(p => p.ParameterType.IsPointer || p.ParameterType.IsByRef && p.ParameterType.GetElementType()!.Name == "ConvPhase"))
            .Select(method => $"{method.DeclaringType!.Name}.{method.Name}(")
            .Distinct(StringComparer.Ordinal).ToArray();
        Assert.True(kernels.Length > 50);
        Assert.All(kernels, kernel => Assert.Contains(kernel, cases, StringComparison.Ordinal));
    }
}

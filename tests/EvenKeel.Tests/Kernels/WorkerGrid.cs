using EvenKeel.Kernels;

namespace EvenKeel.Tests.Kernels;

/// <summary>Workers for every vector path of this processor times 1, 2, 3 and 5 threads.</summary>
public sealed class WorkerGrid : IDisposable
{
    private static readonly int[] ThreadCounts = [1, 2, 3, 5];

    public WorkerGrid()
    {
        All = [.. VectorPaths.Available.SelectMany(path => ThreadCounts.Select(threads => new Workers(threads, path)))];
    }

    public IReadOnlyList<Workers> All { get; }

    /// <summary>Runs a kernel everywhere, insists on the same bits, and returns them.</summary>
    internal float[] Same(int length, Action<Workers, float[]> kernel)
    {
        float[]? first = null;
        foreach (var workers in All)
        {
            var result = new float[length];
            kernel(workers, result);
            first ??= result;
            for (var i = 0; i < length; i++)
            {
                if (BitConverter.SingleToInt32Bits(first[i]) == BitConverter.SingleToInt32Bits(result[i])) continue;
                Assert.Fail($"{workers.Path}, {workers.Threads} threads, {i}: {result[i]:R} instead of {first[i]:R}");
            }
        }

        return first!;
    }

    /// <summary>The same for a kernel that returns something.</summary>
    internal T SameValue<T>(Func<Workers, T> kernel)
    {
        var first = kernel(All[0]);
        foreach (var workers in All) Assert.Equal(first, kernel(workers));
        return first;
    }

    public void Dispose()
    {
        foreach (var workers in All) workers.Dispose();
    }
}

/// <summary>One grid for all kernel tests, which therefore run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class KernelCollection : ICollectionFixture<WorkerGrid>
{
    public const string Name = "kernels";
}

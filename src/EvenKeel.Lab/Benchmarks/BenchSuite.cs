using EvenKeel.Backends;
using EvenKeel.Lab.Benchmarks.KernelCases;

namespace EvenKeel.Lab.Benchmarks;

/// <summary>Cases that are timed in turn and compared with the first of them that has the same batch.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Cases">The cases; the first of a batch is the base of its ratios.</param>
/// <param name="Rounds">How often all are timed in turn, unless asked otherwise.</param>
internal sealed record BenchSuite(string Name, IReadOnlyList<BenchCase> Cases, int Rounds = 1)
{
    /// <summary>The suites.</summary>
    public static IReadOnlyList<BenchSuite> All { get; } =
    [
        .. PeerSuites.All,
        NormSuite.Suite,
    ];

    /// <summary>Names of the suites, that of single kernels included.</summary>
    public static IEnumerable<string> Names => All.Select(s => s.Name).Append(KernelSuite.Name);

    /// <summary>What is not timed and why, by method.</summary>
    public IReadOnlyDictionary<string, string> LeftOut { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The suite of a name.</summary>
    /// <exception cref="UserException">It does not exist; the message lists those that do.</exception>
    public static BenchSuite Find(string name) => All.FirstOrDefault(s => s.Name == name)
        ?? throw new UserException($"Suite '{name}' does not exist: {NearestName.Expected(name, Names)}");

    /// <summary>The cases of some schemes only.</summary>
    /// <param name="norms">Short names of the schemes.</param>
    /// <exception cref="UserException">The suite has no such case; the message lists its schemes.</exception>
    public BenchSuite Only(IReadOnlyList<string> norms)
    {
        var known = Cases.Select(c => c.Norm).Distinct(StringComparer.Ordinal).ToArray();
        foreach (var norm in norms.Where(n => !known.Contains(n, StringComparer.Ordinal)))
            throw new UserException($"Suite {Name} has no case '{norm}': {NearestName.Expected(norm, known)}");
        return this with { Cases = [.. Cases.Where(c => norms.Contains(c.Norm, StringComparer.Ordinal))] };
    }

    /// <summary>Times the cases: several rounds over all of them, so that a machine that changes speed from minute to
    /// minute slows a case and its base alike.</summary>
    /// <param name="threads">Threads; 0 means one per processor.</param>
    /// <param name="seconds">How long to time each case in each round, at least.</param>
    /// <param name="rounds">Rounds, 1 or more.</param>
    /// <param name="timed">Told of every case in every round: how many are done, and the result.</param>
    /// <param name="cancel">Stops between steps.</param>
    /// <returns>The medians of each case, in the order of the cases.</returns>
    public IReadOnlyList<BenchResult> Run(
        int threads, double seconds, int rounds, Action<int, BenchResult> timed, CancellationToken cancel)
    {
        var results = Cases.Select(_ => new List<BenchResult>()).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < Cases.Count; i++)
            {
                using var backend = new CpuBackend(threads);
                var result = StepBenchmark.Run(Cases[i], backend, seconds, cancel);
                results[i].Add(result);
                if (Cases.Count > 1)
                {
                    var time = results[BaseOf(i)][round].MillisecondsPerStep;
                    results[i][round] = result = result with { Ratio = Math.Round(result.MillisecondsPerStep / time, 3) };
                }

                timed(round * Cases.Count + i + 1, result);
            }
        }

        return [.. results.Select(BenchResult.Median)];
    }

    private int BaseOf(int index)
    {
        for (var i = 0; i < index; i++)
            if (Cases[i].Name == Cases[index].Name && Cases[i].Batch == Cases[index].Batch) return i;
        return index;
    }
}

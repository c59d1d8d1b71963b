using EvenKeel.Backends;

namespace EvenKeel.Lab.Benchmarks;

/// <summary>Cases that are timed in turn and compared with the first of them.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Cases">The cases; the first is the base of the ratios.</param>
/// <param name="Rounds">How often all are timed in turn, unless asked otherwise.</param>
internal sealed record BenchSuite(string Name, IReadOnlyList<BenchCase> Cases, int Rounds = 1)
{
    /// <summary>The suites.</summary>
    public static IReadOnlyList<BenchSuite> All { get; } =
    [
        new(
            "convpool",
            [.. new[] { "none", "bn", "wn", "mobn", "wn+mobn" }.Select(scheme => new BenchCase("convpool", "convpool-cnn-c", scheme, 100))]),
        NormSuite.Suite,
    ];

    /// <summary>What is not timed and why, by method.</summary>
    public IReadOnlyDictionary<string, string> LeftOut { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The suite of a name.</summary>
    /// <exception cref="UserException">It does not exist; the message lists those that do.</exception>
    public static BenchSuite Find(string name) => All.FirstOrDefault(s => s.Name == name)
        ?? throw new UserException($"Suite '{name}' does not exist: {NearestName.Expected(name, All.Select(s => s.Name))}");

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
                if (Cases.Count > 1)
                {
                    var time = i == 0 ? result.MillisecondsPerStep : results[0][round].MillisecondsPerStep;
                    result = result with { Ratio = Math.Round(result.MillisecondsPerStep / time, 3) };
                }

                results[i].Add(result);
                timed(round * Cases.Count + i + 1, result);
            }
        }

        return [.. results.Select(BenchResult.Median)];
    }
}

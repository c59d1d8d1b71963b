using EvenKeel.Optim;
using EvenKeel.Training;

namespace EvenKeel.Lab.Benchmarks;

/// <summary>The suites that other frameworks' benchmarks have too: the same networks, batches, names and optimizers.</summary>
internal static class PeerSuites
{
    private static readonly OptimizerSpec Adam = new() { LearningRate = 1e-3 };

    // A loop in PyTorch that hands all parameters to one group decays gains and biases too.
    private static readonly OptimizerSpec Sgd = new()
    {
        Kind = "sgd",
        LearningRate = 0.01,
        WeightDecay = 1e-3,
        DecayScope = DecayScope.All,
    };

    /// <summary>The suites.</summary>
    public static IReadOnlyList<BenchSuite> All { get; } =
    [
        Suite("convpool", "convpool-cnn-c-plain", Adam, [100], Same("none", "bn", "wn", "mobn", "wn+mobn")),
        Suite("fashion", "fashion-cnn", Adam, [2, 32, 128], [("bn", "bn"), ("gn+ws", "gn(groups=2)+ws(layers=convolutions)")]),
        Suite("mlp", "mlp-19", Sgd, [256], [.. Same("none", "bn"), ("enorm", "enorm(c=1.2)"), ("enorm+bn", "enorm(c=1.2)+bn")]),
        Suite("resnet56", "resnet-56-a", Sgd with { Momentum = 0.9 }, [128], [("bn", "bn"), ("l1", "bn(p=1)"), ("topk", "bn(p=topk)")]),
    ];

    private static (string Norm, string Scheme)[] Same(params string[] schemes) => [.. schemes.Select(s => (s, s))];

    private static BenchSuite Suite(
        string name, string model, OptimizerSpec optimizer, int[] batches, (string Norm, string Scheme)[] schemes) => new(
            name,
            [
                .. from batch in batches
                   from scheme in schemes
                   select new BenchCase(name, model, scheme.Scheme, batch) { Norm = scheme.Norm, Optimizer = optimizer },
            ]);
}

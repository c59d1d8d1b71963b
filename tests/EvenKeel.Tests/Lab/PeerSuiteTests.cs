using EvenKeel.Backends;
using EvenKeel.Lab.Benchmarks;
using EvenKeel.Optim;

namespace EvenKeel.Tests.Lab;

/// <summary>The cases that the PyTorch script prints, by its names.</summary>
public class PeerSuiteTests
{
    [Theory]
    [InlineData("convpool", "none 100, bn 100, wn 100, mobn 100, wn+mobn 100")]
    [InlineData("fashion", "bn 2, gn+ws 2, bn 32, gn+ws 32, bn 128, gn+ws 128")]
    [InlineData("mlp", "none 256, bn 256, enorm 256, enorm+bn 256")]
    [InlineData("resnet56", "bn 128, l1 128, topk 128")]
    public void NamesAreThePeers(string suite, string cases)
    {
        var all = BenchSuite.Find(suite).Cases;
        Assert.Equal(cases, string.Join(", ", all.Select(c => $"{c.Norm} {c.Batch}")));
        Assert.All(all, c => Assert.Equal(suite, c.Name));
    }

    // Parameters of the PyTorch networks: convpool 1,405,344 weights with a plain dense layer of 1,930; the perceptron
    // 3072·500 + 19·500² + 500·10; ResNet-56 with option A 853,018 with batch normalization.
    [Theory]
    [InlineData("convpool", "none", 1_405_344 - 1_920 + 1_440 + 1_930)]
    [InlineData("convpool", "bn", 1_405_344 - 1_920 + 2 * 1_440 + 1_930)]
    [InlineData("mlp", "none", 3072 * 500 + 19 * 500 * 500 + 5_000)]
    [InlineData("resnet56", "topk", 853_018)]
    [InlineData("fashion", "gn+ws", 1_677_674)]
    public void NetworksAreThePeers(string suite, string norm, long parameters)
    {
        using var backend = new CpuBackend(1);
        var step = new TrainingStep(BenchSuite.Find(suite).Only([norm]).Cases[0] with { Batch = 2 }, backend);
        Assert.Equal(parameters, step.Network.ParameterCount);
    }

    [Theory]
    [InlineData("convpool", "adam", 1e-3, 0, 0)]
    [InlineData("fashion", "adam", 1e-3, 0, 0)]
    [InlineData("mlp", "sgd", 0.01, 0, 1e-3)]
    [InlineData("resnet56", "sgd", 0.01, 0.9, 1e-3)]
    public void OptimizersAreThePeers(string suite, string kind, double rate, double momentum, double decay) =>
        Assert.All(BenchSuite.Find(suite).Cases, c => Assert.Equal(
            (kind, rate, momentum, decay, decay > 0 ? DecayScope.All : DecayScope.Weights),
            (c.Optimizer.Kind, c.Optimizer.LearningRate, c.Optimizer.Momentum, c.Optimizer.WeightDecay, c.Optimizer.DecayScope)));

    [Fact]
    public void APartOfASuiteIsPickedByScheme()
    {
        var part = BenchSuite.Find("fashion").Only(["gn+ws"]);
        Assert.Equal([2, 32, 128], part.Cases.Select(c => c.Batch));
        var problem = Assert.Throws<UserException>(() => part.Only(["gn"]));
        Assert.Contains("Suite fashion has no case 'gn': expected one of gn+ws.", problem.Message, StringComparison.Ordinal);
    }
}

using System.Text.Json;
using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Optim;
using EvenKeel.Tensors;
using EvenKeel.Training;

namespace EvenKeel.Tests.Optim;

public class DecayScopeTests
{
    [Theory]
    [InlineData("none", DecayScope.Weights, "a.weight dense.weight")]
    [InlineData("none", DecayScope.All, "a.bias a.weight dense.bias dense.weight")]
    [InlineData("none", DecayScope.ScaleDependent, "a.weight dense.weight")]
    [InlineData("bn", DecayScope.Weights, "a.weight dense.weight")]
    [InlineData("bn", DecayScope.ScaleDependent, "dense.weight")]
    [InlineData("mobn", DecayScope.ScaleDependent, "a.weight dense.weight")]
    [InlineData("wn+mobn", DecayScope.Weights, "a.v dense.weight")]
    [InlineData("wn+mobn", DecayScope.ScaleDependent, "dense.weight")]
    [InlineData("ws+bn", DecayScope.All, "a.norm.beta a.norm.gamma a.v dense.bias dense.weight")]
    public void DecayMovesWhatItsScopeSays(string scheme, DecayScope scope, string moved)
    {
        using var backend = new CpuBackend(1);
        var spec = new ModelSpec(new Shape(1, 6, 6, 3), 2, Scheme.Parse(scheme));
        var root = new Sequential()
            .Convolution("a", spec, 3, 4, 3, 1, Activation.Relu)
            .Add("pool", new GlobalAveragePool())
            .Dense("dense", spec with { Scheme = Scheme.Parse("none") }, 4, 2, Activation.Identity);
        var network = new Network(root, new Shape(2, 6, 6, 3), backend, seed: 3);
        foreach (var parameter in network.Parameters)
        {
            backend.Fill(1f, parameter.Value);
            backend.Fill(0f, parameter.Value.GradientBuffer!);
            parameter.Value.HasGradient = true;
        }

        new Sgd(network) { LearningRate = 0.5, WeightDecay = 0.1, DecayScope = scope }.Step();
        var changed = network.Parameters.Where(p => p.Value.ToArray()[0] != 1f).Select(p => p.Name).Order(StringComparer.Ordinal);
        Assert.Equal(moved, string.Join(' ', changed));
    }

    [Fact]
    public void FrozenStatisticsDoNotUndoAScale()
    {
        using var backend = new CpuBackend(1);
        var spec = new ModelSpec(new Shape(1, 6, 6, 3), 2, Scheme.Parse("bn"));
        var root = new Sequential().Convolution("a", spec, 3, 4, 3, 1, Activation.Relu);
        var network = new Network(root, new Shape(2, 6, 6, 3), backend, seed: 3);
        Assert.Equal(["a.weight"], ScaleInvariance.Weights(network).Select(p => p.Name));
        root.DescendantsAndSelf().OfType<NormLayer>().Single().Statistics = StatisticsSource.Running;
        Assert.Empty(ScaleInvariance.Weights(network));
    }

    [Fact]
    public void TheSpecReadsBothSpellingsAndKeepsTheHashOfEarlierOnes()
    {
        static string Write(OptimizerSpec spec) => JsonSerializer.Serialize(spec, SpecJson.Compact);
        static OptimizerSpec Read(string json) => JsonSerializer.Deserialize<OptimizerSpec>(json, SpecJson.Compact)!;
        Assert.DoesNotContain("decayScope", Write(new OptimizerSpec()), StringComparison.Ordinal);
        Assert.Contains("\"decayAll\":false", Write(new OptimizerSpec()), StringComparison.Ordinal);
        Assert.Equal(DecayScope.All, Read("{\"decayAll\":true}").DecayScope);
        Assert.Equal(DecayScope.ScaleDependent, Read("{\"decayScope\":\"scale-dependent\"}").DecayScope);
        foreach (var scope in Enum.GetValues<DecayScope>())
            Assert.Equal(scope, Read(Write(new OptimizerSpec { DecayScope = scope })).DecayScope);
    }
}

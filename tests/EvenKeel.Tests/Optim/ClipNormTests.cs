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

public class ClipNormTests
{
    // The largest norm is over all parameters together, so that the direction of the whole gradient stays.
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(1e6)]
    public void TheWholeGradientIsShortenedAndDecayIsNot(double clip)
    {
        using var backend = new CpuBackend(1);
        var network = Network(backend);
        var trained = network.Parameters.Where(p => p.Trainable).ToArray();
        for (var i = 0; i < trained.Length; i++)
        {
            backend.Fill(1f, trained[i].Value);
            backend.Fill(0.25f * (i + 1), trained[i].Value.GradientBuffer!);
            trained[i].Value.HasGradient = true;
        }

        var norm = Math.Sqrt(trained.Select((p, i) => p.Value.Shape.Length * Math.Pow(0.25 * (i + 1), 2)).Sum());
        var share = clip > 0 ? Math.Min(1, clip / norm) : 1;

        new Sgd(network) { LearningRate = 0.5, WeightDecay = 0.1, DecayScope = DecayScope.All, ClipNorm = clip }.Step();

        for (var i = 0; i < trained.Length; i++)
        {
            var expected = 1 - 0.5 * (share * 0.25 * (i + 1) + 0.1);
            Assert.All(trained[i].Value.ToArray(), w => Assert.Equal(expected, w, 1e-6));
        }
    }

    [Fact]
    public void TheSpecCarriesItAndItsAbsenceKeepsTheHash()
    {
        Assert.DoesNotContain("clip", JsonSerializer.Serialize(new OptimizerSpec()), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("5", JsonSerializer.Serialize(new OptimizerSpec { ClipNorm = 5 }), StringComparison.Ordinal);
        using var backend = new CpuBackend(1);
        var network = Network(backend);
        Assert.Equal(5, SpecParts.Optimizer(new OptimizerSpec { Kind = "adam", ClipNorm = 5 }, network).ClipNorm);
        Assert.Equal(5, SpecParts.Optimizer(new OptimizerSpec { Kind = "sgd", ClipNorm = 5 }, network).ClipNorm);
        var error = Assert.Throws<UserException>(() => SpecParts.Optimizer(new OptimizerSpec { ClipNorm = -1 }, network));
        Assert.Contains("clipNorm is -1", error.Message, StringComparison.Ordinal);
    }

    private static Network Network(CpuBackend backend)
    {
        var spec = new ModelSpec(new Shape(1, 6, 6, 3), 2, Scheme.Parse("wn+mobn"));
        var root = new Sequential()
            .Convolution("a", spec, 3, 4, 3, 1, Activation.Relu)
            .Add("pool", new GlobalAveragePool())
            .Dense("dense", spec, 4, 2, Activation.Identity);
        return new Network(root, new Shape(2, 6, 6, 3), backend, seed: 3);
    }
}

using EvenKeel.Kernels;
using EvenKeel.Modules;

namespace EvenKeel.Tests.Modules;

/// <summary>A convolution or pooling that writes a normalizer's last share of a gradient also gathers what the normalizer's backward pass
/// begins with.</summary>
public class GatheredSumsTests
{
    /// <inheritdoc cref="FusedNetwork.Schemes"/>
    public static TheoryData<string, int> Schemes() => FusedNetwork.Schemes();

    [Theory]
    [MemberData(nameof(Schemes))]
    public void GivesTheGradientsOfPassesOfTheirOwn(string scheme, int batch)
    {
        var gathered = FusedNetwork.Run(scheme, batch, ConvMethod.Winograd, PassMode.Train, pooled: false).Gradients;
        var apart = FusedNetwork.Run(scheme, batch, ConvMethod.Direct, PassMode.Train, pooled: false).Gradients;
        Assert.Equal(apart.Count, gathered.Count);

        // Some gradients are zero but for rounding: of a gain that the next normalizer takes out.
        var least = 2e-6f * apart.Values.Max(g => g.Max(Math.Abs));
        foreach (var (name, expected) in apart)
        {
            var largest = expected.Max(Math.Abs);
            var actual = gathered[name];
            for (var i = 0; i < expected.Length; i++)
                Assert.True(Math.Abs(actual[i] - expected[i]) <= (2e-4f * largest) + least, $"{name}[{i}]: {actual[i]}, {expected[i]}");
        }
    }

    [Theory]
    [InlineData("bn", ConvMethod.Winograd, 0, 0)]
    [InlineData("bn", ConvMethod.Direct, 2, 1)]
    [InlineData("ghost(size=2)", ConvMethod.Winograd, 3, 1)]
    [InlineData("bn(round=output)", ConvMethod.Winograd, 1, 0)]
    public void SavesPasses(string scheme, ConvMethod method, int passes, int passesBehindSums)
    {
        var operations = FusedNetwork.Run(scheme, 4, method, PassMode.Train, pooled: true).Operations;
        Assert.Equal(passes, operations.Count(o => o == "normalize backward sums"));
        Assert.Equal(passesBehindSums, operations.Count(o => o == "normalize and add backward sums"));
    }

    [Theory]
    [InlineData(ConvMethod.Winograd, 0)]
    [InlineData(ConvMethod.Direct, 2)]
    public void SavesPassesOfAShift(ConvMethod method, int passes)
    {
        var operations = FusedNetwork.Run("mobn", 4, method, PassMode.Train, pooled: true).Operations;
        Assert.Equal(passes, operations.Count(o => o == "shift backward sums"));
    }
}

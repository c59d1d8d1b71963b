using EvenKeel.Norms;

namespace EvenKeel.Tests.Norms;

public class SchemeTests
{
    [Theory]
    [InlineData("none")]
    [InlineData("bn")]
    [InlineData("wn+mobn")]
    [InlineData("wn(g=exp)")]
    [InlineData("bn(epsilon=0.001,rate=0.01)")]
    [InlineData("bn(place=added-to-scale,running=biased,affine=false)")]
    public void TextRoundTrips(string text) => Assert.Equal(text, Scheme.Parse(text).ToString());

    [Fact]
    public void OptionsReachTheRecord()
    {
        var norm = Assert.IsType<BatchNorm>(Assert.Single(Scheme.Parse(" bn( epsilon=1e-3 , rate=0.01 ) ").Norms));
        Assert.Equal(1e-3f, norm.Epsilon);
        Assert.Equal(0.01f, norm.RunningRate);
    }

    [Fact]
    public void DefaultsAreLeftOutOfTheText() => Assert.Equal("bn", Scheme.Parse("bn(epsilon=1e-5,rate=0.1)").ToString());

    [Theory]
    [InlineData("nb", "Normalization method 'nb' does not exist: expected one of none, bn, mobn, wn, enorm")]
    [InlineData("bm", "Did you mean 'bn'?")]
    [InlineData("bn(epsilom=1)", "Method bn has no option 'epsilom': expected one of epsilon, place, rate, running, affine. Did you mean 'epsilon'?")]
    [InlineData("bn(epsilon=abc)", "bn(epsilon=abc): expected a number")]
    [InlineData("bn(epsilon=0)", "expected a number above 0")]
    [InlineData("bn(rate=2)", "it weights the new batch")]
    [InlineData("wn(g=log)", "expected g or exp")]
    [InlineData("bn(rate=0.1", "lacks its closing bracket")]
    [InlineData("none(x=1)", "has no options")]
    [InlineData("bn+mobn", "bn and mobn both normalize activations")]
    [InlineData("bn+none", "joins none with other methods")]
    [InlineData("wn++mobn", "has an empty part")]
    [InlineData("", "has an empty part")]
    public void MistakesAreExplained(string text, string part) =>
        Assert.Contains(part, Assert.Throws<UserException>(() => Scheme.Parse(text)).Message, StringComparison.Ordinal);
}

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
    [InlineData("ws(preset=timm)+bn")]
    [InlineData("ws(preset=timm-scaled,gamma=1.7139589)")]
    [InlineData("ws(preset=nfnet,std=unbiased)")]
    [InlineData("bwn(p=inf,form=prenorm)")]
    [InlineData("bn+wdmimic(from=runs/study/bn+record-1-0a1b,maxRatio=10)")]
    public void TextRoundTrips(string text) => Assert.Equal(text, Scheme.Parse(text).ToString());

    [Fact]
    public void OptionsReachTheRecord()
    {
        var norm = Assert.IsType<BatchNorm>(Assert.Single(Scheme.Parse(" bn( epsilon=1e-3 , rate=0.01 ) ").Norms));
        Assert.Equal(1e-3f, norm.Epsilon);
        Assert.Equal(0.01f, norm.RunningRate);
    }

    [Theory]
    [InlineData("bn(p=1)")]
    [InlineData("bn(p=topk,k=3)")]
    [InlineData("bn(preset=keras)")]
    [InlineData("bn(preset=keras,epsilon=1e-05)")]
    [InlineData("bn(p=inf,preset=paper,constant=false)")]
    [InlineData("bn(round=input/scale,format=bfloat16)")]
    [InlineData("bn(round=all)")]
    [InlineData("gn(groups=8,p=1)")]
    [InlineData("frn(flat=pass)")]
    public void TextReadsBackAsItself(string text) => Assert.Equal(text, Scheme.Parse(text).ToString());

    [Fact]
    public void APresetSetsWhatOtherOptionsRefineWhateverTheirOrder()
    {
        var keras = Assert.IsType<BatchNorm>(Scheme.Parse("bn(rate=0.5,preset=keras)").Norms[0]);
        Assert.Equal((1e-3f, 0.5f, Variance.Biased), (keras.Epsilon, keras.RunningRate, keras.RunningVariance));
        var paper = Assert.IsType<BatchNorm>(Scheme.Parse("bn(preset=paper,p=1)").Norms[0]);
        Assert.Equal((Deviation.L1, 1e-5f, 0.9f), (paper.P, paper.Epsilon, paper.RunningRate));
    }

    [Fact]
    public void GroupsThatDoNotDivideAreExplainedWithWhatWould()
    {
        var scheme = Scheme.Parse("gn(groups=32)");
        var error = Assert.Throws<UserException>(() => scheme.Activation(48, EvenKeel.Autograd.Activation.Relu));
        Assert.Contains("gn(groups=24)", error.Message, StringComparison.Ordinal);
        Assert.NotNull(Scheme.Parse("gn(groups=32,uneven=fewer)").Activation(48, EvenKeel.Autograd.Activation.Relu));
    }

    [Fact]
    public void APresetComesFirstWhereverItStands()
    {
        var norm = Assert.IsType<WeightStandardization>(Assert.Single(Scheme.Parse("ws(epsilon=1e-3,preset=timm)").Norms));
        Assert.Equal(1e-3f, norm.Epsilon);
        Assert.Equal(EpsilonPlace.InsideRoot, norm.EpsilonPlace);
        Assert.Equal("ws", Scheme.Parse("ws(preset=ws-pytorch,std=unbiased)").ToString());
    }

    [Fact]
    public void DefaultsAreLeftOutOfTheText() => Assert.Equal("bn", Scheme.Parse("bn(epsilon=1e-5,rate=0.1)").ToString());

    [Theory]
    [InlineData("nb", "Normalization method 'nb' does not exist: expected one of none, bn, mobn, ")]
    [InlineData("bm", "Did you mean 'bn'?")]
    [InlineData("bn(epsilom=1)", "Method bn has no option 'epsilom': expected one of p, preset, ")]
    [InlineData("bn(epsilom=1)", "Did you mean 'epsilon'?")]
    [InlineData("bn(p=3)", "expected 2 or 1 or topk or inf")]
    [InlineData("bn(k=0)", "bn(k=0): expected 1 or more")]
    [InlineData("bn(round=inputs)", "joined by '/'")]
    [InlineData("gn(p=topk)", "expected 2 or 1")]
    [InlineData("bn(epsilon=abc)", "bn(epsilon=abc): expected a number")]
    [InlineData("bn(epsilon=0)", "expected a number above 0")]
    [InlineData("bn(rate=2)", "it weights the new batch")]
    [InlineData("wn(g=log)", "expected g or exp")]
    [InlineData("bn(rate=0.1", "lacks its closing bracket")]
    [InlineData("none(x=1)", "has no options")]
    [InlineData("bwn(p=3)", "expected 1 or 2 or inf, as in bwn(p=2)")]
    [InlineData("bwn(p=1,form=mean-norm)", "always takes the 2-norm")]
    [InlineData("ws(epsilon=0)", "an epsilon or a floor above 0")]
    [InlineData("ws(gamma=2)", "write gain=scaled too")]
    [InlineData("wdmimic(from=a(1))", "wdmimic(from=a(1)): expected a path without commas and brackets.")]
    [InlineData("record(path=)", "a path without commas and brackets, as in record(path=norms.ekpt)")]
    [InlineData("normschedule(every=0)", "expected 1 or more epochs")]
    [InlineData("agc(clip=0)", "expected a number above 0")]
    [InlineData("sn(warmup=0)", "expected 1 or more")]
    [InlineData("bn+mobn", "bn and mobn both normalize activations")]
    [InlineData("bn+none", "joins none with other methods")]
    [InlineData("wn++mobn", "has an empty part")]
    [InlineData("", "has an empty part")]
    public void MistakesAreExplained(string text, string part) =>
        Assert.Contains(part, Assert.Throws<UserException>(() => Scheme.Parse(text)).Message, StringComparison.Ordinal);
}

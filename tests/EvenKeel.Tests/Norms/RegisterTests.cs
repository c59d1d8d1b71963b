using EvenKeel.Norms;
using HalvingNorm;

namespace EvenKeel.Tests.Norms;

/// <summary>Methods from outside the library.</summary>
public class RegisterTests
{
    [Fact]
    public void ARegisteredMethodIsListedLastAndOnce()
    {
        var again = Enumerable.Range(0, 8).AsParallel().Select(_ => Norm.Register<Halving>()).Distinct().ToArray();
        Assert.Same(Assert.Single(again), Norm.Methods[^1]);
        Assert.Single(Norm.Methods, m => m.Type == typeof(Halving));
    }

    [Fact]
    public void ItIsWrittenAndReadAsSchemeText()
    {
        var scheme = Scheme.Parse("wn+half(factor=0.25)");
        Assert.Equal(0.25f, Assert.IsType<Halving>(scheme.Norms[1]).Factor);
        Assert.Equal("wn+half(factor=0.25)", scheme.ToString());
        Assert.Equal("half", new Scheme(new Halving()).ToString());
        Assert.Contains("method half has no option 'facto'", Assert.Throws<UserException>(
            () => Scheme.Parse("half(facto=1)")).Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void NamesThatAreTakenOrCannotBeWrittenAreRefused()
    {
        Assert.Contains("taken by BatchNorm", Assert.Throws<InvalidOperationException>(Norm.Register<SecondBatchNorm>).Message, StringComparison.Ordinal);
        Assert.Contains("cannot stand in scheme text", Assert.Throws<InvalidOperationException>(Norm.Register<Unwritable>).Message, StringComparison.Ordinal);
        Assert.Contains("lacks [NormMethod", Assert.Throws<InvalidOperationException>(Norm.Register<Nameless>).Message, StringComparison.Ordinal);
        Assert.Same(Norm.Register<BatchNorm>(), Norm.Methods.Single(m => m.Name == "bn"));
    }

    [NormMethod("bn", "Second", "-", "-")]
    private sealed record SecondBatchNorm : Norm;

    [NormMethod("a+b", "Sum", "-", "-")]
    private sealed record Unwritable : Norm;

    private sealed record Nameless : Norm;
}

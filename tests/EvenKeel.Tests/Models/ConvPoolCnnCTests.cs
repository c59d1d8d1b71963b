using EvenKeel.Backends;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace EvenKeel.Tests.Models;

public class ConvPoolCnnCTests
{
    private static readonly Shape Image = new(1, 32, 32, 3);

    // 1,405,344 weights; 1,450 biases (96·3 + 192·6 + 10); weight norm adds one magnitude to each.
    [Theory]
    [InlineData("none", 1_406_794, 0)]
    [InlineData("wn", 1_408_244, 0)]
    [InlineData("mobn", 1_406_794, 1_450)]
    [InlineData("wn+mobn", 1_408_244, 1_450)]
    [InlineData("bn", 1_408_244, 2_900)]
    public void ParametersAreThePublishedOnes(string scheme, int parameters, int state)
    {
        using var backend = new CpuBackend(1);
        var network = Make(scheme, backend);
        Assert.Equal(parameters, network.ParameterCount);
        Assert.Equal(state, network.Buffers.Sum(b => b.Shape.Length));
        Assert.Equal(
            1_405_344, network.Parameters.Where(p => p.Kind == ParameterKind.Weight).Sum(p => p.Shape.Length));
    }

    [Fact]
    public void ShapesAreThePublishedOnes()
    {
        using var backend = new CpuBackend(2);
        var network = Make("none", backend);
        network.Tape.Begin(recording: false);
        var shapes = new Dictionary<string, string>(StringComparer.Ordinal);
        var pass = new Pass(network.Tape, PassMode.Evaluate)
        {
            Watch = (module, output) => shapes[module.Name] = output.Shape.ToString(),
        };
        network.Forward(pass, network.RentInput(1));
        Assert.Equal("[1, 32, 32, 96]", shapes["conv3"]);
        Assert.Equal("[1, 16, 16, 96]", shapes["pool1"]);
        Assert.Equal("[1, 16, 16, 192]", shapes["conv6"]);
        Assert.Equal("[1, 8, 8, 192]", shapes["pool2"]);
        Assert.Equal("[1, 6, 6, 192]", shapes["conv7"]);
        Assert.Equal("[1, 6, 6, 192]", shapes["nin2"]);
        Assert.Equal("[1, 192]", shapes["pool3"]);
        Assert.Equal("[1, 10]", shapes["dense"]);
    }

    // Without the dense layer's magnitudes and running means, but with its bias.
    [Theory]
    [InlineData("wn", 1_408_234, 0)]
    [InlineData("wn+mobn", 1_408_234, 1_440)]
    public void APlainDenseLayerIsNoPartOfTheScheme(string scheme, int parameters, int state)
    {
        using var backend = new CpuBackend(1);
        var spec = new ModelSpec(Image, 10, Scheme.Parse(scheme));
        var network = new Network(ModelCatalog.Find("convpool-cnn-c-plain").Build(spec), Image, backend, seed: 1);
        Assert.Equal(parameters, network.ParameterCount);
        Assert.Equal(state, network.Buffers.Sum(b => b.Shape.Length));
    }

    [Fact]
    public void SmallImagesAreRefused()
    {
        var spec = new ModelSpec(new Shape(1, 8, 8, 3), 10, Scheme.Parse("none"));
        Assert.Contains("at least 12x12", Assert.Throws<UserException>(() => ConvPoolCnnC.Build(spec)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnUnknownModelListsTheKnownOnes() =>
        Assert.Contains("convpool-cnn-c", Assert.Throws<UserException>(() => ModelCatalog.Find("convpool")).Message, StringComparison.Ordinal);

    private static Network Make(string scheme, CpuBackend backend)
    {
        var spec = new ModelSpec(Image, 10, Scheme.Parse(scheme));
        return new Network(ConvPoolCnnC.Build(spec), Image, backend, seed: 1);
    }
}

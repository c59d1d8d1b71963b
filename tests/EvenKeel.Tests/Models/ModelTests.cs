using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace EvenKeel.Tests.Models;

public class ModelTests
{
    private static readonly Shape Cifar = new(1, 32, 32, 3);
    private static readonly Shape Fashion = new(1, 28, 28, 1);
    private static readonly Shape ImageNet = new(1, 224, 224, 3);

    // fashion-cnn: 1,676,266 with all biases, 1,408 gains and shifts; -pre leaves out the 704 biases before bn.
    [Theory]
    [InlineData("fashion-cnn", "bn", 1_677_674)]
    [InlineData("fashion-cnn", "none", 1_676_266)]
    [InlineData("fashion-cnn-pre", "bn", 1_676_970)]
    [InlineData("fashion-cnn-pre", "none", 1_676_266)]
    [InlineData("mlp-1", "none", 1_791_000)]
    [InlineData("mlp-19", "none", 6_291_000)]
    [InlineData("mlp-1", "bn", 1_793_000)]
    [InlineData("mlp-1-bias", "none", 1_792_010)]
    [InlineData("mlp-1-bias", "bn", 1_793_010)]
    [InlineData("resnet-56", "bn", 855_770)]
    [InlineData("resnet-56-a", "bn", 853_018)]
    [InlineData("vgg-11", "bn", 9_231_114)]
    [InlineData("vgg-11", "none", 9_225_610)]
    [InlineData("resnet-18", "bn", 11_689_512)]
    [InlineData("resnet-50", "bn", 25_557_032)]
    public void ParametersAreThePublishedOnes(string model, string scheme, int parameters)
    {
        var image = model.StartsWith("fashion", StringComparison.Ordinal) ? Fashion
            : model is "resnet-18" or "resnet-50" ? ImageNet : Cifar;
        var root = ModelCatalog.Find(model).Build(new ModelSpec(image, image == ImageNet ? 1000 : 10, Scheme.Parse(scheme)));
        Assert.Equal(parameters, root.Parameters().Sum(p => p.Shape.Length));
    }

    public static TheoryData<string> Names() =>
        [.. ModelCatalog.All.Select(m => m.Name.Replace('N', '2')).Where(n => n is not ("resnet-110" or "resnet-110-a" or "resnet-56" or "resnet-56-a"))];

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryModelTrainsAStepUnderEveryKindOfScheme(string model)
    {
        using var backend = new CpuBackend(2);
        foreach (var scheme in new[] { "none", "bn", "wn+mobn" })
        {
            var spec = new ModelSpec(Cifar, 7, Scheme.Parse(scheme), Width: 0.05);
            var network = new Network(ModelCatalog.Find(model).Build(spec), Cifar, backend, seed: 1);
            Assert.Equal(7, network.Output);
            network.CheckTraining(4);
            network.Tape.Begin(recording: true);
            var x = network.RentInput(4);
            x.CopyFrom([.. Enumerable.Range(0, x.Shape.Length).Select(i => MathF.Sin(i))]);
            var loss = network.Tape.SoftmaxCrossEntropy(network.Forward(new Pass(network.Tape, PassMode.Train, 1), x), [0, 1, 2, 6]);
            Assert.True(double.IsFinite(loss.Mean), $"{model}, {scheme}: loss {loss.Mean}");
            network.Tape.Backward(loss.Value);
            Assert.All(network.Parameters, p => Assert.True(p.Value.Gradient is not null, $"{model}, {scheme}: {p.Name} has no gradient"));
        }
    }

    [Theory]
    [InlineData("resnet-20", "stem [1, 32, 32, 16]; stage1.block3 [1, 32, 32, 16]; stage2.block1 [1, 16, 16, 32]; stage3.block3 [1, 8, 8, 64]; average [1, 64]")]
    [InlineData("resnet-20-a", "stage2.block1 [1, 16, 16, 32]; stage3.block1 [1, 8, 8, 64]; dense [1, 10]")]
    [InlineData("vgg-11", "conv8 [1, 2, 2, 512]; pool5 [1, 1, 1, 512]; average [1, 512]")]
    [InlineData("mlp-3", "flatten [1, 3072]; dense1 [1, 500]; dense4 [1, 500]; dense5 [1, 10]")]
    [InlineData("fashion-cnn", "conv2.norm [1, 32, 32, 32]; pool2 [1, 8, 8, 64]; flatten [1, 4096]; dense1.norm [1, 512]")]
    public void ShapesAreThePublishedOnes(string model, string shapes)
    {
        using var backend = new CpuBackend(2);
        var spec = new ModelSpec(Cifar, 10, Scheme.Parse("bn"));
        var network = new Network(ModelCatalog.Find(model).Build(spec), Cifar, backend, seed: 1);
        network.Tape.Begin(recording: false);
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        var pass = new Pass(network.Tape, PassMode.Evaluate) { Watch = (module, output) => seen[module.Name] = output.Shape.ToString() };
        network.Forward(pass, network.RentInput(1));
        foreach (var expected in shapes.Split("; "))
        {
            var at = expected.IndexOf(' ', StringComparison.Ordinal);
            Assert.Equal(expected[(at + 1)..], seen[expected[..at]]);
        }
    }

    [Fact]
    public void ImageNetFormEndsInSevenPixels()
    {
        var spec = new ModelSpec(ImageNet, 1000, Scheme.Parse("none"));
        Assert.Equal(new Shape(2, 1000), ModelCatalog.Find("resnet-34").Build(spec).OutputShape(ImageNet.WithBatch(2)));
        Assert.Equal(1_813_561_344L + 512 * 1000, ModelCatalog.Find("resnet-18").Build(spec).MultiplyAdds(ImageNet));
    }

    [Theory]
    [InlineData("fashion-cnn", 3, 32, "at least 4x4")]
    [InlineData("vgg-11", 28, 28, "at least 32x32 pixels; the data has 28x28")]
    [InlineData("convpool-cnn-c", 8, 8, "at least 12x12")]
    public void SmallImagesAreRefused(string model, int height, int width, string part)
    {
        var spec = new ModelSpec(new Shape(1, height, width, 3), 10, Scheme.Parse("none"));
        Assert.Contains(part, Assert.Throws<UserException>(() => ModelCatalog.Find(model).Build(spec)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mlp-x", "Did you mean 'mlp-N'?")]
    [InlineData("mlp-N", "needs a number for the N, from 1 to 99: such as mlp-3")]
    [InlineData("mlp-0", "expected mlp-N with a number from 1 to 99")]
    [InlineData("mlp-100-bias", "expected mlp-N-bias with a number from 1 to 99")]
    [InlineData("mlp--bias", "does not exist")]
    [InlineData("resnet-21", "Did you mean 'resnet-20'?")]
    public void NamesThatAreNotThereAreExplained(string name, string part)
    {
        var spec = new ModelSpec(Cifar, 10, Scheme.Parse("none"));
        Assert.Contains(part, Assert.Throws<UserException>(() => ModelCatalog.Find(name).Build(spec)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ANumberNamesOneNetworkOfAFamily() => Assert.Equal("mlp-12-bias", ModelCatalog.Find("mlp-12-bias").Name);
}

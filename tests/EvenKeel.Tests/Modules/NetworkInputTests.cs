using EvenKeel.Backends;
using EvenKeel.Models;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace EvenKeel.Tests.Modules;

public class NetworkInputTests
{
    private static readonly Shape Image = new(1, 28, 28, 1);

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void ABatchArrivesWhole(int batch)
    {
        using var backend = new CpuBackend(2);
        var network = Make(backend);
        float[] images = [.. Enumerable.Range(0, batch * 28 * 28).Select(i => (float)i)];
        network.Tape.Begin(recording: false);
        var x = network.RentInput(images);
        Assert.Equal(Image.WithBatch(batch), x.Shape);
        Assert.Equal(images, x.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000)]
    public void PartsOfImagesAreRefused(int numbers)
    {
        using var backend = new CpuBackend(1);
        var network = Make(backend);
        network.Tape.Begin(recording: false);
        var error = Assert.Throws<ArgumentException>(() => network.RentInput(new float[numbers]));
        Assert.Contains($"A batch of {numbers} numbers is not a whole number of images of 784", error.Message, StringComparison.Ordinal);
    }

    private static Network Make(CpuBackend backend) =>
        new(ModelCatalog.Find("fashion-cnn").Build(new ModelSpec(Image, 10, Scheme.Parse("bn"), 0.25)), Image, backend, seed: 1);
}

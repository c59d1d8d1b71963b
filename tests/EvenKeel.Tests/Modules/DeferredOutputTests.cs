using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Tests.Modules;

/// <summary>A normalizer leaves its output to the convolution or pooling that reads it, to the same bits.</summary>
public class DeferredOutputTests
{
    /// <inheritdoc cref="FusedNetwork.Schemes"/>
    public static TheoryData<string, int> Schemes() => FusedNetwork.Schemes();

    [Theory]
    [MemberData(nameof(Schemes))]
    public void GivesTheSameBits(string scheme, int batch)
    {
        // Watched networks compute sums apart, so that both runs are watched, and one reads what it sees.
        foreach (var mode in (PassMode[])[PassMode.Train, PassMode.Evaluate])
        {
            var deferred = FusedNetwork.Run(scheme, batch, ConvMethod.Winograd, mode, pooled: true, (_, _) => { });
            var read = FusedNetwork.Run(scheme, batch, ConvMethod.Winograd, mode, pooled: true, (_, value) => value.ToArray());
            Assert.Equal(read.Output, deferred.Output);
            foreach (var (name, gradient) in read.Gradients) Assert.Equal(gradient, deferred.Gradients[name]);
        }
    }

    // The block's first normalizer and the last are read by a convolution and by pooling only; the one before the block is its
    // shortcut as well, and is computed for the sum.
    [Theory]
    [InlineData("bn", ConvMethod.Winograd, 1)]
    [InlineData("bn(p=1)", ConvMethod.Winograd, 1)]
    [InlineData("bn", ConvMethod.Direct, 2)]
    [InlineData("ghost(size=2)", ConvMethod.Winograd, 3)]
    public void SavesAPass(string scheme, ConvMethod method, int passes)
    {
        var operations = FusedNetwork.Run(scheme, 6, method, PassMode.Train, pooled: true).Operations;
        Assert.Equal(passes, operations.Count(o => o == "normalize"));
    }

    [Fact]
    public void IsComputedWhenSomebodyReadsIt()
    {
        using var backend = new CpuBackend(1);
        var tape = new Tape(backend);
        tape.Begin(recording: false);
        Tensor x = tape.Rent(new Shape(2, 3)), table = tape.Rent(new Shape(3)), y = tape.Rent(new Shape(2, 3)), z = tape.Rent(new Shape(2, 3));
        x.CopyFrom([1f, 2f, 3f, 4f, 5f, 6f]);
        table.CopyFrom([1f, 2f, 3f]);
        y.Deferred = new(backend, x, table, table, table, 1f);
        backend.Copy(y, z);
        float[] expected = [1f, 2f, 3f, 4f, 8f, 12f];
        Assert.Equal(expected, z.ToArray());
        y.Deferred = new(backend, x, table, table, table, 1f);
        Assert.Equal(expected, y.ToArray());
        y.Deferred = new(backend, x, table, table, table, 1f);
        backend.AddTo(x, y);
        Assert.Equal([2f, 4f, 6f, 8f, 13f, 18f], y.ToArray());
        y.Deferred = new(backend, x, table, table, table, 1f);
        y.CopyFrom([0f, 0f, 0f, 0f, 0f, 7f]);
        Assert.Equal([0f, 0f, 0f, 0f, 0f, 7f], y.ToArray());
    }
}

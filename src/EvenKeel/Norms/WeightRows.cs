using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>The rows of a linear map's stored weight, one per output: their 2-norms, and factors on them. What methods
/// around a step share.</summary>
internal sealed class WeightRows
{
    private readonly Network _network;
    private readonly Tensor _perOutput;

    public WeightRows(Network network, LinearMap map)
    {
        _network = network;
        Layer = map.Name;
        Stored = map.Weight.Stored;
        Norms = new float[map.WeightShape.Channels];
        _perOutput = network.Backend.Allocate(new Shape(Norms.Length));
    }

    /// <summary>The layer's name.</summary>
    public string Layer { get; }

    /// <summary>The stored weight: the weight itself, or the direction or raw weight of a map.</summary>
    public Parameter Stored { get; }

    /// <summary>‖w_o‖₂ as last measured.</summary>
    public float[] Norms { get; }

    /// <summary>The rows of a network's convolutions, and of its dense layers if asked for, in their order.</summary>
    public static WeightRows[] Of(Network network, bool dense) =>
    [
        .. network.Root.DescendantsAndSelf().OfType<LinearMap>().Where(map => dense || map is Conv2d)
            .Select(map => new WeightRows(network, map)),
    ];

    /// <summary>Fills <see cref="Norms"/>.</summary>
    public void Measure()
    {
        _network.Backend.ChannelDot(Stored.Value, Stored.Value, _perOutput);
        _perOutput.CopyTo(Norms);
        for (var o = 0; o < Norms.Length; o++) Norms[o] = MathF.Sqrt(Norms[o]);
    }

    /// <summary>Multiplies each row by its factor.</summary>
    public void Multiply(ReadOnlySpan<float> factors)
    {
        _perOutput.CopyFrom(factors);
        _network.Backend.ChannelScale(Stored.Value, _perOutput, Stored.Value);
    }
}

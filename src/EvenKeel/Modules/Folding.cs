namespace EvenKeel.Modules;

/// <summary>What folding made of a network.</summary>
/// <param name="Network">The folded network.</param>
/// <param name="Layers">Every linear map and normalizer, in order.</param>
public sealed record FoldedNetwork(Network Network, IReadOnlyList<FoldedLayer> Layers)
{
    /// <summary>True if nothing but plain weights and biases is left.</summary>
    public bool IsComplete => Layers.All(l => l.Kept is null);
}

/// <summary>What folding made of a linear map or normalizer.</summary>
/// <param name="Name">The layer.</param>
/// <param name="WeightMap">True if a weight map became a plain weight.</param>
/// <param name="Into">The linear map that a normalizer went into; null for linear maps and for what was kept.</param>
/// <param name="Kept">Why a normalizer is still there, as a clause; null if it is not.</param>
public sealed record FoldedLayer(string Name, bool WeightMap, string? Into, string? Kept);

/// <summary>Folds a network. A normalizer only ever goes into the map before it: into a following convolution with zero
/// padding it would not be exact at the border, where its shift is missing.</summary>
internal sealed class Folder : Rebuilder
{
    private readonly Network _network;
    private readonly ChannelFlow _flow;
    private readonly Dictionary<LinearMap, NormLayer> _folds = [];
    private readonly List<FoldedLayer> _layers = [];

    public Folder(Network network)
    {
        _network = network;
        _flow = ChannelFlow.Of(network, throughNormalizers: false);
        foreach (var norm in _flow.Normalizers)
            if (_flow.MapBefore(norm, out _) is { } map && Affine(norm) is not null) _folds.Add(map, norm);
    }

    public FoldedNetwork Fold() => new(Build(_network), _layers);

    public override Module Map(LinearMap map)
    {
        var norm = _folds.GetValueOrDefault(map);
        var weight = new PlainWeight(map.WeightShape, Init.Constant(0f));
        var bias = map.Bias is null && norm is null ? null : Init.Constant(0f);
        var folded = map.With(weight, bias, norm?.Activation ?? map.Activation);
        Afterwards(_ => Fill(folded, map, norm));
        _layers.Add(new FoldedLayer(map.Name, map.Weight is not PlainWeight, null, null));
        return folded;
    }

    public override Module? Norm(NormLayer norm)
    {
        var map = _flow.MapBefore(norm, out var reason);
        if (map is not null && Affine(norm) is null) reason = "it measures its input in evaluation too";
        else if (map is not null)
        {
            _layers.Add(new FoldedLayer(norm.Name, WeightMap: false, map.Name, null));
            return null;
        }

        _layers.Add(new FoldedLayer(norm.Name, WeightMap: false, null, reason));
        return CopyOf(norm);
    }

    private static (float[] Scale, float[] Shift)? Affine(NormLayer norm) =>
        norm.Statistics == StatisticsSource.Batch ? null : norm.EvaluationMap();

    // y = a·(W·x + b) + s = (a·W)·x + (a·b + s), per output; in double, since a map may hold large and small scales.
    private void Fill(LinearMap folded, LinearMap map, NormLayer? norm)
    {
        _network.Tape.Begin(recording: false);
        var weight = map.Weight.Effective(new Pass(_network.Tape, PassMode.Evaluate)).ToArray();
        var outputs = map.WeightShape.Channels;
        var bias = map.Bias?.Value.ToArray() ?? new float[outputs];
        if (norm is not null && Affine(norm) is var (scale, shift))
        {
            for (var i = 0; i < weight.Length; i++) weight[i] *= scale[i % outputs];
            for (var o = 0; o < outputs; o++) bias[o] = (float)((double)scale[o] * bias[o] + shift[o]);
        }

        folded.Weight.Stored.Value.CopyFrom(weight);
        folded.Bias?.Value.CopyFrom(bias);
    }
}

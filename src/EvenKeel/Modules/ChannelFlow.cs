namespace EvenKeel.Modules;

/// <summary>
/// Which modules write each channel of a network and which read it, told by the modules themselves
/// (<see cref="Module.Follow"/>). Equi-normalization balances along it, folding asks it what stands directly behind a
/// linear map, and weight decay whether a weight's scale matters.
/// </summary>
public sealed class ChannelFlow
{
    private readonly bool _throughNormalizers;
    private readonly List<Channel> _channels = [];
    private readonly Dictionary<NormLayer, ChannelStream> _before = [];

    private ChannelFlow(bool throughNormalizers) => _throughNormalizers = throughNormalizers;

    /// <summary>Groups of channels in the order of their first writers.</summary>
    public IReadOnlyList<ChannelGroup> Groups { get; private set; } = [];

    /// <summary>The modules that write the network's output.</summary>
    public IReadOnlyList<Module> OutputWriters { get; private set; } = [];

    /// <summary>The normalizers that channels run through, without the parts that a normalizer is made of.</summary>
    internal IEnumerable<NormLayer> Normalizers => _before.Keys;

    /// <summary>Follows the channels of a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="throughNormalizers">True to see normalizers as something channels pass through, so that the linear
    /// map before writes what the one behind reads; false for normalizers that read channels and write new ones.</param>
    public static ChannelFlow Of(Network network, bool throughNormalizers)
    {
        ArgumentNullException.ThrowIfNull(network);
        var flow = new ChannelFlow(throughNormalizers);
        var shape = network.Input.WithBatch(1);
        var input = new ChannelStream(shape, flow.Create(shape.Channels), "the network's input");
        Fix(input, "they are the network's input");
        var output = Fix(network.Root.Follow(flow, input), "they are the network's output");
        flow.OutputWriters = [.. output.Channels.SelectMany(c => c.Root.Writers).Select(w => w.Module).Distinct()];
        flow.Groups = [.. flow.Group()];
        return flow;
    }

    /// <summary>For a module whose every output channel depends on the same input channel alone, and grows with it in
    /// proportion: activations of the ReLU family, pooling, flattening.</summary>
    /// <param name="module">The module.</param>
    /// <param name="x">Its input.</param>
    /// <param name="isActivation">True for an activation without anything else.</param>
    public ChannelStream Keep(Module module, ChannelStream x, bool isActivation = false)
    {
        var shape = module.OutputShape(x.Shape);
        return new ChannelStream(
            shape, Repeat(x, shape.Channels), isActivation ? $"the activation {module.Name}" : $"layer {module.Name}")
        {
            Map = isActivation ? x.Map : null,
            IsActivated = isActivation,
        };
    }

    /// <summary>For a module that makes channels of its own out of the input's in a way that is not followed.</summary>
    /// <param name="module">The module.</param>
    /// <param name="x">Its input.</param>
    /// <param name="reason">Why it is not followed, as a clause.</param>
    public ChannelStream End(Module module, ChannelStream x, string reason)
    {
        Fix(x, reason);
        var shape = module.OutputShape(x.Shape);
        var output = new ChannelStream(shape, Create(shape.Channels), $"layer {module.Name}");
        Fix(output, reason);
        return output;
    }

    /// <summary>For channels that go on but whose size matters, as where noise of a given size is added.</summary>
    /// <param name="x">The channels.</param>
    /// <param name="reason">Why, as a clause.</param>
    public static ChannelStream Fix(ChannelStream x, string reason)
    {
        ArgumentNullException.ThrowIfNull(x);
        foreach (var channel in x.Channels) channel.Root.Fixed ??= reason;
        return x;
    }

    /// <summary>For an input that several modules read.</summary>
    /// <param name="module">The module that hands it out.</param>
    /// <param name="x">The input.</param>
    public static ChannelStream Share(Module module, ChannelStream x)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(x);
        return new ChannelStream(x.Shape, x.Channels, $"the input of {module.Name}, which something else reads too");
    }

    /// <summary>For the sum of two streams of the same shape: their channels become one.</summary>
    /// <param name="module">The module that adds.</param>
    /// <param name="a">One stream.</param>
    /// <param name="b">The other.</param>
    public static ChannelStream Join(Module module, ChannelStream a, ChannelStream b)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        for (var c = 0; c < a.Channels.Length; c++) a.Channels[c].Join(b.Channels[c]);
        return new ChannelStream(a.Shape, a.Channels, $"the sum of {module.Name}");
    }

    /// <summary>For a module that keeps the channels and puts new ones of zeros behind them.</summary>
    /// <param name="module">The module.</param>
    /// <param name="x">Its input.</param>
    public ChannelStream Extend(Module module, ChannelStream x)
    {
        var shape = module.OutputShape(x.Shape);
        return new ChannelStream(
            shape, [.. x.Channels, .. Create(shape.Channels - x.Channels.Length)], $"layer {module.Name}");
    }

    /// <summary>The linear map directly before a normalizer, its only reader; null with the reason where there is none.</summary>
    /// <param name="norm">The normalizer.</param>
    /// <param name="reason">What stands before it instead, as a clause; empty if there is a map.</param>
    public LinearMap? MapBefore(NormLayer norm, out string reason)
    {
        var x = _before[norm];
        var bare = x is { Map: not null, IsActivated: false };
        reason = bare ? "" : $"it stands behind {x.Origin}, not directly behind a linear map";
        return bare ? x.Map : null;
    }

    /// <summary>The linear map before a normalizer with nothing between but its activation, or null.</summary>
    internal LinearMap? ActivatedMapBefore(NormLayer norm) => _before[norm] is { IsActivated: true } x ? x.Map : null;

    /// <summary>True if multiplying the map's effective weight and bias by a positive number changes nothing in training
    /// but for a normalizer's ε: everything that reads its output undoes the scale. Weight decay on it then acts
    /// through the effective learning rate only.</summary>
    /// <param name="map">A linear map of the network; the flow must not go through normalizers.</param>
    public bool IsScaleInvariant(LinearMap map)
    {
        var written = Groups.Where(g => g.Writers.Any(w => w.Module == map)).ToArray();
        return written.Length > 0 && written.All(g => g is { Fixed: null, Writers.Count: 1, Readers.Count: > 0 }
            && g.Readers.All(r => r.Module is NormLayer { UndoesScale: true }));
    }

    internal ChannelStream Map(LinearMap map, ChannelStream x)
    {
        Read(map, x, map.WeightShape[map.WeightShape.Rank - 2]);
        var activated = !map.Activation.IsIdentity;
        return new ChannelStream(
            map.OutputShape(x.Shape), Write(map, map.WeightShape.Channels),
            activated ? $"the activation of {map.Name}" : $"layer {map.Name}")
        {
            Map = map,
            IsActivated = activated,
        };
    }

    internal ChannelStream Normalize(NormLayer norm, ChannelStream x)
    {
        _before[norm] = x;
        if (_throughNormalizers) return Keep(norm, x);
        Read(norm, x, norm.Channels);
        return new ChannelStream(norm.OutputShape(x.Shape), Write(norm, norm.Channels), $"layer {norm.Name}");
    }

    private void Read(Module module, ChannelStream x, int inputs)
    {
        var channels = Repeat(x, inputs);
        for (var i = 0; i < inputs; i++) channels[i].Root.Readers.Add(new ChannelEnd(module, i));
    }

    private Channel[] Write(Module module, int outputs)
    {
        var channels = Create(outputs);
        for (var o = 0; o < outputs; o++) channels[o].Writers.Add(new ChannelEnd(module, o));
        return channels;
    }

    // Values of all pixels as one row have the channel fastest, so the channels repeat once a pixel.
    private static Channel[] Repeat(ChannelStream x, int width)
    {
        var channels = x.Channels;
        if (width == channels.Length) return channels;
        if (width % channels.Length != 0)
            throw new ArgumentException($"{width} values per row cannot be pixels of {channels.Length} channels.");
        return [.. Enumerable.Range(0, width).Select(i => channels[i % channels.Length])];
    }

    private Channel[] Create(int count)
    {
        var created = new Channel[count];
        for (var c = 0; c < count; c++) _channels.Add(created[c] = new Channel(_channels.Count));
        return created;
    }

    // Channels of one layer are neighbours, so a run in which every end moves on by one is a group.
    private IEnumerable<ChannelGroup> Group()
    {
        Channel? first = null;
        var count = 0;
        foreach (var channel in _channels.Where(c => c.Root == c))
        {
            if (first is not null && Continues(first, channel, count))
            {
                count++;
                continue;
            }

            if (first is not null) yield return new ChannelGroup(count, first.Writers, first.Readers, first.Fixed);
            (first, count) = (channel, 1);
        }

        if (first is not null) yield return new ChannelGroup(count, first.Writers, first.Readers, first.Fixed);
    }

    private static bool Continues(Channel first, Channel channel, int count) =>
        first.Fixed == channel.Fixed && Continue(first.Writers, channel.Writers, count)
        && Continue(first.Readers, channel.Readers, count);

    private static bool Continue(List<ChannelEnd> first, List<ChannelEnd> ends, int count)
    {
        if (first.Count != ends.Count) return false;
        for (var i = 0; i < ends.Count; i++)
            if (ends[i].Module != first[i].Module || ends[i].First != first[i].First + count) return false;
        return true;
    }
}

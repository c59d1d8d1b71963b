using System.Reflection;
using EvenKeel.Autograd;
using EvenKeel.Modules;
using Module = EvenKeel.Modules.Module;

namespace EvenKeel.Norms;

/// <summary>A network under another scheme.</summary>
/// <param name="Network">The new network.</param>
/// <param name="Layers">Every linear map, and every normalizer that belongs to none, in order.</param>
public sealed record SwappedNetwork(Network Network, IReadOnlyList<SwappedLayer> Layers);

/// <summary>What became of a layer under another scheme.</summary>
/// <param name="Name">The layer.</param>
/// <param name="Before">Methods that acted on it, as in scheme text without options.</param>
/// <param name="After">Methods that act on it now.</param>
/// <param name="Difference">Largest difference of its effective weight over the largest weight; 0 for a normalizer.</param>
/// <param name="Note">What else changed, as a clause; empty if nothing.</param>
public sealed record SwappedLayer(string Name, string Before, string After, double Difference, string Note)
{
    /// <summary>True if the effective weight is the same but for rounding; methods such as weight standardization cannot
    /// express every weight.</summary>
    public bool IsKept => Difference <= 1e-5;
}

/// <summary>Puts an existing network under another scheme.</summary>
public static class NetworkSwap
{
    /// <summary>
    /// A network whose every unit, a linear map and the normalizer that goes with it, is made anew under a scheme with the
    /// same effective weight. Normalizers stand where they stood: behind the linear map, or behind its activation; where
    /// there was none, the new one stands directly behind the map.
    /// </summary>
    /// <param name="network">The network; made from a model or by hand. It stays as it is.</param>
    /// <param name="scheme">The new scheme. Its hooks are to be made for the new network and its optimizer.</param>
    /// <param name="output">True to normalize the linear map that writes the network's output too, where nothing acted on
    /// it before.</param>
    /// <returns>The new network, in the memory of the same backend, and what became of every layer.</returns>
    /// <remarks>New normalizers start afresh: gain 1, shift 0, statistics to be measured (see recalibration). A map that
    /// loses its normalizer gets a bias of 0 if it has none. To carry the old normalizers' statistics over, fold first.</remarks>
    /// <exception cref="UserException">A module does not say how to make it anew.</exception>
    public static SwappedNetwork Swap(this Network network, Scheme scheme, bool output = false)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(scheme);
        return new Swapper(network, scheme, output).Swap();
    }

    private sealed class Swapper : Rebuilder
    {
        private readonly Network _network;
        private readonly Scheme _scheme;
        private readonly HashSet<Module> _left = [];
        private readonly Dictionary<LinearMap, NormLayer> _behind = [];
        private readonly Dictionary<NormLayer, NormLayer?> _replacements = [];
        private readonly HashSet<LinearMap> _behindActivation = [];
        private readonly List<SwappedLayer> _layers = [];

        public Swapper(Network network, Scheme scheme, bool output)
        {
            (_network, _scheme) = (network, scheme);
            var flow = ChannelFlow.Of(network, throughNormalizers: false);
            foreach (var norm in flow.Normalizers)
            {
                _replacements.Add(norm, scheme.Activation(norm.Channels, norm.Activation));
                if (flow.MapBefore(norm, out _) is { } map) _behind.Add(map, norm);
                else if (flow.ActivatedMapBefore(norm) is { } activated) _behindActivation.Add(activated);
            }

            if (!output) _left.UnionWith(flow.OutputWriters.OfType<LinearMap>().Where(m => m.Weight is PlainWeight && !_behindActivation.Contains(m)));
        }

        public SwappedNetwork Swap() => new(Build(_network), _layers);

        public override Module Map(LinearMap map)
        {
            if (_left.Contains(map)) return Left(map);
            var weight = _scheme.Weight(map.WeightShape, Init.Constant(1f));
            if (_behindActivation.Contains(map)) return Same(map, weight, map.Bias is not null, map.Activation, null, null);
            if (_behind.TryGetValue(map, out var norm))
            {
                // A bias before the old normalizer was meant to be there; one is needed where no normalizer is left.
                var replacement = _replacements[norm];
                return Same(
                    map, weight, replacement is null || map.Bias is not null,
                    replacement is null ? norm.Activation : Activation.Identity, norm, replacement);
            }

            var added = _scheme.Activation(map.WeightShape.Channels, map.Activation);
            if (added is null) return Same(map, weight, map.Bias is not null, map.Activation, null, null);
            return new Sequential()
                .Add("", Same(map, weight, hasBias: false, Activation.Identity, null, added)).Add("norm", added);
        }

        public override Module? Norm(NormLayer norm)
        {
            var replacement = _replacements[norm];
            if (_behind.ContainsValue(norm)) return replacement;
            Afterwards(_ => _layers.Add(new SwappedLayer(norm.Name, Method(norm), Method(replacement), 0, "")));
            return replacement ?? (norm.Activation.IsIdentity ? null : (Module)new Activate(norm.Activation));
        }

        private LinearMap Left(LinearMap map)
        {
            var copy = map.With(new PlainWeight(map.WeightShape, Init.Constant(0f)), map.Bias is null ? null : Init.Constant(0f), map.Activation);
            Copy(map, copy);
            Afterwards(_ => _layers.Add(new SwappedLayer(map.Name, "none", "none", 0, "writes the network's output")));
            return copy;
        }

        private LinearMap Same(
            LinearMap map, WeightMap weight, bool hasBias, Activation activation, NormLayer? before, NormLayer? after)
        {
            var made = map.With(weight, hasBias ? Init.Constant(0f) : null, activation);
            Afterwards(built =>
            {
                var old = Effective(_network, map);
                made.Weight.Assign(built.Backend, old);
                made.Weight.Stored.Trainable = map.Weight.Stored.Trainable;
                if (map.Bias is not null) made.Bias?.Value.CopyFrom(map.Bias.Value.ToArray());
                var note = (map.Bias, made.Bias) switch
                {
                    (null, not null) => "bias added",
                    (not null, null) => "bias left out: a normalizer follows",
                    _ => "",
                };
                _layers.Add(new SwappedLayer(
                    map.Name, Methods(map.Weight, before), Methods(made.Weight, after), Distance(Effective(built, made), old), note));
            });
            return made;
        }

        private static float[] Effective(Network network, LinearMap map)
        {
            network.Tape.Begin(recording: false);
            return map.Weight.Effective(new Pass(network.Tape, PassMode.Evaluate)).ToArray();
        }

        private static double Distance(float[] made, float[] old)
        {
            double difference = 0, largest = 0;
            for (var i = 0; i < old.Length; i++)
            {
                difference = Math.Max(difference, Math.Abs((double)made[i] - old[i]));
                largest = Math.Max(largest, Math.Abs((double)old[i]));
            }

            return difference == 0 ? 0 : difference / largest;
        }

        private static string Methods(WeightMap weight, NormLayer? norm)
        {
            var methods = new[] { weight is PlainWeight ? "none" : Method(weight), Method(norm) }.Where(m => m != "none").ToArray();
            return methods.Length == 0 ? "none" : string.Join('+', methods);
        }

        // Layers know what made them; weight maps are nested in the record of their method.
        private static string Method(Component? part)
        {
            if (part is null) return "none";
            if (part is NormLayer { Method: { } text }) return text;
            for (var type = part.GetType(); type is not null; type = type.DeclaringType)
                if (type.GetCustomAttribute<NormMethodAttribute>() is { } method) return method.Name;
            return part.GetType().Name;
        }
    }
}

using EvenKeel.Modules;
using EvenKeel.Optim;

namespace EvenKeel.Norms;

/// <summary>The channels of a network that equi-normalization balances, with all memory that it takes.</summary>
internal sealed class ChannelBalancer
{
    private readonly EquiNorm _options;
    private readonly Balance[] _balances;

    // Behind each balance, the weights that no later one of a cycle scales: they are still in a cache.
    private readonly BalancedWeight[][] _finished;

    /// <summary>Finds the channels.</summary>
    /// <exception cref="UserException">There are none, or a weight map or normalizer stands in the way.</exception>
    public ChannelBalancer(EquiNorm options, Network network, Optimizer? optimizer)
    {
        _options = options;
        var exact = options.Normalizers == NormalizerBalance.Exact;
        var flow = ChannelFlow.Of(network, throughNormalizers: !exact);
        var outputs = exact ? ChannelFlow.Of(network, throughNormalizers: true).OutputWriters : flow.OutputWriters;
        var groups = flow.Groups.Where(g => g.Writers.Count > 0 && g.Readers.Count > 0).ToArray();
        var weights = new Dictionary<LinearMap, BalancedWeight>();
        var lastUse = new Dictionary<BalancedWeight, int>();
        _balances =
        [
            .. groups.Where(g => g.Fixed is null && !g.Readers.Any(r => r.Module is NormLayer))
                .Where(g => options.Last || !g.Readers.Any(r => outputs.Contains(r.Module)))
                .Select((g, i) => new Balance(g, options, map => WeightOf(map, i), network.Backend, optimizer)),
        ];
        _finished = [.. _balances.Select((_, i) => lastUse.Where(use => use.Value == i).Select(use => use.Key).ToArray())];
        if (_balances.Length > 0) return;
        var reasons = flow.Groups.Select(g => g.Fixed).OfType<string>().Distinct().ToArray();
        throw new UserException(
            $"enorm finds no channels to balance: those of this network stay as they are because {string.Join("; ", reasons)}; it needs at least two linear maps with only ReLU-like activations and pooling between.");

        BalancedWeight WeightOf(LinearMap map, int balance)
        {
            if (!weights.TryGetValue(map, out var weight)) weights[map] = weight = new(map, network.Backend, optimizer);
            lastUse[weight] = balance;
            return weight;
        }
    }

    /// <summary>Runs some cycles.</summary>
    /// <returns>The largest max(d, 1/d) of the last one.</returns>
    public double Run(int cycles)
    {
        var largest = 1.0;
        for (var cycle = 0; cycle < cycles; cycle++)
        {
            largest = 1.0;
            if (_options.Order == BalanceOrder.Stale)
                foreach (var balance in _balances) balance.MeasureWriters();
            for (var i = 0; i < _balances.Length; i++)
            {
                if (_options.Order == BalanceOrder.Fresh) _balances[i].MeasureWriters();
                _balances[i].MeasureReaders();
                largest = Math.Max(largest, _balances[i].Scale());
                foreach (var weight in _finished[i]) weight.Apply();
            }
        }

        return largest;
    }

    // One group of channels; all sums in double.
    private sealed class Balance
    {
        private readonly BalancedSide[] _writers;
        private readonly BalancedSide[] _readers;
        private readonly double[] _left;
        private readonly double[] _right;
        private readonly double _ratio;
        private readonly int _power;

        public Balance(
            ChannelGroup group, EquiNorm options, Func<LinearMap, BalancedWeight> weightOf, Backends.Backend backend, Optimizer? optimizer)
        {
            (_ratio, _power) = (options.Ratio, options.Power);
            var squares = options.Power == 2;
            _writers = [.. group.Writers.Select(BalancedSide (w) => w.Module is NormLayer norm
                ? new WritingGain(norm, w.First, squares, backend, optimizer)
                : Writing((LinearMap)w.Module, w.First))];
            _readers = [.. group.Readers.GroupBy(r => r.Module).Select(r => new ReadingMap(
                weightOf((LinearMap)r.Key), [.. r.Select(end => end.First)], group.Count, squares))];
            _left = new double[group.Count];
            _right = new double[group.Count];

            WritingMap Writing(LinearMap map, int first) =>
                new(weightOf(map), options.Biases ? map.Bias : null, first, squares, backend, optimizer);
        }

        public void MeasureWriters() => Measure(_writers, _left);

        public void MeasureReaders() => Measure(_readers, _right);

        public double Scale()
        {
            var (least, most) = (1.0, 1.0);
            for (var i = 0; i < _left.Length; i++)
            {
                // The sums are of p-th powers. A dead channel has no balance, and one that is not finite is lost.
                var powers = _right[i] / _left[i];
                var ratio = _left[i] > 0 && _right[i] > 0 ? (_power == 2 ? Math.Sqrt(powers) : powers) / _ratio : 1.0;
                var d = double.IsFinite(ratio) && ratio > 0 ? Math.Sqrt(ratio) : 1.0;
                _left[i] = d;
                (least, most) = (Math.Min(least, d), Math.Max(most, d));
            }

            foreach (var writer in _writers) writer.Scale(_left);
            foreach (var reader in _readers) reader.Scale(_left);
            return Math.Max(most, 1 / least);
        }

        private static void Measure(BalancedSide[] sides, double[] sums)
        {
            Array.Clear(sums);
            foreach (var side in sides) side.AddPowers(sums);
        }
    }
}

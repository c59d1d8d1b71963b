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

    // Which balances a parameter takes part in, how many parameters each of them still waits for, and the first that was not
    // done early.
    private readonly Dictionary<Parameter, int[]> _takingPart;
    private readonly int[] _missing;
    private int _next;

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
        _takingPart = _balances
            .SelectMany((balance, i) => balance.Parameters.Select(parameter => (Parameter: parameter, Index: i)))
            .GroupBy(part => part.Parameter, part => part.Index).ToDictionary(parts => parts.Key, parts => parts.ToArray());
        _missing = new int[_balances.Length];
        Await();
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

    /// <summary>Begins the first of the cycles that <see cref="Run"/> is asked for next with those balances, in their order,
    /// all of whose parameters have moved: they are still in a cache.</summary>
    public void Follow(Parameter moved)
    {
        // Stale norms are of all writers, before the first balance.
        if (_options.Order == BalanceOrder.Stale || !_takingPart.TryGetValue(moved, out var balances)) return;
        foreach (var i in balances) _missing[i]--;
        for (; _next < _balances.Length && _missing[_next] == 0; _next++) Once(_balances[_next], _finished[_next]);
    }

    /// <summary>Runs some cycles.</summary>
    /// <returns>The largest max(d, 1/d) of the last one, but for balances that <see cref="Follow"/> did.</returns>
    public double Run(int cycles)
    {
        var largest = 1.0;
        for (var cycle = 0; cycle < cycles; cycle++)
        {
            largest = 1.0;
            if (_options.Order == BalanceOrder.Stale)
                foreach (var balance in _balances) balance.MeasureWriters();
            for (var i = _next; i < _balances.Length; i++) largest = Math.Max(largest, Once(_balances[i], _finished[i]));
            Await();
        }

        return largest;
    }

    private double Once(Balance balance, BalancedWeight[] finished)
    {
        if (_options.Order == BalanceOrder.Fresh) balance.MeasureWriters();
        balance.MeasureReaders();
        var largest = balance.Scale();
        foreach (var weight in finished) weight.Apply();
        return largest;
    }

    private void Await()
    {
        _next = 0;
        for (var i = 0; i < _missing.Length; i++) _missing[i] = _balances[i].Parameters.Count;
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
            Parameters =
            [
                .. group.Writers.SelectMany(w => w.Module is LinearMap map ? Stored(map, options.Biases) : Affine((NormLayer)w.Module))
                    .Concat(group.Readers.Select(r => ((LinearMap)r.Module).Weight.Stored)).Distinct(),
            ];
            _left = new double[group.Count];
            _right = new double[group.Count];

            WritingMap Writing(LinearMap map, int first) =>
                new(weightOf(map), options.Biases ? map.Bias : null, first, squares, backend, optimizer);
        }

        /// <summary>What is measured or scaled.</summary>
        public IReadOnlyList<Parameter> Parameters { get; }

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

        private static Parameter[] Stored(LinearMap map, bool biases) =>
            biases && map.Bias is { } bias ? [map.Weight.Stored, bias] : [map.Weight.Stored];

        private static Parameter[] Affine(NormLayer norm) => norm.Affine is var (gain, shift) ? [gain, shift] : [];

        private static void Measure(BalancedSide[] sides, double[] sums)
        {
            Array.Clear(sums);
            foreach (var side in sides) side.AddPowers(sums);
        }
    }
}

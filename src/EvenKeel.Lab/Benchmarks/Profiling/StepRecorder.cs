using System.Diagnostics;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Lab.Benchmarks.Profiling;

/// <summary>
/// Writes down what every operation of a step takes and whose it is. In the forward pass an operation belongs to the
/// module that ends next; in the backward pass to the module that had recorded the node. Time between operations is
/// the host's.
/// </summary>
internal sealed class StepRecorder
{
    private const string Input = "(input)";
    private const string Loss = "(loss)";
    private const string Optimizer = "(optimizer)";

    private readonly List<Call> _calls = [];
    private readonly List<string> _layerOfNode = [];
    private readonly Dictionary<Key, Entry> _entries = [];
    private StepPhase _phase;
    private string _layer = Input;
    private int _unnamed;
    private long _mark;

    // Second is the other operand that decides the cost, as a convolution's image beside its weight.
    private readonly record struct Key(string Layer, StepPhase Phase, string Operation, Shape First, Shape Second, int Stride);

    private readonly record struct Call(Key Key, long Operations, long Bytes, long Ticks);

    /// <summary>Forgets the step before.</summary>
    public void Begin()
    {
        _calls.Clear();
        _layerOfNode.Clear();
        _unnamed = 0;
        _mark = Stopwatch.GetTimestamp();
    }

    /// <summary>A part of the step starts.</summary>
    /// <param name="phase">The part.</param>
    /// <param name="nodes">Operations on the tape.</param>
    public void Enter(StepPhase phase, int nodes)
    {
        Charge();
        if (_phase == StepPhase.Forward) Name(Loss, nodes);
        _unnamed = _calls.Count;
        _phase = phase;
        _layer = phase switch { StepPhase.Input => Input, StepPhase.Optimizer => Optimizer, _ => Loss };
    }

    /// <summary>A module has computed its output.</summary>
    public void Ended(Module module, int nodes)
    {
        Charge();
        Name(module.Name, nodes);
    }

    /// <summary>A recorded operation starts its backward pass.</summary>
    public void Undoing(int node)
    {
        Charge();
        _layer = _layerOfNode[node];
    }

    /// <summary>An operation starts.</summary>
    public void Start() => Charge();

    /// <summary>It has ended.</summary>
    public void Stop(string operation, Shape first, Shape second, int stride, long operations, long bytes)
    {
        var now = Stopwatch.GetTimestamp();
        _calls.Add(new Call(new Key(_layer, _phase, operation, first, second, stride), operations, bytes, now - _mark));
        _mark = Stopwatch.GetTimestamp();
    }

    /// <summary>Adds the step to what is known.</summary>
    public void End()
    {
        Charge();
        foreach (var call in _calls)
        {
            if (!_entries.TryGetValue(call.Key, out var entry)) _entries.Add(call.Key, entry = new Entry());
            entry.Add(call);
        }

        foreach (var entry in _entries.Values) entry.EndStep();
    }

    /// <summary>The medians of all steps so far.</summary>
    public IReadOnlyList<ProfileRow> Rows(MachineSpeed speed) =>
        [.. _entries.Select(e => e.Value.Row(e.Key.Layer, e.Key.Phase, e.Key.Operation, ShapeText(e.Key), speed))];

    private void Charge()
    {
        var now = Stopwatch.GetTimestamp();
        _calls.Add(new Call(new Key(_layer, _phase, ProfileRow.Host, default, default, 0), 0, 0, now - _mark));
        _mark = now;
    }

    private void Name(string layer, int nodes)
    {
        for (; _unnamed < _calls.Count; _unnamed++) _calls[_unnamed] = _calls[_unnamed] with { Key = _calls[_unnamed].Key with { Layer = layer } };
        while (_layerOfNode.Count < nodes) _layerOfNode.Add(layer);
    }

    private static string ShapeText(in Key key)
    {
        if (key.First.Rank == 0) return "";
        if (key.Second.Rank == 0) return key.First.ToString();
        if (key.First.Rank == 2) return $"{key.Second[0]}x{key.First[0]}x{key.First[1]}";
        var stride = key.Stride == 1 ? "" : $", stride {key.Stride}";
        return $"{key.First[0]}x{key.First[1]} {key.First[2]}-{key.First[3]} at {key.Second[1]}x{key.Second[2]}{stride}";
    }

    // One operation of one layer over all steps. A step in which it did not run counts as one that took no time.
    private sealed class Entry
    {
        private const int Digits = 5;

        private readonly List<double> _milliseconds = [];
        private double _ticks;
        private double _operations;
        private double _bytes;
        private int _calls;

        public void Add(in Call call)
        {
            _ticks += call.Ticks;
            _operations += call.Operations;
            _bytes += call.Bytes;
            _calls++;
        }

        public void EndStep()
        {
            _milliseconds.Add(1e3 * _ticks / Stopwatch.Frequency);
            _ticks = 0;
        }

        public ProfileRow Row(string layer, StepPhase phase, string operation, string shape, MachineSpeed speed)
        {
            var steps = _milliseconds.Count;
            return new ProfileRow
            {
                Layer = layer,
                Phase = phase,
                Operation = operation,
                Shape = shape,
                Calls = _calls / steps,
                Milliseconds = Math.Round(StepBenchmark.Median(_milliseconds), Digits),
                FloorMilliseconds = Math.Round(speed.FloorMilliseconds(_operations / steps, _bytes / steps), Digits),
                Operations = _operations / steps,
                Bytes = _bytes / steps,
            };
        }
    }
}

using System.Text.Json.Serialization;
using EvenKeel.Backends;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Optim;

/// <summary>What weight decay acts on.</summary>
public enum DecayScope
{
    /// <summary>Convolution and dense weights; gains and biases are exempt.</summary>
    [JsonStringEnumMemberName("weights")]
    Weights,

    /// <summary>Every parameter.</summary>
    [JsonStringEnumMemberName("all")]
    All,

    /// <summary>Weights whose scale matters: those that a method or the normalizer behind them makes scale invariant are
    /// exempt too, as decay moves nothing there but the effective learning rate (arXiv 1803.01814, section 2).</summary>
    [JsonStringEnumMemberName("scale-dependent")]
    ScaleDependent,
}

/// <summary>Moves parameters along their gradients.</summary>
/// <param name="network">Whose parameters.</param>
public abstract class Optimizer(Network network)
{
    private readonly List<(Parameter Parameter, OptimizerBuffer Buffer)> _buffers = [];
    private readonly List<(string Name, Tensor Value)> _state = [];
    private readonly bool[] _decays = Decays(network, DecayScope.Weights);

    /// <summary>Learning rate of the next step; a schedule moves it.</summary>
    public double LearningRate { get; set; }

    /// <summary>Weight decay λ of the next step; a schedule may end it.</summary>
    public double WeightDecay { get; set; }

    /// <summary>What is decayed.</summary>
    public DecayScope DecayScope
    {
        get;
        init
        {
            field = value;
            _decays = Decays(network, value);
        }
    }

    /// <summary>
    /// Largest 2-norm of the gradient of all trainable parameters taken together: G ← G·min(1, clip/‖G‖₂) before a step and
    /// before weight decay. 0: gradients stay as they are. PyTorch's <c>clip_grad_norm_</c> divides by ‖G‖ + 1e-6.
    /// (Pascanu, Mikolov and Bengio 2013, section 3.2, arXiv 1211.5063)
    /// </summary>
    public double ClipNorm { get; init; }

    /// <summary>Steps taken.</summary>
    public long Steps { get; set; }

    /// <summary>Buffers by name, to save with a checkpoint.</summary>
    public IReadOnlyList<(string Name, Tensor Value)> State => _state;

    /// <summary>Where the parameters live.</summary>
    protected Backend Backend => network.Backend;

    /// <summary>Called with each parameter right after it moved, while it is in a cache.</summary>
    internal Action<Parameter>? Moved { get; set; }

    /// <summary>Moves every trainable parameter that has a gradient.</summary>
    public void Step()
    {
        Steps++;
        if (ClipNorm > 0) Clip();
        for (var i = 0; i < network.Parameters.Count; i++)
        {
            var parameter = network.Parameters[i];
            if (!parameter.Trainable || parameter.Value.Gradient is not { } gradient) continue;
            Update(i, parameter.Value, gradient, _decays[i] ? (float)WeightDecay : 0f);
            Moved?.Invoke(parameter);
        }
    }

    /// <summary>Moves one parameter.</summary>
    /// <param name="index">Its place in the network's list.</param>
    /// <param name="value">The parameter.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="decay">Its weight decay; 0 for exempt parameters.</param>
    protected abstract void Update(int index, Tensor value, Tensor gradient, float decay);

    /// <summary>The buffers that go with a parameter; for methods that rescale it.</summary>
    internal IEnumerable<OptimizerBuffer> BuffersOf(Parameter parameter) =>
        _buffers.Where(b => b.Parameter == parameter).Select(b => b.Buffer);

    /// <summary>A zeroed buffer for each parameter, saved as <c>name.parameter</c>.</summary>
    /// <param name="name">Name of the buffers.</param>
    /// <param name="power">Power of the gradient they grow with: 1 for means, 2 for means of squares.</param>
    protected Tensor[] Buffers(string name, int power = 1)
    {
        var buffers = new Tensor[network.Parameters.Count];
        for (var i = 0; i < buffers.Length; i++)
        {
            buffers[i] = Backend.Allocate(network.Parameters[i].Shape);
            _state.Add(($"{name}.{network.Parameters[i].Name}", buffers[i]));
            _buffers.Add((network.Parameters[i], new OptimizerBuffer(buffers[i], power)));
        }

        return buffers;
    }

    private void Clip()
    {
        var squares = 0.0;
        for (var i = 0; i < network.Parameters.Count; i++)
        {
            if (network.Parameters[i] is { Trainable: true, Value.Gradient: { } gradient }) squares += Backend.SumOfSquares(gradient);
        }

        var norm = Math.Sqrt(squares);
        if (!(norm > ClipNorm)) return;
        for (var i = 0; i < network.Parameters.Count; i++)
        {
            if (network.Parameters[i] is { Trainable: true, Value.Gradient: { } gradient })
                Backend.Scale((float)(ClipNorm / norm), gradient, gradient);
        }
    }

    private static bool[] Decays(Network network, DecayScope scope)
    {
        IReadOnlySet<Parameter> exempt = scope == DecayScope.ScaleDependent ? ScaleInvariance.Weights(network) : new HashSet<Parameter>();
        return [.. network.Parameters.Select(p => scope == DecayScope.All || (p.Kind == ParameterKind.Weight && !exempt.Contains(p)))];
    }
}

/// <summary>A buffer that an optimizer keeps for a parameter.</summary>
/// <param name="Value">The buffer.</param>
/// <param name="Power">Power of the gradient it grows with.</param>
internal readonly record struct OptimizerBuffer(Tensor Value, int Power);

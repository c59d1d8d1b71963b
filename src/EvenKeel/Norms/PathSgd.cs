using EvenKeel.Backends;
using EvenKeel.Modules;
using EvenKeel.Optim;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>
/// Path-SGD: each weight's gradient is divided by the squared weights along all paths through it, so that the step
/// does not change when the weights of a unit are scaled up before it and down behind it.
/// <para>Formula: w_e ← w_e − (η/κ_e)·∂L/∂w_e, κ_e = Σ over paths through e of Π w² of their other edges. In a chain of
/// dense layers κ = p_i·q_o, p_i the sum over paths from the inputs to unit i, q_o over those from unit o to the
/// outputs. A bias is an edge from a constant unit, κ = q_o.</para>
/// <para>Shapes: w [in,out], p [in], q [out] of each layer.</para>
/// <para>State: none; κ is computed anew before every step.</para>
/// <para>Deviations: p = 2, the paper's choice. Where κ = 0 the gradient is 0 too and stays. Momentum and weight decay
/// act on the divided gradient, as in any SGD. Only chains of dense layers: others are an error.</para>
/// <para>Paper: Neyshabur, Salakhutdinov and Srebro 2015, sections 4 and 5, arXiv 1506.02617.</para>
/// </summary>
[NormMethod(
    "pathsgd", "Path-SGD", "w ← w − (η/κ_w)·∂L/∂w, κ from all paths through w",
    "Neyshabur et al. 2015, section 4, arXiv 1506.02617",
    Notes = "Needs SGD and a chain of dense layers with plain weights. Momentum and weight decay act on the divided "
        + "gradient; where no path leads through a weight its gradient is 0 and stays.")]
public sealed record PathSgd : Norm
{
    /// <inheritdoc/>
    public override StepHook Hook(Network network, Optimizer optimizer) => optimizer is Sgd
        ? new Division(network)
        : throw new UserException("pathsgd divides the gradients of SGD, and an optimizer that rescales gradients itself would undo it: use --optimizer sgd.");

    private static IEnumerable<Linear> Chain(Module module) => module switch
    {
        Sequential => module.Children.Cast<Module>().SelectMany(Chain),
        Linear { Weight: PlainWeight } dense => [dense],
        Flatten or Activate or Dropout or GaussianNoise or UniformNoise => [],
        LinearMap { Weight: not PlainWeight } map => throw new UserException(
            $"pathsgd needs plain weights, and those of layer {map.Name} are normalized: use it alone."),
        _ => throw new UserException(
            $"pathsgd follows paths through dense layers, and layer {module.Name} is a {module.GetType().Name}: use it alone and on an MLP."),
    };

    private sealed class Division : StepHook
    {
        private readonly Backend _backend;
        private readonly Layer[] _layers;

        public Division(Network network)
        {
            _backend = network.Backend;
            _layers = [.. Chain(network.Root).Select(dense => new Layer(dense, _backend))];
            if (_layers.Length == 0) throw new UserException("pathsgd follows paths through dense layers, and this network has none: use it on an MLP.");
        }

        public override void BeforeUpdate(in StepTime time)
        {
            _backend.Fill(1f, _layers[0].Before);
            for (var l = 0; l < _layers.Length; l++)
            {
                var layer = _layers[l];
                _backend.Multiply(layer.Weight, layer.Weight, layer.Squares);
                if (l + 1 == _layers.Length) break;
                var next = _layers[l + 1].Before;
                _backend.DenseForward(layer.Before, layer.Squares, null, 1f, next);
                if (layer.Bias is null) continue;
                _backend.Multiply(layer.Bias, layer.Bias, layer.Behind);
                _backend.AddTo(layer.Behind, next);
            }

            _backend.Fill(1f, _layers[^1].Behind);
            for (var l = _layers.Length - 1; l > 0; l--)
                _backend.DenseInputGradient(_layers[l].Behind, _layers[l].Squares, _layers[l - 1].Behind, accumulate: false);
            foreach (var layer in _layers) Divide(layer);
        }

        // The outer product of 1/p and 1/q, where the squares were, times the gradient.
        private void Divide(Layer layer)
        {
            double largest = Invert(layer.Before, layer.BeforeValues) * Invert(layer.Behind, layer.BehindValues);
            if (!(largest < float.MaxValue))
                throw new UserException($"pathsgd: the paths through layer {layer.Name} leave the range of single precision; use a smaller learning rate or another start.");
            if (layer.Weight.Gradient is { } gradient)
            {
                _backend.DenseWeightGradient(layer.Before, layer.Behind, layer.Squares, accumulate: false);
                _backend.Multiply(gradient, layer.Squares, gradient);
            }

            if (layer.Bias?.Gradient is { } bias) _backend.Multiply(bias, layer.Behind, bias);
        }

        // Returns the largest of the inverses; NaN or infinity if one is.
        private static double Invert(Tensor tensor, float[] values)
        {
            tensor.CopyTo(values);
            var largest = 0.0;
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = values[i] == 0 ? 1f : 1f / values[i];
                largest = Math.Max(largest, values[i]);
            }

            tensor.CopyFrom(values);
            return largest;
        }
    }

    private sealed class Layer
    {
        public Layer(Linear dense, Backend backend)
        {
            Name = dense.Name;
            Weight = dense.Weight.Stored.Value;
            Bias = dense.Bias?.Value;
            Squares = backend.Allocate(Weight.Shape);
            Before = backend.Allocate(new Shape(1, Weight.Shape[0]));
            Behind = backend.Allocate(new Shape(1, Weight.Shape[1]));
            BeforeValues = new float[Weight.Shape[0]];
            BehindValues = new float[Weight.Shape[1]];
        }

        public string Name { get; }

        public Tensor Weight { get; }

        public Tensor? Bias { get; }

        public Tensor Squares { get; }

        /// <summary>p, later 1/p.</summary>
        public Tensor Before { get; }

        /// <summary>q, later 1/q.</summary>
        public Tensor Behind { get; }

        public float[] BeforeValues { get; }

        public float[] BehindValues { get; }
    }
}

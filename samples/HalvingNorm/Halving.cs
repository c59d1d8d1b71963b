using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Norms;
using EvenKeel.Tensors;

namespace HalvingNorm;

/// <summary>
/// Halving: multiplies by a fixed factor and adds a learned shift; a toy.
/// <para>Formula: y = factor·x + β. dx = factor·g, dβ = Σ g.</para>
/// <para>Shapes: input [N,H,W,C] or [N,C]; β [C].</para>
/// <para>State: none.</para>
/// <para>Deviations: none.</para>
/// <para>Paper: none.</para>
/// </summary>
[NormMethod("half", "Halving", "y = factor·x + β", "none", Foldable = true)]
public sealed record Halving : Norm
{
    /// <summary>What to multiply by.</summary>
    [NormOption("factor", "what to multiply by")]
    public float Factor { get; init; } = 0.5f;

    /// <inheritdoc/>
    public override NormLayer Activation(int channels, Activation activation) => new Layer(this, channels, activation);

    private sealed class Layer : NormLayer
    {
        private readonly float _factor;
        private readonly Parameter _beta;

        public Layer(Halving norm, int channels, Activation activation)
            : base(channels, activation)
        {
            _factor = norm.Factor;
            _beta = Parameter("beta", new Shape(channels), ParameterKind.Bias, Init.Constant(0f));
        }

        public override Tensor Forward(Pass pass, Tensor x)
        {
            var tape = pass.Tape;
            return tape.Activate(tape.ChannelAdd(tape.Scale(x, _factor), _beta.Value), Activation);
        }

        public override (float[] Scale, float[] Shift)? EvaluationMap() =>
            ([.. Enumerable.Repeat(_factor, Channels)], _beta.Value.ToArray());
    }
}

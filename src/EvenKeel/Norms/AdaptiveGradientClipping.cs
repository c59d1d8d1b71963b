using EvenKeel.Backends;
using EvenKeel.Modules;
using EvenKeel.Optim;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>
/// Adaptive gradient clipping: the gradient of each output's weights is at most a share of the weights themselves.
/// <para>Formula: G_o ← G_o·limit/‖G_o‖₂ where ‖G_o‖₂ &gt; limit = clip·max(‖W_o‖₂, ε), per output row; a vector (bias,
/// gain) counts as one row.</para>
/// <para>Shapes: any parameter; the last dimension of a weight is its output.</para>
/// <para>State: none.</para>
/// <para>Deviations: none between frameworks in the formula; which layers are exempt differs. The paper exempts the
/// last linear layer, as is done here unless asked otherwise.</para>
/// <para>Paper: Brock, De, Smith and Simonyan 2021, section 4.1, arXiv 2102.06171.</para>
/// </summary>
[NormMethod(
    "agc", "Adaptive gradient clipping", "G ← G·min(1, clip·max(‖W‖, ε)/‖G‖)",
    "Brock et al. 2021, section 4.1, arXiv 2102.06171",
    Notes = "A bias or gain counts as one row. Implementations differ in the layers that are exempt: here the last linear "
        + "layer, as in the paper, unless exemptLast=false.")]
public sealed record AdaptiveGradientClipping : Norm
{
    /// <summary>Largest share of a weight's norm that its gradient may have, greater than 0.</summary>
    [NormOption("clip", "largest norm of a gradient, as a share of its weight's")]
    public float Clip { get; init; } = 0.01f;

    /// <summary>Norm that small weights count as, greater than 0: weights that start at 0 could not move otherwise.</summary>
    [NormOption("epsilon", "norm that smaller weights count as")]
    public float Epsilon { get; init; } = 1e-3f;

    /// <summary>True to leave the last linear layer alone.</summary>
    [NormOption("exemptLast", "leave the last linear layer alone")]
    public bool ExemptLast { get; init; } = true;

    /// <inheritdoc/>
    public override StepHook Hook(Network network, Optimizer optimizer) => new Clipping(this, network);

    /// <inheritdoc/>
    public override void Validate()
    {
        if (!(Clip > 0)) throw new UserException($"agc(clip={Clip}): expected a number above 0, such as 0.01.");
        if (!(Epsilon > 0)) throw new UserException($"agc(epsilon={Epsilon}): expected a number above 0, such as 1e-3.");
    }

    private sealed class Clipping : StepHook
    {
        private readonly AdaptiveGradientClipping _norm;
        private readonly Backend _backend;
        private readonly Clipped[] _parameters;

        public Clipping(AdaptiveGradientClipping norm, Network network)
        {
            _norm = norm;
            _backend = network.Backend;
            var last = norm.ExemptLast ? network.Root.DescendantsAndSelf().OfType<LinearMap>().LastOrDefault() : null;
            var exempt = last?.Parameters().ToHashSet() ?? [];
            _parameters = [.. network.Parameters.Where(p => !exempt.Contains(p)).Select(p => new Clipped(p, _backend))];
        }

        public override void BeforeUpdate(in StepTime time)
        {
            foreach (var parameter in _parameters)
            {
                var w = parameter.Parameter.Value;
                if (w.Gradient is not { } gradient) continue;
                if (parameter.PerOutput is null) ClipWhole(w, gradient);
                else ClipRows(parameter, w, gradient);
            }
        }

        private void ClipWhole(Tensor w, Tensor gradient)
        {
            double norm = Math.Sqrt(_backend.SumOfSquares(gradient)), limit = Limit(Math.Sqrt(_backend.SumOfSquares(w)));
            if (norm > limit) _backend.Scale((float)(limit / norm), gradient, gradient);
        }

        private void ClipRows(Clipped parameter, Tensor w, Tensor gradient)
        {
            float[] weights = parameter.Weights, gradients = parameter.Gradients;
            _backend.ChannelDot(w, w, parameter.PerOutput!);
            parameter.PerOutput!.CopyTo(weights);
            _backend.ChannelDot(gradient, gradient, parameter.PerOutput);
            parameter.PerOutput.CopyTo(gradients);
            var any = false;
            for (var o = 0; o < weights.Length; o++)
            {
                double norm = Math.Sqrt(gradients[o]), limit = Limit(Math.Sqrt(weights[o]));
                any |= norm > limit;
                gradients[o] = norm > limit ? (float)(limit / norm) : 1f;
            }

            if (!any) return;
            parameter.PerOutput.CopyFrom(gradients);
            _backend.ChannelScale(gradient, parameter.PerOutput, gradient);
        }

        private double Limit(double weight) => _norm.Clip * Math.Max(weight, _norm.Epsilon);
    }

    private sealed class Clipped
    {
        public Clipped(Parameter parameter, Backend backend)
        {
            Parameter = parameter;
            if (parameter.Shape.Rank == 1) return;
            PerOutput = backend.Allocate(new Shape(parameter.Shape.Channels));
            Weights = new float[parameter.Shape.Channels];
            Gradients = new float[parameter.Shape.Channels];
        }

        public Parameter Parameter { get; }

        public Tensor? PerOutput { get; }

        public float[] Weights { get; } = [];

        public float[] Gradients { get; } = [];
    }
}

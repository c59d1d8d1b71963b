using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Norms.Layers;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>
/// Filter response normalization: each channel of each sample is divided by its root mean square, not centred, and a
/// unit with a learned threshold takes the place of the activation.
/// <para>Formula: z = γ·x/√(mean_HW x² + ε) + β; y = max(z, τ) with the unit, else act(z). dτ = Σ dy over z &lt; τ.</para>
/// <para>Shapes: input [N,H,W,C]; γ, β, τ [C].</para>
/// <para>State: none; training and evaluation measure their input. It cannot fold.</para>
/// <para>Deviations: ε = 1e-6 as in the paper and TensorFlow Addons (timm 1e-5; a learned ε is not here). The unit
/// replaces a ReLU or leaky ReLU that would follow; where nothing follows (before the sum of a residual block, at the
/// network's output) there is no unit either.</para>
/// <para>Paper: Singh and Krishnan 2019, section 3, arXiv 1911.09737.</para>
/// </summary>
[NormMethod(
    "frn", "Filter response normalization", "y = max(γ·x/√(mean_HW x² + ε) + β, τ)", "Singh & Krishnan 2019, section 3, arXiv 1911.09737",
    Notes = "No state: evaluation measures its input too, without centring. A unit with a learned threshold takes the "
        + "place of a ReLU or leaky ReLU that would follow; flat=pass gives dense layers gain and shift only.")]
public sealed record FilterResponseNorm : Norm
{
    /// <summary>True for the thresholded unit in place of the activation.</summary>
    [NormOption("tlu", "thresholded unit in place of the activation")]
    public bool Tlu { get; init; } = true;

    /// <summary>ε, greater than 0.</summary>
    [NormOption("epsilon", "keeps the scale above zero")]
    public float Epsilon { get; init; } = 1e-6f;

    /// <summary>What to do behind dense layers, which have no pixels.</summary>
    [NormOption("flat", "behind dense layers: an error, or gain, shift and unit only")]
    public FlatInput Flat { get; init; } = FlatInput.Error;

    /// <inheritdoc/>
    public override NormLayer Activation(int channels, Activation activation) =>
        new Layer(this, channels, activation, Tlu && !activation.IsIdentity);

    /// <inheritdoc/>
    public override void Validate()
    {
        if (!(Epsilon > 0)) throw new UserException($"frn(epsilon={Epsilon}): expected a number above 0, such as 1e-6.");
    }

    private sealed class Layer : TableNormLayer
    {
        private readonly FilterResponseNorm _norm;
        private readonly Parameter? _tau;
        private readonly float[] _threshold;

        // max(z, τ) = ReLU(z − τ) + τ: the shift carries −τ, and τ is added at the end.
        public Layer(FilterResponseNorm norm, int channels, Activation activation, bool unit)
            : base(channels, unit ? Autograd.Activation.Relu : activation, gain: true, shift: true)
        {
            _norm = norm;
            _threshold = new float[channels];
            if (unit) _tau = Parameter("tau", new Shape(channels), ParameterKind.Bias, Init.Constant(0f));
        }

        public override bool UndoesScale => _norm.Flat != FlatInput.Pass;

        protected override bool TrainsMore => _tau is { Trainable: true };

        public override void CheckTraining(Shape input)
        {
            if (input.Rank == 4 || _norm.Flat == FlatInput.Pass) return;
            throw new UserException(
                $"Layer {Name}: filter response normalization averages over pixels, and an input of shape {input} has none; " +
                "use frn(flat=pass) to leave dense layers unnormalized, or another scheme.");
        }

        protected override int Segments(Shape input) => input[0];

        protected override void Measure(Pass pass, bool measured, ref SavedTensors saved)
        {
            var t = Tables;
            CheckTraining(saved.Input.Shape);
            Array.Clear(t.Mean, 0, t.Count);
            if (saved.Input.Shape.Rank != 4)
            {
                Array.Fill(t.Rstd, 1f, 0, t.Count);
                return;
            }

            var squares = pass.Tape.Rent(new Shape(t.Segments, Channels));
            pass.Tape.Backend.ChannelDot(saved.Input, saved.Input, squares);
            Download(squares, t.Spread);
            for (var i = 0; i < t.Count; i++) t.Rstd[i] = 1f / MathF.Sqrt(t.Spread[i] / t.Rows + _norm.Epsilon);
        }

        protected override void Place()
        {
            base.Place();
            if (_tau is null) return;
            _tau.Value.CopyTo(_threshold);
            for (var first = 0; first < Tables.Count; first += Channels)
                for (var c = 0; c < Channels; c++) Tables.Shift[first + c] -= _threshold[c];
        }

        protected override bool ChangesOutput => _tau is not null;

        protected override bool ReadsGradient => _tau is not null;

        protected override void Finish(Tape tape, Tensor y) => tape.Backend.AddBias(y, _tau!.Value, y);

        // dτ is what the unit keeps back: Σ dy − Σ g.
        protected override void AddParameterGradients(Tape tape, SavedTensors saved, Tensor outputGradient)
        {
            base.AddParameterGradients(tape, saved, outputGradient);
            if (_tau is not { Trainable: true }) return;
            var all = tape.Rent(new Shape(Channels));
            tape.Backend.ChannelSum(outputGradient, all, accumulate: false);
            all.CopyTo(_threshold);
            for (var first = 0; first < Tables.Count; first += Channels)
                for (var c = 0; c < Channels; c++) _threshold[c] -= Tables.Sum[first + c];
            AddGradient(tape, _tau, _threshold);
        }

        protected override Slope Differentiate(Tape tape, SavedTensors saved)
        {
            var t = Tables;
            t.Scale.AsSpan(0, t.Count).CopyTo(t.A);
            Array.Clear(t.B, 0, t.Count);
            if (saved.Input.Shape.Rank != 4) return Slope.None;
            for (var i = 0; i < t.Count; i++) t.D[i] = t.Scale[i] * t.Product[i] * t.Rstd[i] / t.Rows;
            return Slope.Centered;
        }
    }
}

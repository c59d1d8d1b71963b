using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>Whether a standardized weight has a gain of its own.</summary>
public enum StandardizedGain
{
    /// <summary>None: the normalizer that follows scales.</summary>
    None,

    /// <summary>A learned gain per output, starting at 1, times γ/√n with n weights per output.</summary>
    Scaled,
}

/// <summary>Which linear maps are standardized.</summary>
public enum StandardizedLayers
{
    /// <summary>All of them.</summary>
    All,

    /// <summary>Convolutions; dense weights stay plain. The published implementations are layers for convolutions.</summary>
    Convolutions,
}

/// <summary>Published conventions of weight standardization.</summary>
public enum StandardizationPreset
{
    /// <summary>The authors' PyTorch code: unbiased deviation, ε = 1e-5 added to it.</summary>
    WsPytorch,

    /// <summary>The authors' TensorFlow code: biased deviation, ε = 1e-5 added to it.</summary>
    WsTensorflow,

    /// <summary>The authors' batch-channel normalization code: unbiased variance, ε = 1e-5 inside the root.</summary>
    Bcn,

    /// <summary>timm's StdConv2d: biased variance, ε = 1e-6 inside the root.</summary>
    Timm,

    /// <summary>timm's ScaledStdConv2d: as <see cref="Timm"/> with the scaled gain.</summary>
    TimmScaled,

    /// <summary>DeepMind's NFNets: biased variance, variance·n at least 1e-4 in place of ε, the scaled gain.</summary>
    Nfnet,
}

/// <summary>
/// Weight standardization: the weights of each output are centred and scaled to deviation 1, for a normalizer of
/// activations to follow (<c>ws+bn</c>): without one, or the scaled gain, activations grow by √n in every layer.
/// <para>Formula: w_o = (v_o − μ_o)/s_o, s = σ + ε or √(σ² + ε), over the n weights of output o; with the scaled gain
/// w_o = g_o·γ/√n·(v_o − μ_o)/s_o. With q = Σ dw·(v − μ)/s:
/// dv = (k/s)·(dw − mean(dw) − (v − μ)·q/(mτ)), k the gain's factor or 1, m = n or n − 1, τ = s for ε inside the root
/// and σ for ε added to it; dg = q·γ/√n.</para>
/// <para>Shapes: v [kh,kw,in,out] or [in,out]; g [out].</para>
/// <para>State: none; training and inference use the same weight.</para>
/// <para>Deviations: the authors' PyTorch code takes the unbiased deviation and adds ε = 1e-5 to it (the default here);
/// their TensorFlow code takes the biased one; others put ε inside the root; NFNets bound the variance from below
/// instead. <see cref="Preset"/> has each by name. γ of the scaled gain is that of the activation, 1.7139589 for ReLU;
/// in the NFNet code it stands in the activation and is 1 here. <c>layers=convolutions</c> leaves dense weights plain, as the published layers do.
/// <c>applied=false</c> is a published defect.</para>
/// <para>Paper: Qiao, Wang, Liu, Shen and Yuille 2019, section 3, arXiv 1903.10520; scaled: Brock, De and Smith 2021,
/// section 4.2, arXiv 2101.08692.</para>
/// </summary>
[NormMethod(
    "ws", "Weight standardization", "w = (v − μ_v)/(σ_v + ε)",
    "Qiao et al. 2019, section 3, arXiv 1903.10520",
    Foldable = true,
    Notes = "Made for a normalizer of activations to follow (ws+bn): without one, or the scaled gain, activations grow in "
        + "every layer. By default as in the authors' PyTorch code, the unbiased deviation with epsilon added to it; "
        + "preset has the other published conventions.")]
public sealed record WeightStandardization : Norm
{
    private readonly StandardizationPreset _preset;

    /// <summary>A published convention; it sets all other options, so it comes before them.</summary>
    [NormOption("preset", "a published convention; the other options change it", Order = -1)]
    public StandardizationPreset Preset
    {
        get => _preset;
        init
        {
            _preset = value;
            Deviation = value is StandardizationPreset.WsPytorch or StandardizationPreset.Bcn ? Variance.Unbiased : Variance.Biased;
            Epsilon = value switch
            {
                StandardizationPreset.Timm or StandardizationPreset.TimmScaled => 1e-6f,
                StandardizationPreset.Nfnet => 0f,
                _ => 1e-5f,
            };
            EpsilonPlace = value is StandardizationPreset.WsPytorch or StandardizationPreset.WsTensorflow
                ? EpsilonPlace.AddedToScale
                : EpsilonPlace.InsideRoot;
            Floor = value == StandardizationPreset.Nfnet ? 1e-4f : 0f;
            Gain = value is StandardizationPreset.TimmScaled or StandardizationPreset.Nfnet ? StandardizedGain.Scaled : StandardizedGain.None;
            Gamma = 1f;
        }
    }

    /// <summary>Which deviation is meant.</summary>
    [NormOption("std", "deviation with n or with n - 1")]
    public Variance Deviation { get; init; } = Variance.Unbiased;

    /// <summary>ε, 0 or more.</summary>
    [NormOption("epsilon", "keeps the scale above zero")]
    public float Epsilon { get; init; } = 1e-5f;

    /// <summary>Where ε stands.</summary>
    [NormOption("place", "where epsilon stands: in the root or added to the deviation")]
    public EpsilonPlace EpsilonPlace { get; init; } = EpsilonPlace.AddedToScale;

    /// <summary>Least value of variance·n, 0 or more; 0 sets no bound.</summary>
    [NormOption("floor", "least value of the variance times n; 0 sets no bound")]
    public float Floor { get; init; }

    /// <summary>Whether the weight has a gain of its own.</summary>
    [NormOption("gain", "learned gain per output, times gamma/sqrt(n)")]
    public StandardizedGain Gain { get; init; } = StandardizedGain.None;

    /// <summary>γ of the scaled gain, greater than 0: √(2/(1 − 1/π)) = 1.7139589 for ReLU.</summary>
    [NormOption("gamma", "factor of the scaled gain, 1.7139589 for ReLU")]
    public float Gamma { get; init; } = 1f;

    /// <summary>Which linear maps are standardized.</summary>
    [NormOption("layers", "all, or convolutions only as in published code; dense weights stay plain then")]
    public StandardizedLayers Layers { get; init; } = StandardizedLayers.All;

    /// <summary>False leaves the weights as they are, whatever the other options say: the published defect of the
    /// Fashion-MNIST report on this method, whose standardized weights were computed in a regularizer that returned
    /// nothing, and dropped.</summary>
    [NormOption("applied", "false: computed and dropped, the defect of the Fashion-MNIST report; the weights stay plain")]
    public bool Applied { get; init; } = true;

    /// <inheritdoc/>
    public override WeightMap Weight(Shape shape, Init init) =>
        Applied && (Layers == StandardizedLayers.All || shape.Rank == 4) ? new Map(this, shape, init) : new PlainWeight(shape, init);

    /// <inheritdoc/>
    public override void Validate()
    {
        if (!(Epsilon >= 0)) throw new UserException($"ws(epsilon={Epsilon}): expected 0 or more, such as 1e-5.");
        if (!(Floor >= 0)) throw new UserException($"ws(floor={Floor}): expected 0 or more, such as 1e-4.");
        if (Epsilon == 0 && Floor == 0) throw new UserException("ws(epsilon=0): an output with equal weights would be divided by 0; expected an epsilon or a floor above 0.");
        if (!(Gamma > 0)) throw new UserException($"ws(gamma={Gamma}): expected a number above 0.");
        if (Gain == StandardizedGain.None && Gamma != 1) throw new UserException($"ws(gamma={Gamma}) does nothing without a gain: write gain=scaled too.");
    }

    private sealed class Map : WeightMap
    {
        private readonly WeightStandardization _norm;
        private readonly Parameter _raw;
        private readonly Parameter? _gain;
        private readonly float _count;
        private readonly float[] _scale;
        private readonly float[] _slope;
        private readonly float[] _factor;
        private readonly float[] _work;

        public Map(WeightStandardization norm, Shape shape, Init init)
        {
            if (shape.Rows < 2)
                throw new UserException(
                    $"A weight of shape {shape} has one number per output, which leaves nothing to standardize: " +
                    "use another method than ws for this network.");
            _norm = norm;
            _count = shape.Rows;
            var outputs = new Shape(shape.Channels);
            _raw = Parameter("v", shape, ParameterKind.Weight, init);
            if (norm.Gain == StandardizedGain.Scaled) _gain = Parameter("gain", outputs, ParameterKind.Gain, Init.Constant(1f));
            _scale = new float[outputs.Length];
            _slope = new float[outputs.Length];
            _factor = new float[outputs.Length];
            _work = new float[outputs.Length];
        }

        public override Parameter Stored => _raw;

        public override bool ScaleInvariant => true;

        private float GainFactor => _norm.Gamma / MathF.Sqrt(_count);

        public override Tensor Effective(Pass pass)
        {
            var tape = pass.Tape;
            var v = _raw.Value;
            var outputs = new Shape(_scale.Length);
            Tensor mean = tape.Rent(outputs), variance = tape.Rent(outputs), factor = tape.Rent(outputs), zero = tape.Rent(outputs);
            tape.Backend.MeanVariance(v, mean, variance);
            ReadScale(variance);
            ReadGain();
            for (var o = 0; o < _scale.Length; o++) _work[o] = _factor[o] / _scale[o];
            factor.CopyFrom(_work);
            tape.Backend.Fill(0f, zero);
            var w = tape.Rent(v.Shape);
            tape.Backend.RescaleForward(v, mean, factor, zero, null, 1f, w);
            if (tape.Record<Undo>(w, v.NeedsGradient || _gain is { Trainable: true }) is { } node)
                (node.Map, node.Mean, node.Variance, node.Factor, node.Zero) = (this, mean, variance, factor, zero);
            return w;
        }

        // s, and (∂s/∂v)/(v − μ) = 1/(mτ); 0 where the floor holds s.
        private void ReadScale(Tensor variance)
        {
            variance.CopyTo(_work);
            var counted = _norm.Deviation == Variance.Unbiased ? _count - 1 : _count;
            for (var o = 0; o < _work.Length; o++)
            {
                var measured = _work[o] * (_count / counted);
                var bounded = MathF.Max(measured, _norm.Floor / _count);
                var inside = _norm.EpsilonPlace == EpsilonPlace.InsideRoot;
                var root = MathF.Sqrt(inside ? bounded + _norm.Epsilon : bounded);
                _scale[o] = inside ? root : root + _norm.Epsilon;
                _slope[o] = measured < bounded || root == 0 ? 0f : 1f / (counted * root);
            }
        }

        private void ReadGain()
        {
            Array.Fill(_factor, 1f);
            if (_gain is null) return;
            _gain.Value.CopyTo(_factor);
            for (var o = 0; o < _factor.Length; o++) _factor[o] *= GainFactor;
        }

        private sealed class Undo : Node
        {
            public Map Map = null!;
            public Tensor Mean = null!;
            public Tensor Variance = null!;
            public Tensor Factor = null!;
            public Tensor Zero = null!;

            protected internal override void Backward(Tape tape, Tensor outputGradient)
            {
                var backend = tape.Backend;
                var v = Map._raw.Value;
                float[] scale = Map._scale, slope = Map._slope, work = Map._work;
                Map.ReadScale(Variance);
                Tensor sum = tape.Rent(Zero.Shape), q = tape.Rent(Zero.Shape), inverse = tape.Rent(Zero.Shape);
                for (var o = 0; o < work.Length; o++) work[o] = 1f / scale[o];
                inverse.CopyFrom(work);
                backend.RescaleBackwardReduce(v, outputGradient, Mean, inverse, Factor, Zero, 1f, sum, q);
                backend.Scale(1f / Map._count, sum, sum);
                q.CopyTo(work);
                for (var o = 0; o < work.Length; o++) slope[o] *= work[o];
                if (Map._gain is not null)
                {
                    for (var o = 0; o < work.Length; o++) work[o] *= Map.GainFactor;
                    q.CopyFrom(work);
                    tape.AddGradient(Map._gain.Value, q);
                }

                if (tape.Gradient(v, out var accumulate) is not { } dv) return;
                q.CopyFrom(slope);
                backend.Multiply(Factor, sum, sum);
                backend.Multiply(Factor, q, q);
                backend.RescaleBackwardApply(
                    v, outputGradient, Mean, Factor, Zero, 1f, Factor, sum, q, signs: false, dv, accumulate);
            }
        }
    }
}

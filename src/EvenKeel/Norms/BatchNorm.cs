using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>Where ε stands in a scale.</summary>
public enum EpsilonPlace
{
    /// <summary>√(variance + ε).</summary>
    InsideRoot,

    /// <summary>deviation + ε.</summary>
    AddedToScale,
}

/// <summary>Which variance is meant.</summary>
public enum Variance
{
    /// <summary>Sum of squares over m.</summary>
    Biased,

    /// <summary>Sum of squares over m − 1.</summary>
    Unbiased,
}

/// <summary>
/// Batch normalization: each channel is centred and scaled to deviation 1 over the batch, then given a learned gain
/// and shift.
/// <para>Formula: y = γ·(x − μ)/s + β, s = √(σ² + ε); μ, σ² mean and biased variance over the set.</para>
/// <para>Shapes: input [N,H,W,C] (set: N,H,W) or [N,C] (set: N); γ, β, statistics [C].</para>
/// <para>State: running mean (starts 0) and running variance (starts 1), moved by <see cref="RunningRate"/> in
/// training, used in evaluation.</para>
/// <para>Deviations: ε = 1e-5 inside the root; the forward variance is biased, the stored one unbiased (m/(m−1)), as
/// in PyTorch; Keras has ε = 1e-3 and rate 0.01. RunningRate is the weight of the <em>new</em> batch.</para>
/// <para>Paper: Ioffe and Szegedy 2015, section 3, arXiv 1502.03167.</para>
/// </summary>
[NormMethod(
    "bn", "Batch normalization", "y = γ·(x − μ_batch)/√(σ²_batch + ε) + β",
    "Ioffe & Szegedy 2015, section 3, arXiv 1502.03167", Foldable = true)]
public sealed record BatchNorm : Norm
{
    /// <summary>ε, greater than 0.</summary>
    [NormOption("epsilon", "keeps the scale above zero")]
    public float Epsilon { get; init; } = 1e-5f;

    /// <summary>Where ε stands.</summary>
    [NormOption("place", "where epsilon stands: in the root or added to the deviation")]
    public EpsilonPlace EpsilonPlace { get; init; } = EpsilonPlace.InsideRoot;

    /// <summary>Weight of the new batch in the running statistics, 0 to 1.</summary>
    [NormOption("rate", "weight of the new batch in the running statistics, 0 to 1")]
    public float RunningRate { get; init; } = 0.1f;

    /// <summary>Which variance the running statistics store.</summary>
    [NormOption("running", "variance stored in the running statistics")]
    public Variance RunningVariance { get; init; } = Variance.Unbiased;

    /// <summary>True for a learned gain and shift.</summary>
    [NormOption("affine", "learned gain and shift per channel")]
    public bool Affine { get; init; } = true;

    /// <inheritdoc/>
    public override NormLayer Activation(int channels, Activation activation) => new Layer(this, channels, activation);

    /// <inheritdoc/>
    public override void Validate()
    {
        if (!(Epsilon > 0)) throw new UserException($"bn(epsilon={Epsilon}): expected a number above 0, such as 1e-5.");
        if (!(RunningRate is > 0 and <= 1)) throw new UserException($"bn(rate={RunningRate}): expected above 0 and at most 1; it weights the new batch.");
    }

    private float Scale(float variance) => EpsilonPlace == EpsilonPlace.InsideRoot
        ? MathF.Sqrt(variance + Epsilon)
        : MathF.Sqrt(variance) + Epsilon;

    private sealed class Layer : NormLayer
    {
        private readonly BatchNorm _norm;
        private readonly Parameter? _gamma;
        private readonly Parameter? _beta;
        private readonly float[] _statistic;
        private readonly float[] _running;
        private readonly float[] _gain;

        public Layer(BatchNorm norm, int channels, Activation activation) : base(channels, activation)
        {
            _norm = norm;
            var shape = new Shape(channels);
            if (norm.Affine)
            {
                _gamma = Parameter("gamma", shape, ParameterKind.Gain, Init.Constant(1f));
                _beta = Parameter("beta", shape, ParameterKind.Bias, Init.Constant(0f));
            }

            Running = new RunningStatistics(
                Buffer("running_mean", shape, 0f), Buffer("running_var", shape, 1f),
                norm.RunningVariance == Variance.Unbiased ? RunningSpread.UnbiasedVariance : RunningSpread.Variance, norm.RunningRate);
            _statistic = new float[channels];
            _running = new float[channels];
            _gain = new float[channels];
        }

        // Frozen statistics are constants, which undo nothing.
        public override bool UndoesScale => Statistics != StatisticsSource.Running;

        public override void CheckTraining(Shape input) => CheckElements(input, input.Rows);

        public override (Parameter Gain, Parameter Shift)? Affine => _gamma is null ? null : (_gamma, _beta!);

        public override (float[] Scale, float[] Shift)? EvaluationMap()
        {
            float[] scale = Running!.Spread.ToArray(), shift = Running.Mean.ToArray();
            float[]? gamma = _gamma?.Value.ToArray(), beta = _beta?.Value.ToArray();
            for (var c = 0; c < Channels; c++)
            {
                scale[c] = (gamma?[c] ?? 1f) / _norm.Scale(scale[c]);
                shift[c] = (float)((beta?[c] ?? 0.0) - (double)shift[c] * scale[c]);
            }

            return (scale, shift);
        }

        public override Tensor Forward(Pass pass, Tensor x)
        {
            var tape = pass.Tape;
            var shape = new Shape(Channels);
            var batch = UsesBatch(pass);
            Tensor mean = Running!.Mean, variance = Running.Spread;
            if (batch)
            {
                CheckElements(x.Shape, x.Shape.Rows);
                (mean, variance) = (tape.Rent(shape), tape.Rent(shape));
                tape.Backend.MeanVariance(x, mean, variance);
                if (Updates(pass)) UpdateStatistics(pass.Mode, mean, variance, x.Shape.Rows);
            }

            // The kernel needs 1/s and γ/s per channel: a few hundred numbers, computed here.
            Tensor rstd = tape.Rent(shape), scale = tape.Rent(shape), shift = _beta?.Value ?? Zeros(tape, shape);
            variance.CopyTo(_statistic);
            for (var c = 0; c < Channels; c++) _statistic[c] = 1f / _norm.Scale(_statistic[c]);
            rstd.CopyFrom(_statistic);
            ReadGain();
            for (var c = 0; c < Channels; c++) _statistic[c] *= _gain[c];
            scale.CopyFrom(_statistic);

            var y = tape.Rent(x.Shape);
            tape.Backend.RescaleForward(x, mean, scale, shift, Activation.Slope, y);
            if (tape.Record<Undo>(y, x.NeedsGradient || _gamma is { Trainable: true } || _beta is { Trainable: true }) is { } node)
                (node.Layer, node.X, node.Mean, node.Variance, node.Rstd, node.ScaleTensor, node.Shift, node.Batch) =
                    (this, x, mean, variance, rstd, scale, shift, batch);
            return y;
        }

        private static Tensor Zeros(Tape tape, Shape shape)
        {
            var zeros = tape.Rent(shape);
            tape.Backend.Fill(0f, zeros);
            return zeros;
        }

        private void ReadGain()
        {
            if (_gamma is null) Array.Fill(_gain, 1f);
            else _gamma.Value.CopyTo(_gain);
        }

        private void UpdateStatistics(PassMode mode, Tensor mean, Tensor variance, int elements)
        {
            mean.CopyTo(_statistic);
            variance.CopyTo(_running);
            Running!.Take(mode, elements, _statistic, _running);
        }

        // With g = dy·f'(y), x̂ = (x−μ)/s and n elements per channel: dβ = Σg, dγ = Σ g·x̂. Batch statistics:
        // dx = γ/s·(g − Σg/n − x̂·(Σ g·x̂)·k/n) with k = 1 for ε inside the root (∂s/∂c = x̂/n), and k = s/σ for ε
        // added to the deviation (∂s/∂c = c/(nσ) = x̂·s/(nσ)). Running statistics are constants: dx = γ/s·g.
        private sealed class Undo : Node
        {
            public Layer Layer = null!;
            public Tensor X = null!;
            public Tensor Mean = null!;
            public Tensor Variance = null!;
            public Tensor Rstd = null!;
            public Tensor ScaleTensor = null!;
            public Tensor Shift = null!;
            public bool Batch;

            protected internal override void Backward(Tape tape, Tensor outputGradient)
            {
                var backend = tape.Backend;
                var slope = Layer.Activation.Slope;
                var shape = new Shape(Layer.Channels);
                Tensor sum = tape.Rent(shape), sumNormalized = tape.Rent(shape);
                backend.RescaleBackwardReduce(X, outputGradient, Mean, Rstd, ScaleTensor, Shift, slope, sum, sumNormalized);
                tape.AddGradient(Layer._gamma?.Value, sumNormalized);
                tape.AddGradient(Layer._beta?.Value, sum);
                if (tape.Gradient(X, out var accumulate) is not { } dx) return;
                if (!Batch)
                {
                    backend.Fill(0f, sum);
                    backend.RescaleBackwardApply(
                        X, outputGradient, Mean, ScaleTensor, Shift, slope, ScaleTensor, sum, null, dx, accumulate);
                    return;
                }

                // The kernel wants Σg/n and, as it multiplies x−μ, (Σ g·x̂)·k/(n·s).
                float[] a = Layer._statistic, b = Layer._running, rstd = Layer._gain;
                var elements = (float)X.Shape.Rows;
                sum.CopyTo(a);
                for (var c = 0; c < a.Length; c++) a[c] /= elements;
                sum.CopyFrom(a);
                sumNormalized.CopyTo(a);
                Rstd.CopyTo(rstd);
                Variance.CopyTo(b);
                for (var c = 0; c < a.Length; c++)
                {
                    var deviation = MathF.Sqrt(b[c]);
                    var k = Layer._norm.EpsilonPlace == EpsilonPlace.InsideRoot ? 1f
                        : deviation > 0 ? 1f / (rstd[c] * deviation) : 0f;
                    a[c] *= k * rstd[c] / elements;
                }

                sumNormalized.CopyFrom(a);
                backend.RescaleBackwardApply(
                    X, outputGradient, Mean, ScaleTensor, Shift, slope, ScaleTensor, sum, sumNormalized, dx, accumulate);
            }
        }
    }
}

using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels.Random;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>Which p-norm of a weight's rows is meant.</summary>
public enum RowNorm
{
    /// <summary>Σ|v|.</summary>
    [NormText("1")]
    One,

    /// <summary>√Σv².</summary>
    [NormText("2")]
    Two,

    /// <summary>Largest |v|.</summary>
    [NormText("inf")]
    Infinity,
}

/// <summary>What bounded weight normalization keeps bounded.</summary>
public enum BoundedForm
{
    /// <summary>Every row has the fixed norm ρ = ‖V₀‖_p/N^(1/p) of the first weights: the paper.</summary>
    FixedRho,

    /// <summary>Rows have learned norms g whose 2-norm is fixed: the authors' code.</summary>
    Prenorm,

    /// <summary>Every row has the mean 2-norm of the first weights' rows: the authors' second code.</summary>
    MeanNorm,
}

/// <summary>
/// Bounded weight normalization: the weight of each output is a direction times a magnitude that training cannot grow.
/// <para>Formula: w_o = ρ·v_o/‖v_o‖_p, ρ = ‖V₀‖_p/N^(1/p) fixed, N outputs; with r = ‖v_o‖_p:
/// dv_o = (ρ/r)·(dw − (⟨dw,v⟩/r)·∂r/∂v), ∂r/∂v = v/r, sgn(v), or sgn(v) at the first largest |v|.</para>
/// <para>Shapes: v [kh,kw,in,out] or [in,out]; ρ [1]; g [out].</para>
/// <para>State: ρ (or the norm P of g at the start), set from the first weights, saved and never moved; training and
/// inference use the same weight.</para>
/// <para>Deviations: the authors' code differs from the paper. <c>prenorm</c>: w_o = ĝ_o·v_o/r_o with learned g,
/// ĝ = P·g/‖g‖₂, P the 2-norm of the first row norms, so that only the layer's total is bounded. <c>mean-norm</c>: ρ
/// is the mean of the first rows' norms, and the norm is always the 2-norm. No ε: a row of norm 0 is an error.</para>
/// <para>Paper: Hoffer, Banner, Golan and Soudry 2018, section 5, arXiv 1803.01814.</para>
/// </summary>
[NormMethod(
    "bwn", "Bounded weight normalization", "w = ρ·v/‖v‖_p, ρ fixed",
    "Hoffer et al. 2018, section 5, arXiv 1803.01814",
    Foldable = true,
    Notes = "The bound is set from the first weights, saved and never trained. The authors' code differs from the paper: "
        + "form=prenorm learns each output's norm and bounds the layer's total, form=mean-norm gives every output the "
        + "mean of the first norms.")]
public sealed record BoundedWeightNorm : Norm
{
    /// <summary>Which norm.</summary>
    [NormOption("p", "norm of each output's weights")]
    public RowNorm P { get; init; } = RowNorm.Two;

    /// <summary>What is bounded.</summary>
    [NormOption("form", "what is bounded: each norm (by the paper or the mean), or the layer's total")]
    public BoundedForm Form { get; init; } = BoundedForm.FixedRho;

    /// <inheritdoc/>
    public override WeightMap Weight(Shape shape, Init init) => new Map(this, shape, init);

    /// <inheritdoc/>
    public override void Validate()
    {
        if (Form == BoundedForm.MeanNorm && P != RowNorm.Two)
            throw new UserException("bwn(form=mean-norm) always takes the 2-norm, as its code does: leave p away, or choose another form.");
    }

    private void MeasureRows(Backend backend, Tensor v, Tensor norms, float[] result)
    {
        if (P == RowNorm.One) backend.ChannelAbsoluteSum(v, norms);
        else if (P == RowNorm.Infinity) backend.ChannelAbsoluteMax(v, norms);
        else backend.ChannelDot(v, v, norms);
        norms.CopyTo(result);
        if (P == RowNorm.Two)
            for (var o = 0; o < result.Length; o++) result[o] = MathF.Sqrt(result[o]);
    }

    private sealed class Map : WeightMap
    {
        private readonly BoundedWeightNorm _norm;
        private readonly Parameter _direction;
        private readonly Parameter? _gain;
        private readonly StateBuffer _bound;
        private readonly float[] _rows;
        private readonly float[] _factor;
        private readonly float[] _magnitude;
        private readonly float[] _one = new float[1];

        public Map(BoundedWeightNorm norm, Shape shape, Init init)
        {
            _norm = norm;
            _direction = Parameter("v", shape, ParameterKind.Weight, init);
            var outputs = new Shape(shape.Channels);
            var prenorm = norm.Form == BoundedForm.Prenorm;
            if (prenorm) _gain = Parameter("g", outputs, ParameterKind.Gain, new RowsOfInit(norm, _direction));
            _bound = Buffer(prenorm ? "g_prenorm" : "rho", new Shape(1), new RowsOfInit(norm, _direction));
            _rows = new float[outputs.Length];
            _factor = new float[outputs.Length];
            _magnitude = new float[outputs.Length];
        }

        public override Parameter Stored => _direction;

        public override bool ScaleInvariant => true;

        public override Tensor Effective(Pass pass)
        {
            var tape = pass.Tape;
            var v = _direction.Value;
            var outputs = new Shape(_rows.Length);
            Tensor rows = tape.Rent(outputs), factor = tape.Rent(outputs), w = tape.Rent(v.Shape);
            _norm.MeasureRows(tape.Backend, v, rows, _rows);
            rows.CopyFrom(_rows);
            ReadMagnitude();
            for (var o = 0; o < _rows.Length; o++)
            {
                if (_rows[o] == 0f)
                    throw new UserException($"Layer {Name}: the direction of output {o} has norm 0, so bounded weight normalization cannot scale it; start from a random direction.");
                _factor[o] = _magnitude[o] / _rows[o];
            }

            factor.CopyFrom(_factor);
            tape.Backend.ChannelScale(v, factor, w);
            if (tape.Record<Undo>(w, v.NeedsGradient || _gain is { Trainable: true }) is { } node)
                (node.Map, node.Rows, node.Factor) = (this, rows, factor);
            return w;
        }

        // ρ for every output, or ĝ; returns ‖g‖ in that case.
        private float ReadMagnitude()
        {
            _bound.Value.CopyTo(_one);
            Array.Fill(_magnitude, _one[0]);
            if (_gain is null) return 1f;
            _gain.Value.CopyTo(_magnitude);
            var squares = 0.0;
            foreach (var g in _magnitude) squares += (double)g * g;
            var length = (float)Math.Sqrt(squares);
            if (length == 0f)
                throw new UserException($"Layer {Name}: all magnitudes g are 0, so they cannot be scaled to their total; use a smaller learning rate.");
            for (var o = 0; o < _magnitude.Length; o++) _magnitude[o] *= _one[0] / length;
            return length;
        }

        private sealed class Undo : Node
        {
            public Map Map = null!;
            public Tensor Rows = null!;
            public Tensor Factor = null!;

            protected internal override void Backward(Tape tape, Tensor outputGradient)
            {
                var backend = tape.Backend;
                var v = Map._direction.Value;
                float[] rows = Map._rows, factor = Map._factor, magnitude = Map._magnitude;
                var dots = tape.Rent(Rows.Shape);
                backend.ChannelDot(outputGradient, v, dots);
                dots.CopyTo(factor);
                Rows.CopyTo(rows);
                var length = Map.ReadMagnitude();

                // The factor of ∂r/∂v in dv: −(magnitude/r)·⟨dw,v⟩/r, and once more over r where ∂r/∂v = v/r.
                for (var o = 0; o < rows.Length; o++) factor[o] /= rows[o];
                if (Map._gain is not null) AddGainGradient(tape, dots, length);
                for (var o = 0; o < rows.Length; o++)
                {
                    factor[o] *= -magnitude[o] / rows[o];
                    if (Map._norm.P == RowNorm.Two) factor[o] /= rows[o];
                }

                dots.CopyFrom(factor);
                if (tape.BeginGradient(v) is not { } dv) return;
                switch (Map._norm.P)
                {
                    case RowNorm.Two:
                        backend.ChannelScaleAdd(outputGradient, Factor, v, dots, dv);
                        break;
                    case RowNorm.One:
                        backend.ChannelScaleAddSign(outputGradient, Factor, v, dots, dv);
                        break;
                    default:
                        backend.ChannelScale(outputGradient, Factor, dv);
                        backend.ChannelAddSignAtPeak(v, Rows, dots, dv);
                        break;
                }

                tape.EndGradient(v, dv);
            }

            // With dĝ = ⟨dw,v⟩/r: dg = (P/‖g‖)·(dĝ − ĝ·⟨ĝ,dĝ⟩/P²), as g/‖g‖ = ĝ/P.
            private void AddGainGradient(Tape tape, Tensor work, float length)
            {
                float[] change = Map._factor, magnitude = Map._magnitude;
                double inner = 0, bound = Map._one[0];
                for (var o = 0; o < change.Length; o++) inner += (double)magnitude[o] * change[o];
                work.CopyTo(Map._rows);
                for (var o = 0; o < change.Length; o++)
                    Map._rows[o] = (float)(bound / length * (change[o] - magnitude[o] * inner / (bound * bound)));
                work.CopyFrom(Map._rows);
                tape.AddGradient(Map._gain!.Value, work);
                Rows.CopyTo(Map._rows);
            }
        }
    }

    // The row norms of the first weights, or what they give together: ρ, or the 2-norm P.
    private sealed record RowsOfInit(BoundedWeightNorm Norm, Parameter Direction) : Init
    {
        internal override void Fill(Backend backend, Tensor tensor, RandomStream stream)
        {
            var rows = new float[Direction.Shape.Channels];
            Norm.MeasureRows(backend, Direction.Value, backend.Allocate(new Shape(rows.Length)), rows);
            tensor.CopyFrom(tensor.Shape.Length == rows.Length && Norm.Form == BoundedForm.Prenorm ? rows : [(float)Bound(rows)]);
        }

        private double Bound(float[] rows) => (Norm.Form, Norm.P) switch
        {
            (BoundedForm.Prenorm, _) => Math.Sqrt(rows.Sum(r => (double)r * r)),
            (BoundedForm.MeanNorm, _) or (_, RowNorm.One) => rows.Average(r => (double)r),
            (_, RowNorm.Infinity) => rows.Max(),
            _ => Math.Sqrt(rows.Average(r => (double)r * r)),
        };
    }
}

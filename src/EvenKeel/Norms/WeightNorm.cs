using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels.Random;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>How weight normalization stores a magnitude.</summary>
public enum Magnitude
{
    /// <summary>g itself; it may become negative.</summary>
    G,

    /// <summary>s with g = exp(s); always positive.</summary>
    Exp,
}

/// <summary>What shares one magnitude.</summary>
public enum MagnitudePer
{
    /// <summary>Each output has its own.</summary>
    Output,

    /// <summary>The whole tensor has one.</summary>
    Tensor,
}

/// <summary>
/// Weight normalization: the weight of each output is a direction times a learned magnitude.
/// <para>Formula: w_o = g_o·v_o/‖v_o‖₂ per output o; dg = ⟨dw,v⟩/‖v‖, dv = (g/‖v‖)·dw − (g·dg/‖v‖²)·v; with
/// g = exp(s), ds = g·dg.</para>
/// <para>Shapes: v [kh,kw,in,out] or [in,out]; g (or s) [out], or [1] with one for the whole tensor.</para>
/// <para>State: none; training and inference use the same weight. Magnitudes and biases are set once from the first
/// data: g = scale/std(t), b = −mean(t)·g for t = v·x/‖v‖ over the initialization batch, population deviation.</para>
/// <para>Deviations: no ε in the norm (as in PyTorch and Lasagne; TensorFlow clamps ‖v‖² at 1e-12), so a direction
/// of norm 0 is an error. ε inside the root of the initialization is 0 (Lasagne); TensorFlow's code has 1e-8 for
/// convolutions and 1e-10 for dense layers.</para>
/// <para>Paper: Salimans and Kingma 2016, sections 2 and 3, arXiv 1602.07868.</para>
/// </summary>
[NormMethod(
    "wn", "Weight normalization", "w = g·v/‖v‖",
    "Salimans & Kingma 2016, sections 2-3, arXiv 1602.07868",
    Foldable = true,
    Notes = "No state; magnitudes and biases are set once from the first data. There is no epsilon in the norm, as in "
        + "PyTorch (TensorFlow clamps the squared norm at 1e-12): a direction of norm 0 is an error.")]
public sealed record WeightNorm : Norm
{
    /// <summary>Stored form of the magnitude.</summary>
    [NormOption("g", "stored magnitude: g itself, or s with g = exp(s)")]
    public Magnitude Magnitude { get; init; } = Magnitude.G;

    /// <summary>What shares one magnitude.</summary>
    [NormOption("per", "what shares one magnitude")]
    public MagnitudePer Per { get; init; } = MagnitudePer.Output;

    /// <summary>True to set magnitudes and biases from the first data; false starts from g = ‖v‖, as does a
    /// magnitude of the whole tensor, which the data cannot set per output.</summary>
    [NormOption("init", "set magnitudes and biases from the first data")]
    public bool DataInit { get; init; } = true;

    /// <summary>ε inside the root of the initialization's deviation.</summary>
    [NormOption("initEpsilon", "epsilon inside the root of the initialization's deviation")]
    public float InitEpsilon { get; init; }

    /// <summary>Deviation of each layer's output after initialization.</summary>
    [NormOption("initScale", "deviation of each layer's output after initialization")]
    public float InitScale { get; init; } = 1f;

    /// <inheritdoc/>
    public override WeightMap Weight(Shape shape, Init init) => DataInit && Per == MagnitudePer.Output
        ? new DataInitializedMap(this, shape, init)
        : new Map(this, shape, init);

    /// <inheritdoc/>
    public override void Validate()
    {
        if (!(InitEpsilon >= 0)) throw new UserException($"wn(initEpsilon={InitEpsilon}): expected 0 or more.");
        if (!(InitScale > 0)) throw new UserException($"wn(initScale={InitScale}): expected a number above 0.");
    }

    private class Map : WeightMap
    {
        private readonly Parameter _direction;
        private readonly Parameter _magnitude;

        // Per output, whatever shares a magnitude: squared norms, dots, magnitudes.
        private readonly float[] _squares;
        private readonly float[] _dots;
        private readonly float[] _gain;

        public Map(WeightNorm options, Shape shape, Init init)
        {
            Options = options;
            _direction = Parameter("v", shape, ParameterKind.Weight, init);
            var exp = options.Magnitude == Magnitude.Exp;
            var magnitudes = options.Per == MagnitudePer.Output ? shape.Channels : 1;
            _magnitude = Parameter(
                exp ? "s" : "g", new Shape(magnitudes), ParameterKind.Gain, new NormOfInit(_direction, Logarithm: exp));
            _squares = new float[shape.Channels];
            _dots = new float[shape.Channels];
            _gain = new float[shape.Channels];
        }

        public override Parameter Stored => _direction;

        public override bool ScaleInvariant => true;

        protected WeightNorm Options { get; }

        protected int Outputs => _gain.Length;

        public override Tensor Effective(Pass pass)
        {
            var tape = pass.Tape;
            var v = _direction.Value;
            var perOutput = new Shape(_squares.Length);
            Tensor squares = tape.Rent(perOutput), factor = tape.Rent(perOutput), w = tape.Rent(v.Shape);
            tape.Backend.ChannelDot(v, v, squares);
            squares.CopyTo(_squares);
            Share(_squares);
            squares.CopyFrom(_squares);
            ReadGain();
            for (var o = 0; o < _squares.Length; o++)
            {
                if (_squares[o] == 0f)
                    throw new UserException($"Layer {Name}: the direction of output {o} has norm 0, so weight normalization cannot scale it; start from a random direction.");
                _dots[o] = _gain[o] / MathF.Sqrt(_squares[o]);
            }

            factor.CopyFrom(_dots);
            tape.Backend.ChannelScale(v, factor, w);
            if (tape.Record<Undo>(w, v.NeedsGradient || _magnitude.Trainable) is { } node)
                (node.Map, node.Squares, node.Factor) = (this, squares, factor);
            return w;
        }

        protected void WriteGain(ReadOnlySpan<float> gain)
        {
            for (var o = 0; o < gain.Length; o++)
                _gain[o] = Options.Magnitude == Magnitude.Exp ? MathF.Log(gain[o]) : gain[o];
            _magnitude.Value.CopyFrom(_gain.AsSpan(0, gain.Length));
        }

        private void ReadGain()
        {
            _magnitude.Value.CopyTo(_gain.AsSpan(0, _magnitude.Shape.Length));
            if (_magnitude.Shape.Length == 1) Array.Fill(_gain, _gain[0]);
            if (Options.Magnitude == Magnitude.Exp)
                for (var o = 0; o < _gain.Length; o++) _gain[o] = MathF.Exp(_gain[o]);
        }

        // One magnitude for the tensor: what was measured per output is summed, and the sum stands for each.
        private void Share(float[] perOutput)
        {
            if (_magnitude.Shape.Length == perOutput.Length) return;
            var sum = 0.0;
            foreach (var value in perOutput) sum += value;
            Array.Fill(perOutput, (float)sum);
        }

        private sealed class Undo : Node
        {
            public Map Map = null!;
            public Tensor Squares = null!;
            public Tensor Factor = null!;

            protected internal override void Backward(Tape tape, Tensor outputGradient)
            {
                var backend = tape.Backend;
                Tensor v = Map._direction.Value, magnitude = Map._magnitude.Value;
                var work = tape.Rent(Squares.Shape);
                backend.ChannelDot(outputGradient, v, work);
                float[] dg = Map._dots, squares = Map._squares, gain = Map._gain;
                work.CopyTo(dg);
                Map.Share(dg);
                Squares.CopyTo(squares);
                Map.ReadGain();

                // dg = ⟨dw,v⟩/‖v‖, ds = g·dg; the factor of v in dv is −g·dg/‖v‖².
                for (var o = 0; o < dg.Length; o++)
                {
                    dg[o] /= MathF.Sqrt(squares[o]);
                    squares[o] = -gain[o] * dg[o] / squares[o];
                    if (Map.Options.Magnitude == Magnitude.Exp) dg[o] *= gain[o];
                }

                var gradient = tape.Rent(magnitude.Shape);
                gradient.CopyFrom(dg.AsSpan(0, magnitude.Shape.Length));
                tape.AddGradient(magnitude, gradient);
                if (tape.BeginGradient(v) is not { } dv) return;
                work.CopyFrom(squares);
                backend.ChannelScaleAdd(outputGradient, Factor, v, work, dv);
                tape.EndGradient(v, dv);
            }
        }
    }

    // w starts as v: the magnitude is the direction's norm.
    private sealed record NormOfInit(Parameter Direction, bool Logarithm) : Init
    {
        internal override void Fill(Backend backend, Tensor tensor, RandomStream stream)
        {
            var squares = backend.Allocate(new Shape(Direction.Shape.Channels));
            backend.ChannelDot(Direction.Value, Direction.Value, squares);
            var norms = squares.ToArray();
            if (tensor.Shape.Length == 1) norms = [(float)norms.Sum(s => (double)s)];
            for (var o = 0; o < norms.Length; o++) norms[o] = Logarithm ? 0.5f * MathF.Log(norms[o]) : MathF.Sqrt(norms[o]);
            tensor.CopyFrom(norms);
        }
    }

    private sealed class DataInitializedMap(WeightNorm options, Shape shape, Init init)
        : Map(options, shape, init), IDataInitialized
    {
        public float InitEpsilon => Options.InitEpsilon;

        public float InitScale => Options.InitScale;

        public void SetUnitMagnitudes()
        {
            var ones = new float[Outputs];
            Array.Fill(ones, 1f);
            WriteGain(ones);
        }

        public void SetMagnitudes(ReadOnlySpan<float> magnitudes) => WriteGain(magnitudes);
    }
}

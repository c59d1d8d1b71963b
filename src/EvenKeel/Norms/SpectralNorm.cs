using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels.Random;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Norms;

/// <summary>
/// Spectral normalization: the weight is divided by its largest singular value, estimated by power iteration.
/// <para>Formula: w = v/σ, σ = leftᵀ·M·right, M = v as [out,n]; per training pass left ← M·right/‖M·right‖, then
/// right ← Mᵀ·left/‖Mᵀ·left‖; dv = (dw − ⟨dw,w⟩·left·rightᵀ)/σ with left and right as constants.</para>
/// <para>Shapes: v [kh,kw,in,out] or [in,out]; left [out]; right [n], n = kh·kw·in, in the weight's own order.</para>
/// <para>State: left and right, started from random numbers and <see cref="Warmup"/> iterations on the first weights,
/// moved by <see cref="Iterations"/> more in each training pass; inference uses them as they are.</para>
/// <para>Deviations: PyTorch's convention: ε = 1e-12 bounds the two norms from below, 15 iterations to start with.</para>
/// <para>Paper: Miyato, Kataoka, Koyama and Yoshida 2018, section 2.1 and algorithm 1, arXiv 1802.05957.</para>
/// </summary>
[NormMethod(
    "sn", "Spectral normalization", "w = v/σ(v), σ the largest singular value",
    "Miyato et al. 2018, section 2.1, arXiv 1802.05957",
    Foldable = true,
    Notes = "Keeps two singular vectors, which each training pass moves by power iteration and the gradient takes as "
        + "constants; inference uses them as they are. Conventions of PyTorch.")]
public sealed record SpectralNorm : Norm
{
    /// <summary>Power iterations in each training pass, 0 or more.</summary>
    [NormOption("iterations", "power iterations in each training pass")]
    public int Iterations { get; init; } = 1;

    /// <summary>Power iterations on the first weights, 1 or more.</summary>
    [NormOption("warmup", "power iterations on the first weights")]
    public int Warmup { get; init; } = 15;

    /// <summary>Least norm that a vector is divided by.</summary>
    [NormOption("epsilon", "least norm that a vector is divided by")]
    public float Epsilon { get; init; } = 1e-12f;

    /// <inheritdoc/>
    public override WeightMap Weight(Shape shape, Init init) => new Map(this, shape, init);

    /// <inheritdoc/>
    public override void Validate()
    {
        if (Iterations < 0) throw new UserException($"sn(iterations={Iterations}): expected 0 or more.");
        if (Warmup < 1) throw new UserException($"sn(warmup={Warmup}): expected 1 or more; the first estimate needs one.");
        if (!(Epsilon > 0)) throw new UserException($"sn(epsilon={Epsilon}): expected a number above 0, such as 1e-12.");
    }

    private void ToUnitLength(Backend backend, Tensor vector)
    {
        var norm = Math.Sqrt(backend.SumOfSquares(vector));
        backend.Scale((float)(1 / Math.Max(norm, Epsilon)), vector, vector);
    }

    // A row vector times the weight as [n,out] gives M·right, times its transpose Mᵀ·left.
    private void ToLeft(Backend backend, Tensor matrix, Tensor right, Tensor left)
    {
        backend.DenseForward(right, matrix, null, 1f, left);
        ToUnitLength(backend, left);
    }

    private void ToRight(Backend backend, Tensor matrix, Tensor left, Tensor right)
    {
        backend.DenseInputGradient(left, matrix, right, accumulate: false);
        ToUnitLength(backend, right);
    }

    private static Shape Row(int length) => new(1, length);

    private sealed class Map : WeightMap
    {
        private readonly SpectralNorm _norm;
        private readonly Parameter _raw;
        private readonly StateBuffer _left;
        private readonly StateBuffer _right;
        private readonly float[] _product;
        private readonly float[] _leftValues;
        private Tensor? _matrix;
        private Tensor? _leftRow;
        private Tensor? _rightRow;

        public Map(SpectralNorm norm, Shape shape, Init init)
        {
            _norm = norm;
            _raw = Parameter("v", shape, ParameterKind.Weight, init);
            _left = Buffer("left", new Shape(shape.Channels), new LeftInit(norm, _raw));
            _right = Buffer("right", new Shape(shape.Rows), new RightInit(norm, _raw, _left));
            _product = new float[shape.Channels];
            _leftValues = new float[shape.Channels];
        }

        public override Parameter Stored => _raw;

        public override bool ScaleInvariant => true;

        public override Tensor Effective(Pass pass)
        {
            var tape = pass.Tape;
            var backend = tape.Backend;
            var v = _raw.Value;
            if (_matrix is null || _matrix.Storage != v.Storage)
            {
                _matrix = v.View(new Shape(v.Shape.Rows, v.Shape.Channels));
                _leftRow = _left.Value.View(Row(_left.Shape.Length));
                _rightRow = _right.Value.View(Row(_right.Shape.Length));
            }

            for (var i = 0; i < _norm.Iterations && pass.Mode == PassMode.Train; i++)
            {
                _norm.ToLeft(backend, _matrix, _rightRow!, _leftRow!);
                _norm.ToRight(backend, _matrix, _leftRow!, _rightRow!);
            }

            // The vectors may move before the backward pass comes: it gets copies.
            Tensor left = tape.Rent(_leftRow!.Shape), right = tape.Rent(_rightRow!.Shape), product = tape.Rent(_leftRow.Shape);
            backend.Copy(_leftRow, left);
            backend.Copy(_rightRow, right);
            backend.DenseForward(right, _matrix, null, 1f, product);
            product.CopyTo(_product);
            left.CopyTo(_leftValues);
            var sigma = 0.0;
            for (var o = 0; o < _product.Length; o++) sigma += (double)_leftValues[o] * _product[o];
            if (sigma == 0)
                throw new UserException($"Layer {Name}: the largest singular value of the weight is 0, so spectral normalization cannot divide by it; start from a random weight.");
            var w = tape.Rent(v.Shape);
            backend.Scale((float)(1 / sigma), v, w);
            if (tape.Record<Undo>(w, v.NeedsGradient) is { } node)
                (node.Map, node.Weight, node.Left, node.Right, node.Sigma) = (this, w, left, right, sigma);
            return w;
        }

        private sealed class Undo : Node
        {
            public Map Map = null!;
            public Tensor Weight = null!;
            public Tensor Left = null!;
            public Tensor Right = null!;
            public double Sigma;

            protected internal override void Backward(Tape tape, Tensor outputGradient)
            {
                var backend = tape.Backend;
                var dots = tape.Rent(Map._left.Shape);
                backend.ChannelDot(outputGradient, Weight, dots);
                dots.CopyTo(Map._product);
                var inner = 0.0;
                foreach (var dot in Map._product) inner += dot;
                backend.Scale((float)(-inner / Sigma), Left, Left);
                var dv = tape.Rent(Map._matrix!.Shape);
                backend.Scale((float)(1 / Sigma), outputGradient, dv);
                backend.DenseWeightGradient(Right, Left, dv, accumulate: true);
                tape.AddGradient(Map._raw.Value, dv);
            }
        }
    }

    private sealed record LeftInit(SpectralNorm Norm, Parameter Raw) : Init
    {
        internal override void Fill(Backend backend, Tensor tensor, RandomStream stream)
        {
            Shape shape = Raw.Shape;
            var matrix = Raw.Value.View(new Shape(shape.Rows, shape.Channels));
            Tensor left = tensor.View(Row(shape.Channels)), right = backend.Allocate(Row(shape.Rows));
            backend.FillGaussian(stream, 0f, 1f, right);
            for (var i = 0; i < Norm.Warmup; i++)
            {
                if (i > 0) Norm.ToRight(backend, matrix, left, right);
                Norm.ToLeft(backend, matrix, right, left);
            }
        }
    }

    private sealed record RightInit(SpectralNorm Norm, Parameter Raw, StateBuffer Left) : Init
    {
        internal override void Fill(Backend backend, Tensor tensor, RandomStream stream)
        {
            Shape shape = Raw.Shape;
            Norm.ToRight(
                backend, Raw.Value.View(new Shape(shape.Rows, shape.Channels)), Left.Value.View(Row(shape.Channels)),
                tensor.View(Row(shape.Rows)));
        }
    }
}

using EvenKeel.Kernels.Pooling;
using EvenKeel.Tensors;

namespace EvenKeel.Autograd;

public static partial class Ops
{
    /// <summary>
    /// Largest value of each window; padding counts as −∞, the output size is rounded down, and among equal maxima
    /// the first in row-major order gets the gradient.
    /// </summary>
    public static Tensor MaxPool2d(this Tape tape, Tensor x, int kernel, int stride, int padding)
    {
        var geometry = Geometry(x.Shape, kernel, stride, padding);
        var y = tape.Rent(new Shape(geometry.Batch, geometry.OutHeight, geometry.OutWidth, geometry.Channels));

        // One byte per output, in whole floats.
        var index = tape.Rent(new Shape((y.Shape.Length + 3) / 4));
        tape.Backend.MaxPoolForward(geometry, x, y, index);
        if (tape.Record<MaxPoolNode>(y, Needs(x)) is { } node) (node.Geometry, node.X, node.Index) = (geometry, x, index);
        return y;
    }

    /// <summary>Mean of each window.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">Input [N,H,W,C].</param>
    /// <param name="kernel">Window size.</param>
    /// <param name="stride">Step between windows.</param>
    /// <param name="padding">Zeros on every side.</param>
    /// <param name="countPadding">True to divide by kernel², false by the real elements in the window.</param>
    public static Tensor AveragePool2d(
        this Tape tape, Tensor x, int kernel, int stride, int padding, bool countPadding)
    {
        var geometry = Geometry(x.Shape, kernel, stride, padding);
        var y = tape.Rent(new Shape(geometry.Batch, geometry.OutHeight, geometry.OutWidth, geometry.Channels));
        tape.Backend.AveragePoolForward(geometry, countPadding, x, y);
        if (tape.Record<AveragePoolNode>(y, Needs(x)) is { } node)
            (node.Geometry, node.X, node.CountPadding) = (geometry, x, countPadding);
        return y;
    }

    /// <summary>Mean over all pixels: [N,H,W,C] to [N,C].</summary>
    public static Tensor GlobalAveragePool(this Tape tape, Tensor x)
    {
        if (x.Shape.Rank != 4) throw new ArgumentException($"Global average pooling takes [N,H,W,C], not {x.Shape}.");
        var y = tape.Rent(new Shape(x.Shape[0], x.Shape[3]));
        tape.Backend.GlobalAverageForward(x, y);
        if (tape.Record<GlobalAverageNode>(y, Needs(x)) is { } node) node.X = x;
        return y;
    }

    internal static PoolGeometry Geometry(Shape x, int kernel, int stride, int padding) => x.Rank == 4
        ? new PoolGeometry(x[0], x[1], x[2], x[3], kernel, stride, padding)
        : throw new ArgumentException($"Pooling takes [N,H,W,C], not {x}.");

    private sealed class MaxPoolNode : Node
    {
        public PoolGeometry Geometry;
        public Tensor X = null!;
        public Tensor Index = null!;

        internal override bool ReadsOutput => false;

        protected internal override void Backward(Tape tape, Tensor outputGradient)
        {
            if (tape.BeginGradient(X) is { } dx)
            {
                // What is gathered must be the whole gradient.
                var alone = ReferenceEquals(dx, X.GradientBuffer);
                var sums = alone && tape.Backend.MaxPoolGates(Geometry) ? tape.SumsOf(X) : null;
                tape.Backend.MaxPoolBackward(Geometry, outputGradient, Index, dx, sums);
                tape.EndGradient(X, dx);
            }

            tape.Return(Index);
        }
    }

    private sealed class AveragePoolNode : Node
    {
        public PoolGeometry Geometry;
        public Tensor X = null!;
        public bool CountPadding;

        protected internal override void Backward(Tape tape, Tensor outputGradient)
        {
            if (tape.BeginGradient(X) is not { } dx) return;
            tape.Backend.AveragePoolBackward(Geometry, CountPadding, outputGradient, dx);
            tape.EndGradient(X, dx);
        }
    }

    private sealed class GlobalAverageNode : Node
    {
        public Tensor X = null!;

        protected internal override void Backward(Tape tape, Tensor outputGradient)
        {
            if (tape.BeginGradient(X) is not { } dx) return;
            tape.Backend.GlobalAverageBackward(outputGradient, dx);
            tape.EndGradient(X, dx);
        }
    }
}

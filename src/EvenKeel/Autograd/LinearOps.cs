using EvenKeel.Kernels.Convolution;
using EvenKeel.Tensors;

namespace EvenKeel.Autograd;

/// <summary>Differentiable primitives. Each runs a kernel and, on a recording tape, notes how to undo it.</summary>
public static partial class Ops
{
    /// <summary>
    /// Cross-correlation (the kernel is not flipped) with zero padding, plus bias and activation in the same pass.
    /// </summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">Input [N,H,W,C].</param>
    /// <param name="weight">Weight [kh,kw,C,out].</param>
    /// <param name="bias">Bias [out], or null.</param>
    /// <param name="stride">Step between windows, both ways.</param>
    /// <param name="padding">Zeros on every side.</param>
    /// <param name="activation">Applied to the sum.</param>
    /// <returns>[N, ⌊(H+2·padding−kh)/stride⌋+1, ⌊(W+2·padding−kw)/stride⌋+1, out].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    public static Tensor Conv2d(
        this Tape tape, Tensor x, Tensor weight, Tensor? bias, int stride, int padding, Activation activation)
    {
        var geometry = Geometry(x.Shape, weight.Shape, stride, padding);
        var y = tape.Rent(new Shape(geometry.Batch, geometry.OutHeight, geometry.OutWidth, geometry.OutChannels));
        if (tape.MeasuresOutput && tape.Backend.ConvMeasures(geometry))
        {
            var channels = new Shape(geometry.OutChannels);
            y.Moments = new(tape.Rent(channels), tape.Rent(channels));
        }

        tape.Backend.ConvForward(geometry, x, weight, bias, activation.Slope, y, y.Moments);
        if (tape.Record<ConvNode>(y, Needs(x, weight, bias)) is { } node)
            (node.Geometry, node.X, node.Weight, node.Bias, node.Activation) = (geometry, x, weight, bias, activation);
        return y;
    }

    /// <summary>
    /// y = f(x·W + b). An input of four dimensions is read as rows of H·W·C values.
    /// </summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">Input [N,in] or [N,H,W,C] with H·W·C = in.</param>
    /// <param name="weight">Weight [in,out].</param>
    /// <param name="bias">Bias [out], or null.</param>
    /// <param name="activation">Applied to the sum.</param>
    /// <returns>[N,out].</returns>
    /// <exception cref="ArgumentException">The shapes do not fit together.</exception>
    public static Tensor Dense(this Tape tape, Tensor x, Tensor weight, Tensor? bias, Activation activation)
    {
        if (weight.Shape.Rank != 2 || x.Shape.Length != x.Shape[0] * weight.Shape[0])
            throw new ArgumentException($"A dense layer with weight {weight.Shape} cannot take an input of shape {x.Shape}.");
        var y = tape.Rent(new Shape(x.Shape[0], weight.Shape[1]));
        tape.Backend.DenseForward(x, weight, bias, activation.Slope, y);
        if (tape.Record<DenseNode>(y, Needs(x, weight, bias)) is { } node)
            (node.X, node.Weight, node.Bias, node.Activation) = (x, weight, bias, activation);
        return y;
    }

    internal static ConvGeometry Geometry(Shape x, Shape weight, int stride, int padding)
    {
        if (x.Rank != 4 || weight.Rank != 4 || x[3] != weight[2])
            throw new ArgumentException($"A convolution with weight {weight} cannot take an input of shape {x}.");
        return new ConvGeometry(x[0], x[1], x[2], x[3], weight[3], weight[0], weight[1], stride, padding);
    }

    internal static bool Needs(Tensor? a, Tensor? b = null, Tensor? c = null) =>
        a is { NeedsGradient: true } || b is { NeedsGradient: true } || c is { NeedsGradient: true };

    private sealed class ConvNode : Node
    {
        public ConvGeometry Geometry;
        public Tensor X = null!;
        public Tensor Weight = null!;
        public Tensor? Bias;
        public Activation Activation;

        internal override bool ReadsOutput => !Activation.IsIdentity;

        protected internal override void Backward(Tape tape, Tensor outputGradient)
        {
            var backend = tape.Backend;
            UndoBias(tape, Bias, Activation, Output, outputGradient);
            if (tape.Gradient(Weight, out var accumulate) is { } dw)
                backend.ConvWeightGradient(Geometry, X, outputGradient, dw, accumulate);
            if (tape.GradientOverValue(X, out accumulate) is not { } dx) return;
            var sums = backend.ConvGates(Geometry) ? tape.SumsOf(X) : null;
            backend.ConvInputGradient(Geometry, outputGradient, Weight, dx, accumulate, sums);
        }
    }

    private sealed class DenseNode : Node
    {
        public Tensor X = null!;
        public Tensor Weight = null!;
        public Tensor? Bias;
        public Activation Activation;

        internal override bool ReadsOutput => !Activation.IsIdentity;

        protected internal override void Backward(Tape tape, Tensor outputGradient)
        {
            var backend = tape.Backend;
            UndoBias(tape, Bias, Activation, Output, outputGradient);
            if (tape.Gradient(Weight, out var accumulate) is { } dw)
                backend.DenseWeightGradient(X, outputGradient, dw, accumulate);
            if (tape.GradientOverValue(X, out accumulate) is { } dx)
                backend.DenseInputGradient(outputGradient, Weight, dx, accumulate);
        }
    }

    // f keeps the sign of its argument (slope > 0) or maps the rest to 0 (slope 0), so the output tells the branch.
    private static void UndoBias(Tape tape, Tensor? bias, Activation activation, Tensor output, Tensor gradient)
    {
        var db = tape.Gradient(bias, out var accumulate);
        if (!activation.IsIdentity && db is not null)
            tape.Backend.LeakyReluBackwardSum(activation.Slope, output, gradient, db, accumulate);
        else if (!activation.IsIdentity)
            tape.Backend.LeakyReluBackward(activation.Slope, output, gradient, gradient, accumulate: false);
        else if (db is not null)
            tape.Backend.ChannelSum(gradient, db, accumulate);
    }
}

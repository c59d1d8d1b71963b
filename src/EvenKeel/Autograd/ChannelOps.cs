using System.Buffers;
using EvenKeel.Tensors;

namespace EvenKeel.Autograd;

public static partial class Ops
{
    /// <summary>y = factor·x, one factor for all.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">Any shape.</param>
    /// <param name="factor">The factor.</param>
    public static Tensor Scale(this Tape tape, Tensor x, float factor)
    {
        var y = tape.Rent(x.Shape);
        tape.Backend.Scale(factor, x, y);
        if (tape.Record<ScaleNode>(y, Needs(x)) is { } node) (node.X, node.Factor) = (x, factor);
        return y;
    }

    /// <summary>y = a·b, element by element, same shapes.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor Multiply(this Tape tape, Tensor a, Tensor b)
    {
        if (a.Shape != b.Shape) throw new ArgumentException($"Cannot multiply shapes {a.Shape} and {b.Shape}: expected the same.");
        var y = tape.Rent(a.Shape);
        tape.Backend.Multiply(a, b, y);
        if (tape.Record<MultiplyNode>(y, Needs(a, b)) is { } node) (node.A, node.B) = (a, b);
        return y;
    }

    /// <summary>y = 1/√(x + ε), element by element: for a few numbers per channel, not for activations.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">Any shape, x + ε greater than 0.</param>
    /// <param name="epsilon">ε.</param>
    public static Tensor InverseRoot(this Tape tape, Tensor x, float epsilon)
    {
        var y = tape.Rent(x.Shape);
        var shared = ArrayPool<float>.Shared.Rent(x.Shape.Length);
        var values = shared.AsSpan(0, x.Shape.Length);
        x.CopyTo(values);
        foreach (ref var value in values) value = (float)(1.0 / Math.Sqrt((double)value + epsilon));
        y.CopyFrom(values);
        ArrayPool<float>.Shared.Return(shared);
        if (tape.Record<InverseRootNode>(y, Needs(x)) is { } node) node.X = x;
        return y;
    }

    /// <summary>The mean of each channel over all rows (samples and pixels): [...,C] to [C].</summary>
    public static Tensor ChannelMean(this Tape tape, Tensor x)
    {
        var y = tape.Rent(new Shape(x.Shape.Channels));
        tape.Backend.Mean(x, y);
        if (tape.Record<ChannelMeanNode>(y, Needs(x)) is { } node) node.X = x;
        return y;
    }

    /// <summary>y = x·factor[c], one factor per channel.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[...,C].</param>
    /// <param name="factor">[C].</param>
    /// <exception cref="ArgumentException">Not one factor per channel.</exception>
    public static Tensor ChannelScale(this Tape tape, Tensor x, Tensor factor)
    {
        CheckChannels(x, factor);
        var y = tape.Rent(x.Shape);
        tape.Backend.ChannelScale(x, factor, y);
        if (tape.Record<ChannelScaleNode>(y, Needs(x, factor)) is { } node) (node.X, node.Factor) = (x, factor);
        return y;
    }

    /// <summary>y = x + shift[c], one shift per channel.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[...,C].</param>
    /// <param name="shift">[C].</param>
    /// <exception cref="ArgumentException">Not one shift per channel.</exception>
    public static Tensor ChannelAdd(this Tape tape, Tensor x, Tensor shift)
    {
        CheckChannels(x, shift);
        var y = tape.Rent(x.Shape);
        tape.Backend.AddBias(x, shift, y);
        if (tape.Record<ChannelAddNode>(y, Needs(x, shift)) is { } node) (node.X, node.Shift) = (x, shift);
        return y;
    }

    private static void CheckChannels(Tensor x, Tensor perChannel)
    {
        if (perChannel.Shape.Length != x.Shape.Channels)
            throw new ArgumentException($"An input of shape {x.Shape} has {x.Shape.Channels} channels: expected as many numbers, not {perChannel.Shape}.");
    }

    private sealed class ScaleNode : Node
    {
        public Tensor X = null!;
        public float Factor;

        protected internal override void Backward(Tape tape, Tensor outputGradient)
        {
            if (tape.BeginGradient(X) is not { } dx) return;
            tape.Backend.Scale(Factor, outputGradient, dx);
            tape.EndGradient(X, dx);
        }
    }

    private sealed class MultiplyNode : Node
    {
        public Tensor A = null!;
        public Tensor B = null!;

        protected internal override void Backward(Tape tape, Tensor outputGradient)
        {
            AddProduct(tape, A, B, outputGradient);
            AddProduct(tape, B, A, outputGradient);
        }

        private static void AddProduct(Tape tape, Tensor input, Tensor other, Tensor outputGradient)
        {
            if (tape.BeginGradient(input) is not { } dx) return;
            tape.Backend.Multiply(other, outputGradient, dx);
            tape.EndGradient(input, dx);
        }
    }

    // dx = −½·y³·dy.
    private sealed class InverseRootNode : Node
    {
        public Tensor X = null!;

        protected internal override void Backward(Tape tape, Tensor outputGradient)
        {
            if (tape.BeginGradient(X) is not { } dx) return;
            tape.Backend.Multiply(Output, Output, dx);
            tape.Backend.Multiply(dx, Output, dx);
            tape.Backend.Multiply(dx, outputGradient, dx);
            tape.Backend.Scale(-0.5f, dx, dx);
            tape.EndGradient(X, dx);
        }
    }

    private sealed class ChannelMeanNode : Node
    {
        public Tensor X = null!;

        protected internal override void Backward(Tape tape, Tensor outputGradient)
        {
            if (tape.Gradient(X, out var accumulate) is not { } dx) return;
            if (!accumulate) tape.Backend.Fill(0f, dx);
            tape.Backend.Scale(1f / X.Shape.Rows, outputGradient, outputGradient);
            tape.Backend.AddBias(dx, outputGradient, dx);
        }
    }

    private sealed class ChannelScaleNode : Node
    {
        public Tensor X = null!;
        public Tensor Factor = null!;

        protected internal override void Backward(Tape tape, Tensor outputGradient)
        {
            if (tape.BeginGradient(Factor) is { } df)
            {
                tape.Backend.ChannelDot(X, outputGradient, df);
                tape.EndGradient(Factor, df);
            }

            if (tape.BeginGradient(X) is not { } dx) return;
            tape.Backend.ChannelScale(outputGradient, Factor, dx);
            tape.EndGradient(X, dx);
        }
    }

    private sealed class ChannelAddNode : Node
    {
        public Tensor X = null!;
        public Tensor Shift = null!;

        protected internal override void Backward(Tape tape, Tensor outputGradient)
        {
            if (tape.Gradient(Shift, out var accumulate) is { } ds) tape.Backend.ChannelSum(outputGradient, ds, accumulate);
            tape.AddGradient(X, outputGradient);
        }
    }
}

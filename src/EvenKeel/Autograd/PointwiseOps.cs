using EvenKeel.Kernels.Random;
using EvenKeel.Tensors;

namespace EvenKeel.Autograd;

public static partial class Ops
{
    /// <summary>y = f(x), element by element.</summary>
    public static Tensor Activate(this Tape tape, Tensor x, Activation activation)
    {
        if (activation.IsIdentity) return x;
        var y = tape.Rent(x.Shape);
        tape.Backend.LeakyRelu(activation.Slope, x, y);
        if (tape.Record<ActivateNode>(y, Needs(x)) is { } node) (node.X, node.Activation) = (x, activation);
        return y;
    }

    /// <summary>y = a + b, same shapes.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor Add(this Tape tape, Tensor a, Tensor b) => tape.Add(a, b, Activation.Identity);

    /// <summary>y = f(a + b), same shapes.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static Tensor Add(this Tape tape, Tensor a, Tensor b, Activation activation)
    {
        if (a.Shape != b.Shape) throw new ArgumentException($"Cannot add shapes {a.Shape} and {b.Shape}: expected the same.");
        var y = ReferenceEquals(a, b) ? tape.Rent(a.Shape) : tape.RentOver(a);
        tape.Backend.AddLeakyRelu(activation.Slope, a, b, y);
        if (tape.Record<AddNode>(y, Needs(a, b)) is { } node) (node.A, node.B, node.Activation) = (a, b, activation);
        return y;
    }

    /// <summary>The same elements as rows: [N,H,W,C] to [N,H·W·C].</summary>
    public static Tensor Flatten(this Tape tape, Tensor x) =>
        x.Shape.Rank == 2 ? x : tape.Reshape(x, new Shape(x.Shape[0], x.Shape.Length / x.Shape[0]));

    /// <summary>The same elements in the same order under another shape, in the same memory.</summary>
    /// <exception cref="ArgumentException">The shapes have different numbers of elements.</exception>
    public static Tensor Reshape(this Tape tape, Tensor x, Shape shape)
    {
        if (x.Shape.Length != shape.Length) throw new ArgumentException($"Cannot reshape {x.Shape} to {shape}: expected as many elements.");
        x.Settle();
        var y = tape.Backend.Share(x);
        y.Shape = shape;
        if (tape.Record<PassThroughNode>(y, Needs(x)) is { } node) node.X = x;
        return y;
    }

    /// <summary>y = x + deviation·z, z standard normal; the gradient passes unchanged.</summary>
    public static Tensor AddGaussian(this Tape tape, Tensor x, float deviation, RandomStream stream)
    {
        var y = tape.Rent(x.Shape);
        tape.Backend.AddGaussian(stream, deviation, x, y);
        if (tape.Record<PassThroughNode>(y, Needs(x)) is { } node) node.X = x;
        return y;
    }

    /// <summary>y = x + u, u uniform in [−halfWidth, halfWidth); the gradient passes unchanged.</summary>
    public static Tensor AddUniform(this Tape tape, Tensor x, float halfWidth, RandomStream stream)
    {
        var y = tape.Rent(x.Shape);
        tape.Backend.AddUniform(stream, halfWidth, x, y);
        if (tape.Record<PassThroughNode>(y, Needs(x)) is { } node) node.X = x;
        return y;
    }

    /// <summary>y = x/(1−rate) with probability 1−rate, else 0. The mask is drawn again in the backward pass, not stored.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not in [0,1).</exception>
    public static Tensor Dropout(this Tape tape, Tensor x, float rate, RandomStream stream)
    {
        if (rate is < 0 or >= 1 || float.IsNaN(rate))
            throw new ArgumentOutOfRangeException(nameof(rate), $"A dropout rate of {rate}: expected 0 to below 1.");
        var y = tape.RentOver(x);
        tape.Backend.Dropout(stream, rate, x, y);
        if (tape.Record<DropoutNode>(y, Needs(x)) is { } node) (node.X, node.Rate, node.Stream) = (x, rate, stream);
        return y;
    }

    private sealed class ActivateNode : Node
    {
        public Tensor X = null!;
        public Activation Activation;

        protected internal override void Backward(Tape tape, Tensor outputGradient)
        {
            if (tape.GradientOver(X, outputGradient, out var accumulate) is { } dx)
                tape.Backend.LeakyReluBackward(Activation.Slope, Output, outputGradient, dx, accumulate);
        }
    }

    private sealed class AddNode : Node
    {
        public Tensor A = null!;
        public Tensor B = null!;
        public Activation Activation;

        internal override bool ReadsOutput => !Activation.IsIdentity;

        protected internal override void Backward(Tape tape, Tensor outputGradient)
        {
            // A gets the memory of what came, B its own; where A has a gradient already, both are added to.
            var slope = Activation.Slope;
            var db = tape.Gradient(B, out var addB);
            var da = tape.GradientOver(A, outputGradient, out var addA);
            if (da is not null && db is not null && !addA)
            {
                tape.Backend.LeakyReluBackwardBoth(slope, Output, outputGradient, da, db, addB);
                return;
            }

            if (db is not null) tape.Backend.LeakyReluBackward(slope, Output, outputGradient, db, addB);
            if (da is not null) tape.Backend.LeakyReluBackward(slope, Output, outputGradient, da, addA);
        }
    }

    // For every operation whose Jacobian is the identity, whatever it does to the shape or the value.
    // The output may lie in the input's memory, which what made the input may still read: it counts as read.
    private sealed class PassThroughNode : Node
    {
        public Tensor X = null!;

        protected internal override void Backward(Tape tape, Tensor outputGradient) =>
            tape.AddGradient(X, outputGradient);
    }

    private sealed class DropoutNode : Node
    {
        public Tensor X = null!;
        public float Rate;
        public RandomStream Stream;

        protected internal override void Backward(Tape tape, Tensor outputGradient)
        {
            if (!X.NeedsGradient) return;
            tape.Backend.Dropout(Stream, Rate, outputGradient, outputGradient);
            tape.AddGradient(X, outputGradient);
        }
    }
}

using EvenKeel.Tensors;

namespace EvenKeel.Autograd;

/// <summary>
/// One recorded operation. Nodes are reused from step to step, so recording allocates nothing: an operation takes a
/// node from the tape, fills its fields and later gets <see cref="Backward"/> called once.
/// </summary>
public abstract class Node
{
    /// <summary>The value this operation made.</summary>
    public Tensor Output { get; internal set; } = null!;

    /// <summary>False if the backward pass has no use for the value of <see cref="Output"/>.</summary>
    internal virtual bool ReadsOutput => true;

    /// <summary>True if an operation that writes the last share of the gradient of <see cref="Output"/> may gather what the
    /// backward pass would gather first.</summary>
    internal virtual bool TakesSums => false;

    /// <summary>What that is. Once asked for, it must be gathered.</summary>
    internal virtual GradientSums Sums(Tape tape) => throw new NotSupportedException();

    /// <summary>Adds this operation's share to the gradients of its inputs.</summary>
    /// <param name="tape">Gives gradient buffers and the backend.</param>
    /// <param name="outputGradient">Gradient of the loss by <see cref="Output"/>. It belongs to this node alone and
    /// may be overwritten.</param>
    protected internal abstract void Backward(Tape tape, Tensor outputGradient);
}

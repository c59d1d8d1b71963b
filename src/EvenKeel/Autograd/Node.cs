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

    /// <summary>What the backward pass would gather first from the gradient of <see cref="Output"/>, for an operation that
    /// writes the gradient's last share; null for nothing. Once asked for, it must be gathered.</summary>
    internal virtual GradientSums? Sums(Tape tape) => null;

    /// <summary>Adds this operation's share to the gradients of its inputs.</summary>
    /// <param name="tape">Gives gradient buffers and the backend.</param>
    /// <param name="outputGradient">Gradient of the loss by <see cref="Output"/>. It belongs to this node alone and
    /// may be overwritten.</param>
    protected internal abstract void Backward(Tape tape, Tensor outputGradient);
}

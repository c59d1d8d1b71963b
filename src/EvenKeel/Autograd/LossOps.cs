using EvenKeel.Tensors;

namespace EvenKeel.Autograd;

/// <summary>A loss over a batch and what came with it.</summary>
/// <param name="Value">The mean loss as a tensor [1], to start the backward pass from.</param>
/// <param name="Probabilities">Softmax of the logits [N,K].</param>
/// <param name="Mean">The mean loss.</param>
/// <param name="Errors">Rows whose largest logit is not the label's.</param>
public readonly record struct BatchLoss(Tensor Value, Tensor Probabilities, double Mean, int Errors);

public static partial class Ops
{
    /// <summary>
    /// Mean over the batch of −Σ q·log softmax(x), target q = (1−α)·onehot + α/K, computed from logits with the
    /// largest subtracted.
    /// </summary>
    /// <param name="tape">The tape.</param>
    /// <param name="logits">Logits [N,K].</param>
    /// <param name="labels">Classes 0 to K−1; must stay unchanged until the backward pass.</param>
    /// <param name="smoothing">Label smoothing α, 0 to 1.</param>
    /// <exception cref="ArgumentException">Not one label per row, or a label out of range.</exception>
    public static BatchLoss SoftmaxCrossEntropy(this Tape tape, Tensor logits, int[] labels, float smoothing = 0f)
    {
        if (logits.Shape.Rank != 2 || labels.Length != logits.Shape[0])
            throw new ArgumentException($"Cross entropy of logits {logits.Shape} needs {logits.Shape[0]} labels, not {labels.Length}.");
        var probabilities = tape.Rent(logits.Shape);
        var (mean, errors) = tape.Backend.CrossEntropy(logits, labels, smoothing, probabilities);
        var value = tape.Rent(new Shape(1));
        value.CopyFrom([(float)mean]);
        if (tape.Record<CrossEntropyNode>(value, Needs(logits)) is { } node)
            (node.Logits, node.Probabilities, node.Labels, node.Smoothing) = (logits, probabilities, labels, smoothing);
        return new BatchLoss(value, probabilities, mean, errors);
    }

    private sealed class CrossEntropyNode : Node
    {
        private readonly float[] _upstream = new float[1];

        public Tensor Logits = null!;
        public Tensor Probabilities = null!;
        public int[] Labels = null!;
        public float Smoothing;

        protected internal override void Backward(Tape tape, Tensor outputGradient)
        {
            if (tape.BeginGradient(Logits) is not { } dx) return;
            outputGradient.CopyTo(_upstream);
            tape.Backend.CrossEntropyBackward(Probabilities, Labels, Smoothing, _upstream[0], dx);
            tape.EndGradient(Logits, dx);
        }
    }
}

using EvenKeel.Autograd;
using EvenKeel.Data;
using EvenKeel.Modules;

namespace EvenKeel.Training;

/// <summary>Loss and error over a set, with running statistics and without noise.</summary>
/// <param name="Loss">Mean cross entropy.</param>
/// <param name="Error">Share of images whose largest output is not the label's.</param>
public readonly record struct Evaluation(double Loss, double Error);

/// <summary>Evaluates a network on a set.</summary>
public sealed class Evaluator
{
    private readonly Batcher _batches;
    private readonly PreparedSet _set;
    private readonly float[] _images;
    private readonly Dictionary<int, int[]> _labels = [];

    /// <summary>Prepares to evaluate on a set.</summary>
    /// <param name="set">The images.</param>
    /// <param name="batch">Images per forward pass; it does not change the result.</param>
    public Evaluator(PreparedSet set, int batch)
    {
        _set = set;
        _batches = new Batcher(set, Math.Min(batch, set.Count), seed: 0, dropLast: false, shuffle: false);
        _images = new float[_batches.Batch * set.Size];
    }

    /// <summary>Runs the whole set through the network.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing was changed.</exception>
    public Evaluation Evaluate(Network network, CancellationToken cancel = default)
    {
        double loss = 0;
        var errors = 0;
        var pass = new Pass(network.Tape, PassMode.Evaluate);
        for (var step = 0; step < _batches.StepsPerEpoch; step++)
        {
            cancel.ThrowIfCancellationRequested();
            var count = _batches.Count(step);
            if (!_labels.TryGetValue(count, out var labels)) _labels[count] = labels = new int[count];
            _batches.Fill(0, step, _images, labels);
            network.Tape.Begin(recording: false);
            var x = network.RentInput(_images.AsSpan(0, count * _set.Size));
            var result = network.Tape.SoftmaxCrossEntropy(network.Forward(pass, x), labels);
            loss += result.Mean * count;
            errors += result.Errors;
        }

        return new Evaluation(loss / _set.Count, (double)errors / _set.Count);
    }
}

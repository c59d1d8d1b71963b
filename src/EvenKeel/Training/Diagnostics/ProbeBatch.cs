using EvenKeel.Autograd;
using EvenKeel.Data;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Training.Diagnostics;

/// <summary>A fixed batch that passes through a network and leaves no trace: whatever a pass moves in the network's
/// buffers is put back.</summary>
internal sealed class ProbeBatch
{
    // A step that no run reaches, so that noise and dropout are drawn from a stream of the probe's own, and the same at
    // every moment.
    private const uint OwnStep = uint.MaxValue;

    private readonly Network _network;
    private readonly float[] _images;
    private readonly int[] _labels;
    private readonly float _smoothing;
    private readonly ulong _seed;
    private readonly float[][] _kept;

    /// <summary>Keeps the images; allocates what the network's buffers need.</summary>
    public ProbeBatch(Network network, float[] images, int[] labels, float smoothing = 0f, ulong seed = 0)
    {
        if (labels.Length == 0 || images.Length != labels.Length * (network.Input.Length / network.Input[0]))
            throw new ArgumentException($"{labels.Length} labels do not fit {images.Length} numbers of images [H,W,C] of {network.Input.Length / network.Input[0]}.");
        (_network, _images, _labels, _smoothing, _seed) = (network, images, labels, smoothing, seed);
        _kept = [.. network.Buffers.Select(b => new float[b.Shape.Length])];
    }

    /// <summary>The first images of a set in its own order, as they are without augmentation.</summary>
    public static ProbeBatch First(Network network, PreparedSet set, int count, float smoothing, ulong seed)
    {
        count = Math.Min(count, set.Count);
        var images = new float[count * set.Size];
        for (var i = 0; i < count; i++) set.Image(i, images.AsSpan(i * set.Size, set.Size));
        return new ProbeBatch(network, images, [.. set.Labels.Take(count).Select(l => (int)l)], smoothing, seed);
    }

    /// <summary>Remembers the network's buffers.</summary>
    public void Keep()
    {
        for (var i = 0; i < _kept.Length; i++) _network.Buffers[i].Value.CopyTo(_kept[i]);
    }

    /// <summary>Puts the remembered buffers back.</summary>
    public void Restore()
    {
        for (var i = 0; i < _kept.Length; i++) _network.Buffers[i].Value.CopyFrom(_kept[i]);
    }

    /// <summary>The loss of the batch; buffers may move.</summary>
    /// <param name="mode">What the pass does as.</param>
    /// <param name="gradients">True to fill the gradients of the parameters too.</param>
    /// <param name="input">Called with each module of a sequence and its input; may be null.</param>
    /// <param name="output">Called with each module of a sequence and its output; may be null.</param>
    public double Loss(
        PassMode mode, bool gradients, Action<Module, Tensor>? input = null, Action<Module, Tensor>? output = null)
    {
        var tape = _network.Tape;
        tape.Begin(recording: gradients);
        if (gradients) _network.ClearGradients();
        var x = _network.RentInput(_images);
        var pass = new Pass(tape, mode, _seed, OwnStep) { WatchInput = input, Watch = output };
        var loss = tape.SoftmaxCrossEntropy(_network.Forward(pass, x), _labels, _smoothing);
        if (gradients) tape.Backward(loss.Value);
        return loss.Mean;
    }
}

using System.Runtime.InteropServices;
using EvenKeel.Backends;
using EvenKeel.Tensors;

namespace EvenKeel.Autograd;

/// <summary>
/// The record of one forward pass, replayed in reverse for the gradients. A tape is made once and reused for every
/// step: <see cref="Begin"/>, operations, <see cref="Backward(Tensor)"/>.
/// </summary>
/// <param name="backend">Where the operations run.</param>
public sealed class Tape(Backend backend)
{
    private readonly List<Node> _nodes = [];
    private readonly Dictionary<Type, Pool> _pools = [];

    // The gradient that the node at work has got, until that node passes its memory on.
    private Tensor? _upstream;

    // The place of that node.
    private int _undoing;

    /// <summary>Where the operations run.</summary>
    public Backend Backend { get; } = backend;

    /// <summary>True if operations are recorded, false for inference.</summary>
    public bool Recording { get; private set; }

    /// <summary>Operations recorded so far in this step.</summary>
    internal int Count => _nodes.Count;

    /// <summary>Called with the place of each recorded operation right before its backward pass; null, the default,
    /// costs nothing.</summary>
    internal Action<int>? Undoing { get; set; }

    /// <summary>Starts a step: everything made in the step before is taken back.</summary>
    /// <param name="recording">True to record for a backward pass.</param>
    public void Begin(bool recording)
    {
        _nodes.Clear();
        foreach (var pool in _pools.Values) pool.Used = 0;
        Backend.ResetStep();
        Recording = recording;
    }

    /// <summary>A value of this step, contents undefined; its gradient will be needed if the tape records.</summary>
    public Tensor Rent(Shape shape) => Backend.Rent(shape);

    /// <summary>A value that a module reads last, set by who knows: an operation may write its own over it.</summary>
    internal Tensor? Spare { get; set; }

    /// <summary>True if the next module's output will be measured by channel, set by who knows: an operation that can do so
    /// on the way leaves <see cref="Tensor.Moments"/>.</summary>
    internal bool MeasuresOutput { get; set; }

    /// <summary>True if the next module's output is better computed by what reads it, set by who knows.</summary>
    internal bool DefersOutput { get; set; }

    /// <summary>A value for an operation's output with as many elements as its input, contents undefined; over the input
    /// itself if nothing reads that again, neither a module nor the backward pass of what made it.</summary>
    /// <remarks>Memory that was just read need not be fetched to be written.</remarks>
    internal Tensor RentOver(Tensor x)
    {
        var spare = Recording && ReferenceEquals(x, Spare) && _nodes.Count > 0
            && _nodes[^1] is { ReadsOutput: false } maker && ReferenceEquals(maker.Output, x);
        return spare ? Backend.Share(x) : Backend.Rent(x.Shape);
    }

    /// <summary>Mean and biased variance of each channel of each segment: what was measured when the value was made, or by
    /// a pass over it.</summary>
    internal ChannelMoments Moments(Tensor x, int segments)
    {
        if (segments == 1 && x.Moments is { } known) return known;
        var shape = new Shape(segments, x.Shape.Channels);
        var moments = new ChannelMoments(Rent(shape), Rent(shape));
        Backend.MeanVariance(x, moments.Mean, moments.Variance);
        return moments;
    }

    /// <summary>The mean of each channel alone.</summary>
    internal Tensor Mean(Tensor x)
    {
        if (x.Moments is { } known) return known.Mean;
        var mean = Rent(new Shape(x.Shape.Channels));
        Backend.Mean(x, mean);
        return mean;
    }

    /// <summary>Gives a value of this step back early; for what a node saved beside its output.</summary>
    public void Return(Tensor tensor) => Backend.Return(tensor);

    /// <summary>Records an operation if a backward pass may come: returns a node of the type to fill, or null in
    /// inference and where no input needs a gradient.</summary>
    /// <typeparam name="T">The operation's node.</typeparam>
    /// <param name="output">The value the operation made.</param>
    /// <param name="inputNeedsGradient">True if any input needs a gradient.</param>
    public T? Record<T>(Tensor output, bool inputNeedsGradient) where T : Node, new()
    {
        if (!Recording || !inputNeedsGradient) return null;
        if (!_pools.TryGetValue(typeof(T), out var pool)) _pools.Add(typeof(T), pool = new Pool());
        if (pool.Used == pool.Nodes.Count) pool.Nodes.Add(new T());
        var node = (T)pool.Nodes[pool.Used++];
        node.Output = output;
        output.NeedsGradient = true;
        _nodes.Add(node);
        return node;
    }

    /// <summary>
    /// The buffer to write an input's gradient into, or null if the input needs none.
    /// </summary>
    /// <param name="input">The input.</param>
    /// <param name="accumulate">True if something is there already and must be added to; false if the buffer's
    /// contents are undefined and must be overwritten.</param>
    public Tensor? Gradient(Tensor? input, out bool accumulate)
    {
        accumulate = false;
        if (input is not { NeedsGradient: true }) return null;
        accumulate = input.HasGradient;
        input.GradientBuffer ??= Backend.Rent(input.Shape);
        input.HasGradient = true;
        return input.GradientBuffer;
    }

    /// <summary>
    /// For operations that may write over the gradient they got: the buffer to write an input's gradient into, which is
    /// <paramref name="outputGradient"/> itself where the input has none yet; null if it needs none.
    /// </summary>
    /// <param name="input">The input, of as many elements as the output.</param>
    /// <param name="outputGradient">What the node got. It must read it no more once it has written.</param>
    /// <param name="accumulate">As in <see cref="Gradient"/>.</param>
    internal Tensor? GradientOver(Tensor? input, Tensor outputGradient, out bool accumulate)
    {
        if (!ReferenceEquals(outputGradient, _upstream) || outputGradient.IsShared || input is not { NeedsGradient: true, GradientBuffer: null }
            || input.Shape.Length != outputGradient.Shape.Length)
            return Gradient(input, out accumulate);
        accumulate = false;
        _upstream = null;
        outputGradient.Shape = input.Shape;
        input.GradientBuffer = outputGradient;
        input.HasGradient = true;
        return outputGradient;
    }

    /// <summary>
    /// For operations that need the value of an input no more once they write its gradient: the buffer to write it into,
    /// which is the input's own memory if what made the input is undone next and has no use for the value either; null if
    /// the input needs none.
    /// </summary>
    /// <param name="input">The input.</param>
    /// <param name="accumulate">As in <see cref="Gradient"/>.</param>
    internal Tensor? GradientOverValue(Tensor? input, out bool accumulate)
    {
        var over = input is { NeedsGradient: true, GradientBuffer: null, IsShared: false } && _undoing > 0
            && _nodes[_undoing - 1] is { ReadsOutput: false } maker && ReferenceEquals(maker.Output, input);
        if (over) input!.GradientBuffer = Backend.Inherit(input);
        return Gradient(input, out accumulate);
    }

    /// <summary>For operations that can gather sums of an input's gradient while they write it: what the operation that made
    /// the input asks for; null if it is not undone next, so that others may still add to the gradient, or asks for nothing.
    /// Once asked for, it must be gathered.</summary>
    internal GradientSums? SumsOf(Tensor input) =>
        _undoing > 0 && ReferenceEquals(_nodes[_undoing - 1].Output, input) ? _nodes[_undoing - 1].Sums(this) : null;

    /// <summary>For operations that can only overwrite: a buffer for an input's gradient, or null if it needs none.
    /// <see cref="EndGradient"/> must follow.</summary>
    public Tensor? BeginGradient(Tensor? input) =>
        Gradient(input, out var accumulate) is not { } target ? null : accumulate ? Rent(input!.Shape) : target;

    /// <summary>Adds what was written into the buffer of <see cref="BeginGradient"/> to the input's gradient.</summary>
    public void EndGradient(Tensor input, Tensor buffer)
    {
        if (ReferenceEquals(buffer, input.GradientBuffer)) return;
        Backend.AddTo(buffer, input.GradientBuffer!);
        Backend.Return(buffer);
    }

    /// <summary>Adds an already computed gradient to an input's; for operations that cannot accumulate in place.</summary>
    /// <param name="input">The input.</param>
    /// <param name="gradient">Its gradient. Where it is what the node got, its memory may pass to the input: it must not
    /// change afterwards.</param>
    public void AddGradient(Tensor? input, Tensor gradient)
    {
        if (GradientOver(input, gradient, out var accumulate) is not { } target) return;
        if (accumulate) Backend.AddTo(gradient, target);
        else if (!ReferenceEquals(gradient, target)) Backend.Copy(gradient, target);
    }

    /// <summary>
    /// Fills the gradients of everything the loss depends on. Values and their gradients are given back as soon as
    /// the last operation that reads them is done, so only parameters keep theirs.
    /// </summary>
    /// <param name="loss">The last value, of shape [1].</param>
    /// <exception cref="InvalidOperationException">The tape does not record, or the loss depends on no parameter.</exception>
    public void Backward(Tensor loss)
    {
        if (!loss.NeedsGradient)
            throw new InvalidOperationException("The loss depends on nothing that needs a gradient: was the tape recording?");
        var seed = Gradient(loss, out _)!;
        Backend.Fill(1f, seed);
        Backward();
    }

    /// <summary>The same for any value, from a given upstream gradient.</summary>
    public void Backward(Tensor output, ReadOnlySpan<float> upstream)
    {
        if (!output.NeedsGradient)
            throw new InvalidOperationException("The output depends on nothing that needs a gradient: was the tape recording?");
        Gradient(output, out _)!.CopyFrom(upstream);
        Backward();
    }

    private void Backward()
    {
        var nodes = CollectionsMarshal.AsSpan(_nodes);
        for (var i = nodes.Length - 1; i >= 0; i--)
        {
            var output = nodes[i].Output;
            if (output.HasGradient)
            {
                Undoing?.Invoke(i);
                var gradient = output.GradientBuffer!;
                output.GradientBuffer = null;
                output.HasGradient = false;
                _upstream = gradient;
                _undoing = i;
                nodes[i].Backward(this, gradient);
                if (_upstream is not null) Backend.Return(gradient);
            }

            // Every reader of this value came later on the tape and is done.
            Backend.Return(output);
        }

        _nodes.Clear();
    }

    private sealed class Pool
    {
        public List<Node> Nodes { get; } = [];

        public int Used { get; set; }
    }
}

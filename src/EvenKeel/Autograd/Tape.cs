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
    public void AddGradient(Tensor? input, Tensor gradient)
    {
        if (Gradient(input, out var accumulate) is not { } target) return;
        if (accumulate) Backend.AddTo(gradient, target);
        else Backend.Copy(gradient, target);
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
                nodes[i].Backward(this, output.GradientBuffer!);
                Backend.Return(output.GradientBuffer!);
                output.GradientBuffer = null;
                output.HasGradient = false;
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

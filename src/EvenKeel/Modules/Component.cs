using EvenKeel.Autograd;
using EvenKeel.Tensors;

namespace EvenKeel.Modules;

/// <summary>Something with named parameters, buffers and children: a module or a weight map.</summary>
public abstract class Component
{
    private readonly List<(string Name, Component Child)> _children = [];
    private readonly List<(string Name, Parameter Parameter)> _parameters = [];
    private readonly List<(string Name, StateBuffer Buffer)> _buffers = [];

    /// <summary>Path from the root; empty for the root itself and before the network is built.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Parts, in order.</summary>
    public IEnumerable<Component> Children => _children.Select(c => c.Child);

    /// <summary>This component and all below it, depth first.</summary>
    public IEnumerable<Component> DescendantsAndSelf() =>
        _children.SelectMany(c => c.Child.DescendantsAndSelf()).Prepend(this);

    /// <summary>All parameters, depth first, in a fixed order.</summary>
    public IEnumerable<Parameter> Parameters() =>
        _parameters.Select(p => p.Parameter).Concat(_children.SelectMany(c => c.Child.Parameters()));

    /// <summary>All buffers, depth first, in a fixed order.</summary>
    public IEnumerable<StateBuffer> Buffers() =>
        _buffers.Select(b => b.Buffer).Concat(_children.SelectMany(c => c.Child.Buffers()));

    /// <summary>Gives a part a name; returns it.</summary>
    protected T Child<T>(string name, T child) where T : Component
    {
        _children.Add((name, child));
        return child;
    }

    /// <summary>Declares a trainable tensor.</summary>
    protected Parameter Parameter(string name, Shape shape, ParameterKind kind, Init init)
    {
        var parameter = new Parameter(name, shape, kind, init);
        _parameters.Add((name, parameter));
        return parameter;
    }

    /// <summary>Declares a saved, untrained tensor.</summary>
    protected StateBuffer Buffer(string name, Shape shape, float initial) => Buffer(name, shape, Init.Constant(initial));

    /// <summary>Declares a saved, untrained tensor that may start from the parameters, which are there before it.</summary>
    protected StateBuffer Buffer(string name, Shape shape, Init init)
    {
        var buffer = new StateBuffer(name, shape, init);
        _buffers.Add((name, buffer));
        return buffer;
    }

    internal void AssignNames(string path)
    {
        Name = path;
        foreach (var (name, parameter) in _parameters) parameter.Name = Join(path, name);
        foreach (var (name, buffer) in _buffers) buffer.Name = Join(path, name);
        foreach (var (name, child) in _children) child.AssignNames(Join(path, name));
    }

    private static string Join(string path, string name) =>
        name.Length == 0 ? path : path.Length == 0 ? name : $"{path}.{name}";
}

/// <summary>A function of one tensor, with parameters: a layer or a network.</summary>
public abstract class Module : Component
{
    /// <summary>Computes the output.</summary>
    public abstract Tensor Forward(Pass pass, Tensor x);

    /// <summary>f(output + addend), where the module or its last part may compute sum and activation in the pass that
    /// makes its output.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="x">The input.</param>
    /// <param name="addend">Of the output's shape.</param>
    /// <param name="activation">Applied to the sum.</param>
    /// <exception cref="ArgumentException">The addend has another shape than the output.</exception>
    internal virtual Tensor ForwardSum(Pass pass, Tensor x, Tensor addend, Activation activation)
    {
        var output = Forward(pass, x);

        // The sum is the only reader of what was made here, unless the input was passed through.
        pass.Tape.Spare = ReferenceEquals(output, x) ? null : output;
        return pass.Tape.Add(output, addend, activation);
    }

    /// <summary>True if the module measures its input by channel in this pass, and takes the mean and variance that came
    /// with it.</summary>
    internal virtual bool MeasuresInput(Pass pass) => false;

    /// <summary>True if the module reads an input that is not computed yet (<see cref="Tensor.Deferred"/>) at no more cost than one
    /// that is.</summary>
    internal virtual bool ReadsDeferred(Pass pass, Shape input) => false;

    /// <summary>True if the module hands its input to one operation, which may write over it where nothing else reads it.</summary>
    internal virtual bool ReadsInputOnce => false;

    /// <summary>The activation that the output went through last; the identity for none.</summary>
    internal virtual Activation LastActivation => Activation.Identity;

    /// <summary>The output's shape for an input's shape.</summary>
    /// <exception cref="ArgumentException">The input does not fit.</exception>
    public virtual Shape OutputShape(Shape input) => input;

    /// <summary>Multiply-adds of a forward pass over the input: those of linear maps, which dwarf the rest.</summary>
    public virtual long MultiplyAdds(Shape input) => 0;

    /// <summary>
    /// Throws if the module cannot train on this input: found before training starts, where shapes are known.
    /// </summary>
    /// <exception cref="UserException">For example one element per statistic.</exception>
    public virtual void CheckTraining(Shape input)
    {
    }

    /// <summary>Tells a flow what the module does to the channels of its input; by default, that it is not known.</summary>
    /// <param name="flow">Told with one of its methods.</param>
    /// <param name="x">The input.</param>
    /// <returns>The output.</returns>
    public virtual ChannelStream Follow(ChannelFlow flow, ChannelStream x)
    {
        ArgumentNullException.ThrowIfNull(flow);
        return flow.End(this, x, $"layer {Name} ({GetType().Name}) does not tell what it does to channels");
    }

    /// <summary>The module anew, for another network, with the parts that the rebuilder gives; null for nothing.</summary>
    /// <param name="rebuilder">Gives linear maps and normalizers, and copies what stays.</param>
    /// <exception cref="UserException">The module does not say how; those of the library do.</exception>
    public virtual Module? Rebuild(Rebuilder rebuilder) => throw new UserException(
        $"Layer {Name} cannot be made anew for another network: override {nameof(Rebuild)} in {GetType().Name}.");
}

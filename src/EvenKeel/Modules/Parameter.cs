using EvenKeel.Tensors;

namespace EvenKeel.Modules;

/// <summary>What a parameter is, for weight decay and for correction methods.</summary>
public enum ParameterKind
{
    /// <summary>A convolution or dense weight (or the direction of a reparameterized one).</summary>
    Weight,

    /// <summary>A gain or magnitude (γ, g).</summary>
    Gain,

    /// <summary>A bias or shift (b, β).</summary>
    Bias,
}

/// <summary>A named trainable tensor. Its memory exists once the network is built.</summary>
public sealed class Parameter
{
    private Tensor? _value;

    internal Parameter(string name, Shape shape, ParameterKind kind, Init init)
    {
        Name = name;
        Shape = shape;
        Kind = kind;
        Init = init;
    }

    /// <summary>Path from the root, such as <c>conv1.weight</c>.</summary>
    public string Name { get; internal set; }

    /// <summary>Sizes; known before the network is built.</summary>
    public Shape Shape { get; private set; }

    /// <summary>What it is.</summary>
    public ParameterKind Kind { get; }

    /// <summary>How it starts.</summary>
    public Init Init { get; }

    /// <summary>False to keep it fixed: no gradient is computed and no optimizer touches it.</summary>
    public bool Trainable
    {
        get => _trainable;
        set
        {
            _trainable = value;
            if (_value is not null) _value.NeedsGradient = value;
        }
    }

    /// <summary>The elements.</summary>
    /// <exception cref="InvalidOperationException">The network was not built yet.</exception>
    public Tensor Value => _value ?? throw new InvalidOperationException(
        $"Parameter {Name} has no memory yet: put its module into a Network first.");

    private bool _trainable = true;

    /// <summary>Gives the parameter the shape of an image, once that is known: when output shapes are asked for, before
    /// the network is built.</summary>
    /// <exception cref="ArgumentException">The network is built, for images of another shape.</exception>
    internal void Fit(Shape shape)
    {
        if (_value is not null && shape != Shape)
            throw new ArgumentException($"Parameter {Name} was made for images of shape {Shape}; the input has {shape}.");
        Shape = shape;
    }

    internal void Attach(Tensor value, Tensor gradient)
    {
        _value = value;
        value.GradientBuffer = gradient;
        value.NeedsGradient = _trainable;
    }
}

/// <summary>A named tensor that is saved with the network but not trained: running statistics.</summary>
public sealed class StateBuffer
{
    private Tensor? _value;

    internal StateBuffer(string name, Shape shape, Init init)
    {
        Name = name;
        Shape = shape;
        Init = init;
    }

    /// <summary>Path from the root, such as <c>norm1.running_mean</c>.</summary>
    public string Name { get; internal set; }

    /// <summary>Sizes.</summary>
    public Shape Shape { get; }

    /// <summary>How it starts.</summary>
    public Init Init { get; }

    /// <summary>The elements.</summary>
    /// <exception cref="InvalidOperationException">The network was not built yet.</exception>
    public Tensor Value => _value ?? throw new InvalidOperationException(
        $"Buffer {Name} has no memory yet: put its module into a Network first.");

    internal void Attach(Tensor value) => _value = value;
}

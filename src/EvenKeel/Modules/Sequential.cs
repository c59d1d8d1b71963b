using EvenKeel.Autograd;
using EvenKeel.Tensors;

namespace EvenKeel.Modules;

/// <summary>Modules one after another, each with a name.</summary>
public sealed class Sequential : Module
{
    private readonly List<(string Name, Module Module)> _modules = [];

    /// <summary>Appends a module under a name.</summary>
    /// <returns>This object, for chaining.</returns>
    public Sequential Add(string name, Module module)
    {
        _modules.Add((name, Child(name, module)));
        return this;
    }

    /// <inheritdoc/>
    public override Tensor Forward(Pass pass, Tensor x) => Forward(pass, x, _modules.Count);

    // Who watches sees the last module's own output.
    internal override Tensor ForwardSum(Pass pass, Tensor x, Tensor addend, Activation activation)
    {
        if (pass.Watch is not null || _modules.Count == 0) return base.ForwardSum(pass, x, addend, activation);
        var last = _modules[^1].Module;
        var input = x;
        x = Forward(pass, x, _modules.Count - 1);
        Enter(pass, _modules.Count - 1, x, input);
        x = last.ForwardSum(pass, x, addend, activation);
        pass.Ended?.Invoke(last);
        return x;
    }

    private Tensor Forward(Pass pass, Tensor x, int modules)
    {
        var input = x;
        for (var i = 0; i < modules; i++)
        {
            var module = _modules[i].Module;
            Enter(pass, i, x, input);
            x = module.Forward(pass, x);
            pass.Watch?.Invoke(module, x);
            pass.Ended?.Invoke(module);
        }

        return x;
    }

    private void Enter(Pass pass, int i, Tensor x, Tensor input)
    {
        var module = _modules[i].Module;
        pass.WatchInput?.Invoke(module, x);
        var next = i + 1 < _modules.Count ? _modules[i + 1].Module : null;
        pass.Tape.MeasuresOutput = next is not null && next.MeasuresInput(pass);
        pass.Tape.DefersOutput = module is NormLayer && next is not null && next.ReadsDeferred(pass, x.Shape);

        // What was made here is read by the next module only; one that is made of others may read it twice.
        pass.Tape.Spare = module.ReadsInputOnce && !ReferenceEquals(x, input) ? x : null;
    }

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        foreach (var (_, module) in _modules) input = module.OutputShape(input);
        return input;
    }

    /// <inheritdoc/>
    public override long MultiplyAdds(Shape input)
    {
        var sum = 0L;
        foreach (var (_, module) in _modules)
        {
            sum += module.MultiplyAdds(input);
            input = module.OutputShape(input);
        }

        return sum;
    }

    /// <inheritdoc/>
    public override void CheckTraining(Shape input)
    {
        foreach (var (_, module) in _modules)
        {
            module.CheckTraining(input);
            input = module.OutputShape(input);
        }
    }

    /// <inheritdoc/>
    public override ChannelStream Follow(ChannelFlow flow, ChannelStream x)
    {
        foreach (var (_, module) in _modules) x = module.Follow(flow, x);
        return x;
    }

    /// <inheritdoc/>
    public override Module Rebuild(Rebuilder rebuilder)
    {
        var copy = new Sequential();
        foreach (var (name, module) in _modules)
            if (module.Rebuild(rebuilder) is { } built) copy.Add(name, built);
        return copy;
    }
}

/// <summary>f(body(x) + shortcut(x)): the block of residual networks (arXiv 1512.03385, section 3.2).</summary>
public sealed class Residual : Module
{
    private readonly Module _body;
    private readonly Module? _shortcut;
    private readonly Activation _activation;

    /// <summary>Declares the parts.</summary>
    /// <param name="body">The residual function.</param>
    /// <param name="shortcut">The projection, or null for the identity.</param>
    /// <param name="activation">Applied to the sum.</param>
    public Residual(Module body, Module? shortcut, Activation activation)
    {
        _body = Child("body", body);
        _shortcut = shortcut is null ? null : Child("shortcut", shortcut);
        _activation = activation;
    }

    internal override Activation LastActivation => _activation;

    /// <inheritdoc/>
    public override Tensor Forward(Pass pass, Tensor x)
    {
        var shortcut = _shortcut is null ? x : _shortcut.Forward(pass, x);
        return _body.ForwardSum(pass, x, shortcut, _activation);
    }

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => _body.OutputShape(input);

    /// <inheritdoc/>
    public override long MultiplyAdds(Shape input) =>
        _body.MultiplyAdds(input) + (_shortcut?.MultiplyAdds(input) ?? 0);

    /// <inheritdoc/>
    public override void CheckTraining(Shape input)
    {
        _body.CheckTraining(input);
        _shortcut?.CheckTraining(input);
    }

    /// <inheritdoc/>
    public override ChannelStream Follow(ChannelFlow flow, ChannelStream x)
    {
        var shared = ChannelFlow.Share(this, x);
        var body = _body.Follow(flow, shared);
        return ChannelFlow.Join(this, body, _shortcut?.Follow(flow, shared) ?? shared);
    }

    /// <inheritdoc/>
    public override Module Rebuild(Rebuilder rebuilder)
    {
        var body = _body.Rebuild(rebuilder) ?? new Sequential();
        return new Residual(body, _shortcut?.Rebuild(rebuilder), _activation);
    }
}

namespace EvenKeel.Modules;

/// <summary>Makes the modules of a network anew with other linear maps and normalizers in their places, and copies what
/// stays: what folding and exchanging a scheme have in common.</summary>
public abstract class Rebuilder
{
    private readonly List<Action<Network>> _afterwards = [];

    /// <summary>What stands in a linear map's place; its parameters can be filled <see cref="Afterwards"/>.</summary>
    public abstract Module Map(LinearMap map);

    /// <summary>What stands in a normalizer's place; null for nothing.</summary>
    public abstract Module? Norm(NormLayer norm);

    /// <summary>Does something with the new network once its tensors exist.</summary>
    public void Afterwards(Action<Network> action) => _afterwards.Add(action);

    /// <summary>Copies parameters and buffers in their order, and which are trainable, once the new network exists.</summary>
    /// <param name="from">What stays.</param>
    /// <param name="to">Its copy, with the same parameters and buffers.</param>
    public void Copy(Component from, Component to) => Afterwards(_ =>
    {
        foreach (var (old, copy) in from.Parameters().Zip(to.Parameters()))
        {
            copy.Value.CopyFrom(old.Value.ToArray());
            copy.Trainable = old.Trainable;
        }

        foreach (var (old, copy) in from.Buffers().Zip(to.Buffers())) copy.Value.CopyFrom(old.Value.ToArray());
    });

    /// <summary>The new network, in the memory of the same backend.</summary>
    /// <exception cref="UserException">A module does not say how to make it anew.</exception>
    public Network Build(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        var built = new Network(network.Root.Rebuild(this) ?? new Sequential(), network.Input, network.Backend, seed: 0);
        foreach (var action in _afterwards) action(built);
        return built;
    }

    /// <summary>A copy of a normalizer with its parameters, statistics and switches.</summary>
    /// <exception cref="UserException">The normalizer was not made by a scheme and does not say how to make it anew.</exception>
    protected NormLayer CopyOf(NormLayer norm)
    {
        ArgumentNullException.ThrowIfNull(norm);
        var copy = norm.Again() ?? throw new UserException(
            $"Layer {norm.Name} cannot be copied: it was not made by a scheme; make it with Scheme.Activation, or override {nameof(NormLayer.Again)} in {norm.GetType().Name}.");
        (copy.Statistics, copy.UpdateRunning) = (norm.Statistics, norm.UpdateRunning);
        Copy(norm, copy);
        return copy;
    }
}

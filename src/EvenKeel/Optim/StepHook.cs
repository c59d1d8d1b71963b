using EvenKeel.Tensors;

namespace EvenKeel.Optim;

/// <summary>When an optimizer step happens.</summary>
/// <param name="Step">Steps of the run, this one included, from 1.</param>
/// <param name="Epoch">Pass over the training set, from 0.</param>
/// <param name="EndsEpoch">True if it is the last step of its epoch.</param>
public readonly record struct StepTime(long Step, int Epoch, bool EndsEpoch = false);

/// <summary>What a hook may need to know of the run around it.</summary>
/// <param name="Folder">The run's own folder.</param>
/// <param name="Epoch">Epochs whose steps earlier sessions have done: 0, or where a resumed run goes on.</param>
/// <param name="Epochs">Epochs of the whole run.</param>
public readonly record struct RunStart(string Folder, int Epoch, int Epochs);

/// <summary>Something that acts on a network around each optimizer step: on the gradients before it, on the update or
/// on the weights after it. It allocates what it needs when it is made, nothing per step.</summary>
public abstract class StepHook
{
    /// <summary>What it keeps from step to step, by name: saved with a checkpoint and restored from it, so that a
    /// resumed run goes on with the same bits.</summary>
    public virtual IReadOnlyList<(string Name, Tensor Value)> State => [];

    /// <summary>Called once before the first step of a session, its state restored; steps that are no part of a run, as
    /// in a benchmark, come without it.</summary>
    /// <exception cref="UserException">The hook cannot act in this run.</exception>
    public virtual void Start(in RunStart run)
    {
    }

    /// <summary>Acts when all gradients are there and no parameter has moved yet.</summary>
    public virtual void BeforeUpdate(in StepTime time)
    {
    }

    /// <summary>Called once if no hook acts after an update before this one: what it does then to a parameter it may do as
    /// soon as that has moved, while it is in a cache.</summary>
    internal virtual void Lead(Optimizer optimizer)
    {
    }

    /// <summary>Acts when every parameter has moved.</summary>
    public virtual void AfterUpdate(in StepTime time)
    {
    }
}

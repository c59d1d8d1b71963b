namespace EvenKeel.Optim;

/// <summary>When an optimizer step happens.</summary>
/// <param name="Step">Steps of the run, this one included, from 1.</param>
/// <param name="Epoch">Pass over the training set, from 0.</param>
public readonly record struct StepTime(long Step, int Epoch);

/// <summary>Something that acts on a network around each optimizer step: on the gradients before it, on the update or
/// on the weights after it. It allocates what it needs when it is made, nothing per step.</summary>
public abstract class StepHook
{
    /// <summary>Acts when all gradients are there and no parameter has moved yet.</summary>
    public virtual void BeforeUpdate(in StepTime time)
    {
    }

    /// <summary>Acts when every parameter has moved.</summary>
    public virtual void AfterUpdate(in StepTime time)
    {
    }
}

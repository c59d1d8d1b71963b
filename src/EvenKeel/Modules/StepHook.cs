namespace EvenKeel.Modules;

/// <summary>Something that acts on a network after each optimizer step, such as equi-normalization.</summary>
public abstract class StepHook
{
    /// <summary>Acts.</summary>
    /// <param name="step">Steps taken so far, from 1.</param>
    public abstract void AfterStep(long step);
}

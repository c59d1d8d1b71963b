using EvenKeel.Autograd;
using EvenKeel.Tensors;

namespace EvenKeel.Modules;

/// <summary>Which statistics normalize.</summary>
public enum StatisticsSource
{
    /// <summary>The batch's in training and initialization, the running ones in evaluation.</summary>
    ByMode,

    /// <summary>Always the batch's.</summary>
    Batch,

    /// <summary>Always the running ones: frozen statistics.</summary>
    Running,
}

/// <summary>
/// A normalizer of activations: the module that a method places after a linear map. The activation that follows is
/// part of it, so that methods with a fused kernel make one pass of both.
/// </summary>
/// <param name="channels">Channels of the input.</param>
/// <param name="activation">Applied to the normalized value.</param>
public abstract class NormLayer(int channels, Activation activation) : Module
{
    /// <summary>Channels of the input.</summary>
    public int Channels { get; } = channels;

    /// <summary>Applied to the normalized value.</summary>
    public Activation Activation { get; } = activation;

    internal override Activation LastActivation => Activation;

    /// <summary>Which statistics normalize; for methods with running statistics.</summary>
    public StatisticsSource Statistics { get; set; } = StatisticsSource.ByMode;

    /// <summary>False to keep running statistics as they are, also in training.</summary>
    public bool UpdateRunning { get; set; } = true;

    /// <summary>The running statistics; null for methods that have none.</summary>
    public RunningStatistics? Running { get; protected init; }

    /// <summary>True if this pass normalizes with the batch's own statistics.</summary>
    protected bool UsesBatch(Pass pass) => Statistics switch
    {
        StatisticsSource.Batch => true,
        StatisticsSource.Running => false,
        _ => pass.Mode != PassMode.Evaluate,
    };

    /// <summary>True if this pass moves the running statistics: training only, never the initialization pass.</summary>
    protected bool Updates(Pass pass) => UpdateRunning && pass.Mode is PassMode.Train or PassMode.Recalibrate;

    /// <summary>True if the output does not change, but for ε, when the input is multiplied by a positive number: the
    /// weights of a linear map before it are then scale invariant.</summary>
    public virtual bool UndoesScale => false;

    /// <summary>
    /// What the layer does in evaluation, before its activation, as y = scale[c]·x + shift[c]; null if it is not such
    /// a map (it measures its input also in evaluation), so that it cannot fold into the linear map before it. It is asked
    /// only where <see cref="Statistics"/> is not <see cref="StatisticsSource.Batch"/>.
    /// </summary>
    public virtual (float[] Scale, float[] Shift)? EvaluationMap() => null;

    /// <summary>The learned gain and shift [C] by which the output grows in proportion, before its activation; null if
    /// there are none.</summary>
    public virtual (Parameter Gain, Parameter Shift)? Affine => null;

    /// <summary>The method and options that made the layer, as scheme text; null if it was made without a scheme.</summary>
    public string? Method { get; internal set; }

    /// <summary>Makes the layer anew from its method; set by the scheme that made it.</summary>
    internal Func<NormLayer>? Maker { get; set; }

    /// <summary>A new layer of the same method, options and activation; null if it is not known how to make it.</summary>
    public virtual NormLayer? Again() => Maker?.Invoke();

    /// <inheritdoc/>
    public override ChannelStream Follow(ChannelFlow flow, ChannelStream x)
    {
        ArgumentNullException.ThrowIfNull(flow);
        return flow.Normalize(this, x);
    }

    /// <inheritdoc/>
    public sealed override Module? Rebuild(Rebuilder rebuilder)
    {
        ArgumentNullException.ThrowIfNull(rebuilder);
        return rebuilder.Norm(this);
    }

    /// <summary>Throws where each statistic would be taken over a single element.</summary>
    /// <param name="input">Shape of the input.</param>
    /// <param name="elements">Elements per statistic.</param>
    /// <param name="remedy">What to do then.</param>
    /// <exception cref="UserException">elements is 1 and running statistics are not used.</exception>
    protected void CheckElements(
        Shape input, int elements,
        string remedy = "use a larger batch, drop or merge the last partial batch, or normalize with running statistics")
    {
        if (elements > 1 || Statistics == StatisticsSource.Running) return;
        throw new UserException(
            $"Layer {Name} normalizes an input of shape {input} with one element per statistic, which leaves nothing " +
            $"to measure: {remedy}.");
    }
}

using EvenKeel.Autograd;
using EvenKeel.Tensors;

namespace EvenKeel.Modules;

/// <summary>An activation that follows something it cannot fuse with.</summary>
/// <param name="activation">The function.</param>
public sealed class Activate(Activation activation) : Module
{
    internal override Activation LastActivation => activation;

    /// <inheritdoc/>
    public override Tensor Forward(Pass pass, Tensor x) => pass.Tape.Activate(x, activation);

    /// <inheritdoc/>
    public override ChannelStream Follow(ChannelFlow flow, ChannelStream x)
    {
        ArgumentNullException.ThrowIfNull(flow);
        return flow.Keep(this, x, isActivation: true);
    }

    /// <inheritdoc/>
    public override Module Rebuild(Rebuilder rebuilder) => new Activate(activation);
}

/// <summary>Rows of all values of an image: [N,H,W,C] to [N,H·W·C].</summary>
public sealed class Flatten : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Pass pass, Tensor x) => pass.Tape.Flatten(x);

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => new(input[0], input.Length / input[0]);

    /// <inheritdoc/>
    public override ChannelStream Follow(ChannelFlow flow, ChannelStream x)
    {
        ArgumentNullException.ThrowIfNull(flow);
        return flow.Keep(this, x);
    }

    /// <inheritdoc/>
    public override Module Rebuild(Rebuilder rebuilder) => new Flatten();
}

/// <summary>Drops elements in training, with probability <paramref name="rate"/>, and scales the rest by 1/(1−rate).</summary>
/// <param name="rate">Share dropped, 0 to below 1.</param>
public sealed class Dropout(float rate) : Module
{
    internal override bool ReadsInputOnce => true;

    /// <inheritdoc/>
    public override Tensor Forward(Pass pass, Tensor x) =>
        pass.IsTraining && rate > 0 ? pass.Tape.Dropout(x, rate, pass.Stream(RandomUses.Of(Name))) : x;

    /// <inheritdoc/>
    public override ChannelStream Follow(ChannelFlow flow, ChannelStream x) => x;

    /// <inheritdoc/>
    public override Module Rebuild(Rebuilder rebuilder) => new Dropout(rate);
}

/// <summary>Adds Gaussian noise in training.</summary>
/// <param name="deviation">Standard deviation, in units of the input.</param>
public sealed class GaussianNoise(float deviation) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Pass pass, Tensor x) =>
        pass.IsTraining && deviation > 0 ? pass.Tape.AddGaussian(x, deviation, pass.Stream(RandomUses.Of(Name))) : x;

    /// <inheritdoc/>
    public override ChannelStream Follow(ChannelFlow flow, ChannelStream x) =>
        ChannelFlow.Fix(x, $"layer {Name} adds noise of a given size to them");

    /// <inheritdoc/>
    public override Module Rebuild(Rebuilder rebuilder) => new GaussianNoise(deviation);
}

/// <summary>Adds uniform noise in training.</summary>
/// <param name="halfWidth">Noise lies in [−halfWidth, halfWidth).</param>
public sealed class UniformNoise(float halfWidth) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Pass pass, Tensor x) =>
        pass.IsTraining && halfWidth > 0 ? pass.Tape.AddUniform(x, halfWidth, pass.Stream(RandomUses.Of(Name))) : x;

    /// <inheritdoc/>
    public override ChannelStream Follow(ChannelFlow flow, ChannelStream x) =>
        ChannelFlow.Fix(x, $"layer {Name} adds noise of a given size to them");

    /// <inheritdoc/>
    public override Module Rebuild(Rebuilder rebuilder) => new UniformNoise(halfWidth);
}

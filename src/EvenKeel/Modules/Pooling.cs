using EvenKeel.Autograd;
using EvenKeel.Kernels.Pooling;
using EvenKeel.Tensors;

namespace EvenKeel.Modules;

/// <summary>Largest value of each square window.</summary>
/// <param name="kernel">Window size.</param>
/// <param name="stride">Step between windows.</param>
/// <param name="padding">Border of −∞ on every side.</param>
public sealed class MaxPool2d(int kernel, int stride, int padding = 0) : Module
{
    internal override bool ReadsDeferred(Pass pass, Shape input) =>
        pass.Tape.Backend.MaxPoolMaps(Ops.Geometry(input, kernel, stride, padding));

    /// <inheritdoc/>
    public override Tensor Forward(Pass pass, Tensor x) => pass.Tape.MaxPool2d(x, kernel, stride, padding);

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => PoolShape.Of(input, kernel, stride, padding);

    /// <inheritdoc/>
    public override ChannelStream Follow(ChannelFlow flow, ChannelStream x)
    {
        ArgumentNullException.ThrowIfNull(flow);
        return flow.Keep(this, x);
    }

    /// <inheritdoc/>
    public override Module Rebuild(Rebuilder rebuilder) => new MaxPool2d(kernel, stride, padding);
}

/// <summary>Mean of each square window.</summary>
/// <param name="kernel">Window size.</param>
/// <param name="stride">Step between windows.</param>
/// <param name="padding">Zeros on every side.</param>
/// <param name="countPadding">True to divide by kernel², false by the real elements in the window.</param>
public sealed class AveragePool2d(int kernel, int stride, int padding = 0, bool countPadding = true) : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Pass pass, Tensor x) =>
        pass.Tape.AveragePool2d(x, kernel, stride, padding, countPadding);

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => PoolShape.Of(input, kernel, stride, padding);

    /// <inheritdoc/>
    public override ChannelStream Follow(ChannelFlow flow, ChannelStream x)
    {
        ArgumentNullException.ThrowIfNull(flow);
        return flow.Keep(this, x);
    }

    /// <inheritdoc/>
    public override Module Rebuild(Rebuilder rebuilder) => new AveragePool2d(kernel, stride, padding, countPadding);
}

/// <summary>Mean over all pixels: [N,H,W,C] to [N,C].</summary>
public sealed class GlobalAveragePool : Module
{
    /// <inheritdoc/>
    public override Tensor Forward(Pass pass, Tensor x) => pass.Tape.GlobalAveragePool(x);

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input) => new(input[0], input[3]);

    /// <inheritdoc/>
    public override ChannelStream Follow(ChannelFlow flow, ChannelStream x)
    {
        ArgumentNullException.ThrowIfNull(flow);
        return flow.Keep(this, x);
    }

    /// <inheritdoc/>
    public override Module Rebuild(Rebuilder rebuilder) => new GlobalAveragePool();
}

internal static class PoolShape
{
    public static Shape Of(Shape input, int kernel, int stride, int padding)
    {
        var g = new PoolGeometry(input[0], input[1], input[2], input[3], kernel, stride, padding);
        return new Shape(g.Batch, g.OutHeight, g.OutWidth, g.Channels);
    }
}

using EvenKeel.Autograd;
using EvenKeel.Backends;
using EvenKeel.Kernels.Random;
using EvenKeel.Tensors;

namespace EvenKeel.Modules;

/// <summary>
/// The shortcut without parameters: every stride-th pixel, the channels kept and zeros for the new ones behind them
/// (option A of He et al., arXiv 1512.03385, section 3.3). [N,H,W,in] to [N,⌈H/stride⌉,⌈W/stride⌉,out].
/// </summary>
/// <remarks>Some code puts half of the zeros before the channels; that is this with the channels renumbered.</remarks>
public sealed class PaddedShortcut : Module
{
    private readonly int _stride;
    private readonly StateBuffer _selection;

    /// <summary>Declares the map.</summary>
    /// <param name="inputs">Channels of the input.</param>
    /// <param name="outputs">Channels of the output, at least as many.</param>
    /// <param name="stride">Step between pixels.</param>
    /// <exception cref="ArgumentException">Fewer outputs than inputs.</exception>
    public PaddedShortcut(int inputs, int outputs, int stride)
    {
        if (outputs < inputs) throw new ArgumentException($"A padded shortcut from {inputs} to {outputs} channels: expected at least as many.");
        (Inputs, _stride) = (inputs, stride);

        // A 1×1 convolution with a fixed weight: exact, since each sum has one term that is not zero.
        _selection = Buffer("selection", new Shape(1, 1, inputs, outputs), new SelectionInit());
    }

    /// <summary>Channels of the input, the first of the output.</summary>
    public int Inputs { get; }

    /// <summary>Channels of the output.</summary>
    public int Outputs => _selection.Shape.Channels;

    /// <inheritdoc/>
    public override Tensor Forward(Pass pass, Tensor x) =>
        pass.Tape.Conv2d(x, _selection.Value, null, _stride, 0, Activation.Identity);

    /// <inheritdoc/>
    public override Shape OutputShape(Shape input)
    {
        var geometry = Ops.Geometry(input, _selection.Shape, _stride, 0);
        return new Shape(geometry.Batch, geometry.OutHeight, geometry.OutWidth, geometry.OutChannels);
    }

    /// <inheritdoc/>
    public override ChannelStream Follow(ChannelFlow flow, ChannelStream x)
    {
        ArgumentNullException.ThrowIfNull(flow);
        return flow.Extend(this, x);
    }

    /// <inheritdoc/>
    public override Module Rebuild(Rebuilder rebuilder) => new PaddedShortcut(Inputs, Outputs, _stride);

    private sealed record SelectionInit : Init
    {
        internal override void Fill(Backend backend, Tensor tensor, RandomStream stream)
        {
            var selection = new float[tensor.Shape.Length];
            var outputs = tensor.Shape.Channels;
            for (var i = 0; i < selection.Length / outputs; i++) selection[i * outputs + i] = 1f;
            tensor.CopyFrom(selection);
        }
    }
}

using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Norms.Layers;

/// <summary>What the two EvoNorms share: three parameters per channel, and tables [tables, segments, channels] for their
/// kernels, put together on the host.</summary>
internal abstract class EvoNormLayer : NormLayer
{
    private readonly float[] _perChannel;
    private readonly double[] _channelSums;
    private Tensor? _tables;

    /// <summary>Scratch, one float per segment and channel.</summary>
    protected float[] A = [];

    /// <inheritdoc cref="A"/>
    protected float[] B = [];

    /// <summary>Scratch for the sums of a backward pass.</summary>
    protected float[] Sums = [];

    protected EvoNormLayer(int channels, Activation activation) : base(channels, activation)
    {
        var shape = new Shape(channels);
        Gamma = Parameter("gamma", shape, ParameterKind.Gain, Init.Constant(1f));
        Beta = Parameter("beta", shape, ParameterKind.Bias, Init.Constant(0f));
        V = Parameter("v", shape, ParameterKind.Gain, Init.Constant(1f));
        _perChannel = new float[channels];
        _channelSums = new double[channels];
    }

    /// <summary>Gain γ.</summary>
    protected Parameter Gamma { get; }

    /// <summary>Shift β.</summary>
    protected Parameter Beta { get; }

    /// <summary>Slope v of the input in the gate or the denominator.</summary>
    protected Parameter V { get; }

    /// <summary>The tables being put together.</summary>
    protected float[] Values { get; private set; } = [];

    /// <summary>Reads a tensor into scratch, which grows only when a batch has more samples than any before.</summary>
    protected static float[] Read(ref float[] scratch, Tensor tensor)
    {
        if (scratch.Length < tensor.Shape.Length) scratch = new float[tensor.Shape.Length];
        tensor.CopyTo(scratch.AsSpan(0, tensor.Shape.Length));
        return scratch;
    }

    /// <summary>Begins tables for a batch.</summary>
    protected Shape Tables(Tape tape, int segments, int tables)
    {
        _tables = tape.Rent(new Shape(tables, segments * Channels));
        if (Values.Length < _tables.Shape.Length) Values = new float[_tables.Shape.Length];
        return _tables.Shape;
    }

    /// <summary>Begins tables for a gradient with those of the forward pass, the last of which are then written over.</summary>
    protected Shape TablesAfter(Tape tape, Tensor forward, int tables)
    {
        var shape = Tables(tape, forward.Shape[1] / Channels, tables);
        forward.CopyTo(Values.AsSpan(0, forward.Shape.Length));
        return shape;
    }

    /// <summary>Fills a table from values per channel, repeated for every segment, or per segment and channel.</summary>
    protected void FillTable(Shape tables, int table, Tensor values)
    {
        var length = values.Shape.Length;
        for (var start = 0; start < tables[1]; start += length)
            values.CopyTo(Values.AsSpan(table * tables[1] + start, length));
    }

    /// <inheritdoc cref="FillTable(Shape, int, Tensor)"/>
    protected void FillTable(Shape tables, int table, Parameter parameter) => FillTable(tables, table, parameter.Value);

    /// <summary>The tables as a tensor of the step.</summary>
    protected Tensor Upload(Shape tables)
    {
        _tables!.CopyFrom(Values.AsSpan(0, tables.Length));
        return _tables;
    }

    /// <summary>True if anything here needs a gradient.</summary>
    protected bool NeedsGradient(Tensor x) => x.NeedsGradient || Gamma.Trainable || Beta.Trainable || V.Trainable;

    /// <summary>Adds the sum over the segments to a parameter's gradient.</summary>
    protected void AddGradient(Tape tape, Parameter parameter, ReadOnlySpan<float> perSegment)
    {
        if (!parameter.Trainable) return;
        SegmentSums.Compute(perSegment, Channels, _channelSums);
        for (var c = 0; c < Channels; c++) _perChannel[c] = (float)_channelSums[c];
        var gradient = tape.Rent(parameter.Shape);
        gradient.CopyFrom(_perChannel);
        tape.AddGradient(parameter.Value, gradient);
    }
}

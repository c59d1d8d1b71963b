using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Norms.Layers;

/// <summary>
/// What normalizers share whose output is y = act((x − mean)·scale + shift) with one mean, scale and shift per segment
/// and channel: statistics over the batch (one segment), over each sample, or mixtures. A method says how the tables
/// come from the input, and how the gradient's tables come from two sums.
/// </summary>
internal abstract partial class TableNormLayer : NormLayer
{
    private readonly float[] _affine;
    private readonly double[] _affineSums;

    /// <summary>Declares gain and shift.</summary>
    /// <param name="channels">Channels of the input.</param>
    /// <param name="activation">Applied to the output.</param>
    /// <param name="gain">True for a gain.</param>
    /// <param name="shift">True for a shift.</param>
    /// <param name="affine">Where the gain and shift are not one per channel: what their names begin with, and how many
    /// there are, each for equally many neighbouring channels.</param>
    protected TableNormLayer(
        int channels, Activation activation, bool gain, bool shift, (string Prefix, int Count)? affine = null)
        : base(channels, activation)
    {
        Tables = new NormTables(channels);
        var (prefix, count) = affine ?? ("", channels);
        _affine = new float[count];
        _affineSums = new double[count];
        if (gain) Gamma = Parameter($"{prefix}gamma", new Shape(count), ParameterKind.Gain, Init.Constant(1f));
        if (shift) Beta = Parameter($"{prefix}beta", new Shape(count), ParameterKind.Bias, Init.Constant(0f));
    }

    /// <summary>Gain γ, or null.</summary>
    protected Parameter? Gamma { get; }

    /// <summary>Shift β, or null.</summary>
    protected Parameter? Beta { get; }

    /// <summary>Scratch.</summary>
    protected NormTables Tables { get; }

    // Statistics that are not measured are constants, which undo nothing.
    /// <inheritdoc/>
    public override bool UndoesScale => Statistics != StatisticsSource.Running;

    /// <summary>True if a parameter beside gain and shift needs a gradient.</summary>
    protected virtual bool TrainsMore => false;

    /// <inheritdoc/>
    public override Tensor Forward(Pass pass, Tensor x) => Forward(pass, x, null, Activation);

    internal override Tensor ForwardSum(Pass pass, Tensor x, Tensor addend, Activation activation) =>
        Activation.IsIdentity && AddsInItsPass && addend.Shape == x.Shape
            ? Forward(pass, x, addend, activation)
            : base.ForwardSum(pass, x, addend, activation);

    private Tensor Forward(Pass pass, Tensor x, Tensor? addend, Activation activation)
    {
        var tape = pass.Tape;
        var measured = Measures(pass);
        var segments = measured ? Segments(x.Shape) : 1;
        Tables.Reserve(segments, x.Shape.Rows / segments);
        ReadAffine();
        var saved = new SavedTensors { Input = x };
        Measure(pass, measured, ref saved);
        Place();
        var shape = new Shape(segments, Channels);
        saved.Mean = Upload(tape, shape, Tables.Mean);
        saved.Rstd = Upload(tape, shape, Tables.Rstd);
        saved.Scale = Upload(tape, shape, Tables.Scale);
        saved.Shift = Upload(tape, shape, Tables.Shift);
        var y = tape.Rent(x.Shape);
        if (tape.DefersOutput && addend is null && segments == 1 && AddsInItsPass)
            y.Deferred = new(tape.Backend, saved.Input, saved.Mean, saved.Scale, saved.Shift, activation.Slope);
        else
            tape.Backend.RescaleForward(saved.Input, saved.Mean, saved.Scale, saved.Shift, addend, activation.Slope, y);
        if (ChangesOutput) Finish(tape, y);
        var needsGradient = x.NeedsGradient || addend is { NeedsGradient: true } || Trains(Gamma) || Trains(Beta) || TrainsMore;
        if (tape.Record<Undo>(y, needsGradient) is { } node)
        {
            (node.Layer, node.X, node.Saved, node.Measured) = (this, x, saved, measured);
            (node.Addend, node.Activation) = (addend, activation);
        }

        return y;
    }

    /// <summary>What running statistics make of an input: y = γ·(x − running mean)/s + β.</summary>
    /// <param name="scaleOf">s from the stored spread; null for a layer that does not divide.</param>
    protected (float[] Scale, float[] Shift) RunningMap(Func<double, double>? scaleOf)
    {
        ReadAffine();
        float[] scale = new float[Channels], shift = Running!.Mean.ToArray();
        var spread = scaleOf is null ? null : Running.Spread.ToArray();
        for (var c = 0; c < Channels; c++)
        {
            scale[c] = (float)(Tables.Gamma[c] / (scaleOf is null ? 1.0 : scaleOf(spread![c])));
            shift[c] = Tables.Beta[c] - shift[c] * scale[c];
        }

        return (scale, shift);
    }

    /// <summary>True if this pass measures its input.</summary>
    protected virtual bool Measures(Pass pass) => true;

    /// <summary>Segments of an input that is measured.</summary>
    protected virtual int Segments(Shape input) => 1;

    /// <summary>Fills the tables' Mean and Rstd (both are at hand with gain and shift already) and saves what the
    /// backward pass needs beside them.</summary>
    protected abstract void Measure(Pass pass, bool measured, ref SavedTensors saved);

    /// <summary>Fills Scale and Shift.</summary>
    protected virtual void Place()
    {
        var t = Tables;
        for (var segment = 0; segment < t.Count; segment += Channels)
        {
            for (var c = 0; c < Channels; c++) t.Scale[segment + c] = t.Gamma[c] * t.Rstd[segment + c];
            t.Beta.CopyTo(t.Shift, segment);
        }
    }

    /// <summary>True if the output is what the tables make of the input and nothing else, so that the same pass may add
    /// to it; false for a layer with a forward pass of its own.</summary>
    protected virtual bool AddsInItsPass => !ChangesOutput;

    /// <summary>True if <see cref="Finish"/> does anything.</summary>
    protected virtual bool ChangesOutput => false;

    /// <summary>True if the backward pass reads the output's gradient for more than its two sums and the input's gradient.</summary>
    protected virtual bool ReadsGradient => false;

    /// <summary>A last change of the output.</summary>
    protected virtual void Finish(Tape tape, Tensor y)
    {
    }

    /// <summary>
    /// From Sum and Product (with Mean, Rstd and Scale at hand) to A, B and D of an input that was measured.
    /// </summary>
    /// <returns>How D is applied.</returns>
    protected abstract Slope Differentiate(Tape tape, SavedTensors saved);

    /// <summary>A last share of the input's gradient, added to few elements.</summary>
    protected virtual void Scatter(Tape tape, SavedTensors saved, Tensor dx)
    {
    }

    /// <summary>Gradients of gain and shift: Σ g·x̂ and Σ g over all segments.</summary>
    protected virtual void AddParameterGradients(Tape tape, SavedTensors saved, Tensor outputGradient) => AddAffineGradients(tape);

    /// <summary>Adds numbers to a parameter's gradient.</summary>
    protected static void AddGradient(Tape tape, Parameter parameter, ReadOnlySpan<float> values)
    {
        if (!parameter.Trainable) return;
        var gradient = tape.Rent(parameter.Shape);
        gradient.CopyFrom(values);
        tape.AddGradient(parameter.Value, gradient);
    }

    /// <summary>Reads a table back.</summary>
    protected void Download(Tensor tensor, float[] table) => tensor.CopyTo(table.AsSpan(0, tensor.Shape.Length));

    /// <summary>A table as a tensor of the step.</summary>
    protected static Tensor Upload(Tape tape, Shape shape, float[] table)
    {
        var tensor = tape.Rent(shape);
        tensor.CopyFrom(table.AsSpan(0, shape.Length));
        return tensor;
    }

    /// <summary>True for a parameter that needs a gradient.</summary>
    protected static bool Trains(Parameter? parameter) => parameter is { Trainable: true };

    /// <summary>How D enters the gradient.</summary>
    protected enum Slope
    {
        /// <summary>Not at all.</summary>
        None,

        /// <summary>Times x − mean.</summary>
        Centered,

        /// <summary>Times the sign of x − mean.</summary>
        Signs,
    }

    /// <summary>What the backward pass needs of the forward pass.</summary>
    protected struct SavedTensors
    {
        /// <summary>What was centred and scaled: the layer's input, or a rounded form of it.</summary>
        public Tensor Input;

        /// <summary>[segments, channels].</summary>
        public Tensor Mean;

        /// <inheritdoc cref="Mean"/>
        public Tensor Rstd;

        /// <inheritdoc cref="Mean"/>
        public Tensor Scale;

        /// <inheritdoc cref="Mean"/>
        public Tensor Shift;

        /// <summary>The method's own; null if it needs none.</summary>
        public Tensor? Extra;

        /// <summary>A second one of the method's own.</summary>
        public Tensor? Other;

        /// <summary>True if statistics over the batch played a part.</summary>
        public bool Batch;
    }
}

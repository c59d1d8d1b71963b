using EvenKeel.Autograd;
using EvenKeel.Kernels.Normalization;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Norms.Layers;

/// <summary>Normalization of rows by themselves: a row is the channels of one position, or a whole sample.</summary>
internal sealed class RowNormLayer : NormLayer
{
    private readonly RowScale _scale;
    private readonly RowScope _scope;
    private readonly Parameter? _gamma;
    private readonly Parameter? _beta;

    public RowNormLayer(int channels, RowScale scale, RowScope scope, bool gain, bool shift, Activation activation)
        : base(channels, activation)
    {
        (_scale, _scope) = (scale, scope);
        var shape = new Shape(channels);
        if (gain) _gamma = Parameter("gamma", shape, ParameterKind.Gain, Init.Constant(1f));
        if (shift) _beta = Parameter("beta", shape, ParameterKind.Bias, Init.Constant(0f));
    }

    public override bool UndoesScale => true;

    // Over a whole sample every element has a gain of its own, so their number is known only here.
    public override Shape OutputShape(Shape input)
    {
        var shape = _scope == RowScope.Sample && input.Rank == 4
            ? new Shape(input[1], input[2], input[3])
            : new Shape(input.Channels);
        _gamma?.Fit(shape);
        _beta?.Fit(shape);
        return input;
    }

    public override void CheckTraining(Shape input)
    {
        if (_scale.Centers)
            CheckElements(input, Width(input), "a layer of one channel needs ln(scope=sample) or a scheme over the batch, such as bn");
    }

    public override Tensor Forward(Pass pass, Tensor x)
    {
        var tape = pass.Tape;
        CheckTraining(x.Shape);
        var width = Width(x.Shape);
        Tensor gamma = _gamma?.Value ?? Filled(tape, width, 1f), beta = _beta?.Value ?? Filled(tape, width, 0f);
        var statistics = tape.Rent(new Shape(3, x.Shape.Length / width));
        var y = tape.Rent(x.Shape);
        tape.Backend.RowNormForward(x, gamma, beta, _scale, Activation.Slope, y, statistics);
        if (tape.Record<Undo>(y, x.NeedsGradient || _gamma is { Trainable: true } || _beta is { Trainable: true }) is { } node)
            (node.Layer, node.X, node.Gamma, node.Beta, node.Statistics) = (this, x, gamma, beta, statistics);
        return y;
    }

    private int Width(Shape input) => _scope == RowScope.Sample ? input.Length / input[0] : input.Channels;

    private static Tensor Filled(Tape tape, int width, float value)
    {
        var tensor = tape.Rent(new Shape(width));
        tape.Backend.Fill(value, tensor);
        return tensor;
    }

    private sealed class Undo : Node
    {
        public RowNormLayer Layer = null!;
        public Tensor X = null!;
        public Tensor Gamma = null!;
        public Tensor Beta = null!;
        public Tensor Statistics = null!;

        protected internal override void Backward(Tape tape, Tensor outputGradient)
        {
            // An input without gradient still takes part in the sums: its share goes where nothing reads it.
            var dx = tape.GradientOver(X, outputGradient, out var accumulate) ?? tape.Rent(X.Shape);
            var gain = tape.Rent(Gamma.Shape);
            var shift = tape.Rent(Gamma.Shape);
            tape.Backend.RowNormBackward(
                X, outputGradient, Gamma, Beta, Layer._scale, Layer.Activation.Slope, Statistics, dx, accumulate, gain, shift);
            tape.AddGradient(Layer._gamma?.Value, gain);
            tape.AddGradient(Layer._beta?.Value, shift);
        }
    }
}

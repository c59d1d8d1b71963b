using EvenKeel.Autograd;
using EvenKeel.Kernels.Normalization;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Norms.Layers;

/// <summary>What group normalization divides by.</summary>
/// <param name="P">Deviation, or mean absolute deviation.</param>
/// <param name="Epsilon">ε.</param>
/// <param name="Place">Where it stands.</param>
internal readonly record struct GroupOptions(Deviation P, float Epsilon, EpsilonPlace Place);

/// <summary>Normalization within each sample over groups of neighbouring channels: group and instance normalization. A
/// sample is measured and rewritten while it lies in the cache.</summary>
internal class GroupNormLayer : TableNormLayer
{
    private readonly int _width;
    private readonly RowScale _scale;
    private readonly bool _passesFlat;

    /// <summary>Declares the parts.</summary>
    /// <param name="channels">Channels.</param>
    /// <param name="groups">Groups, which divide the channels.</param>
    /// <param name="options">Scale and ε.</param>
    /// <param name="affine">True for gain and shift.</param>
    /// <param name="activation">Applied to the output.</param>
    /// <param name="passesFlat">True to give inputs with one element per set gain and shift only.</param>
    /// <param name="affinePerGroup">True for one gain and shift a group, named with <c>group_</c>.</param>
    public GroupNormLayer(
        int channels, int groups, GroupOptions options, bool affine, Activation activation,
        bool passesFlat = false, bool affinePerGroup = false)
        : base(channels, activation, affine, affine, affinePerGroup ? ("group_", groups) : null)
    {
        _width = channels / groups;
        _passesFlat = passesFlat;
        _scale = new RowScale(
            Centers: true, options.P == Deviation.L1, options.Epsilon, options.Place == EpsilonPlace.InsideRoot);
    }

    public override bool UndoesScale => !_passesFlat;

    public override (Parameter Gain, Parameter Shift)? Affine =>
        Gamma is null || Gamma.Shape.Length != Channels ? null : (Gamma, Beta!);

    protected override bool AddsInItsPass => false;

    public override void CheckTraining(Shape input)
    {
        if (PassesOn(input)) return;
        CheckElements(
            input, input.Rows / input[0] * _width,
            _width == Channels ? "this network needs a scheme that looks beyond one channel, such as bn"
            : "use fewer groups, or a scheme that can leave such layers out: in(flat=pass)");
    }

    public override Tensor Forward(Pass pass, Tensor x)
    {
        if (PassesOn(x.Shape)) return base.Forward(pass, x);
        CheckTraining(x.Shape);
        var tape = pass.Tape;
        ReadAffine();
        var channels = new Shape(Channels);
        Tensor gamma = Upload(tape, channels, Tables.Gamma), beta = Upload(tape, channels, Tables.Beta);
        var groups = Groups(x.Shape);
        var statistics = tape.Rent(new Shape(3, x.Shape[0], groups.Groups));
        var y = tape.Rent(x.Shape);
        tape.Backend.SampleNormForward(x, groups, gamma, beta, _scale, Activation.Slope, y, statistics);
        if (tape.Record<Undo>(y, x.NeedsGradient || Trains(Gamma) || Trains(Beta)) is { } node)
            (node.Layer, node.X, node.Gamma, node.Beta, node.Statistics) = (this, x, gamma, beta, statistics);
        return y;
    }

    // Where a group has one element in a sample, only gain and shift are left.
    protected override bool Measures(Pass pass) => false;

    protected override void Measure(Pass pass, bool measured, ref SavedTensors saved) => Tables.LeaveInput();

    protected override Slope Differentiate(Tape tape, SavedTensors saved) => Slope.None;

    // An input with fewer channels than the layer holds slabs of samples, each with its part of gain and shift.
    private SampleGroups Groups(Shape input) =>
        new(input.Rows / input[0], input.Channels, input.Channels / _width, Channels / input.Channels);

    private bool PassesOn(Shape input) => _passesFlat && input.Rows / input[0] * _width == 1;

    private sealed class Undo : Node
    {
        public GroupNormLayer Layer = null!;
        public Tensor X = null!;
        public Tensor Gamma = null!;
        public Tensor Beta = null!;
        public Tensor Statistics = null!;

        internal override bool ReadsOutput => false;

        protected internal override void Backward(Tape tape, Tensor outputGradient)
        {
            // An input without gradient still takes part in the sums: its share goes where nothing reads it.
            var dx = tape.GradientOver(X, outputGradient, out var accumulate) ?? tape.Rent(X.Shape);
            var gain = tape.Rent(Gamma.Shape);
            var shift = tape.Rent(Beta.Shape);
            tape.Backend.SampleNormBackward(
                X, outputGradient, Layer.Groups(X.Shape), Gamma, Beta, Layer._scale, Layer.Activation.Slope, Statistics, dx,
                accumulate, gain, shift);
            Layer.AddAffineGradients(tape, gain, shift);
        }
    }
}

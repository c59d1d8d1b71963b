using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Norms.Layers;

/// <summary>What group normalization divides by.</summary>
/// <param name="P">Deviation, or mean absolute deviation.</param>
/// <param name="Epsilon">ε.</param>
/// <param name="Place">Where it stands.</param>
internal readonly record struct GroupOptions(Deviation P, float Epsilon, EpsilonPlace Place);

/// <summary>Normalization within each sample over groups of neighbouring channels: group and instance normalization.</summary>
internal class GroupNormLayer : TableNormLayer
{
    private readonly int _width;
    private readonly Deviation _p;
    private readonly float _epsilon;
    private readonly EpsilonPlace _place;
    private readonly bool _passesFlat;
    private float[] _sums = [];

    /// <summary>Declares the parts.</summary>
    /// <param name="channels">Channels.</param>
    /// <param name="groups">Groups, which divide the channels.</param>
    /// <param name="options">Scale and ε.</param>
    /// <param name="affine">True for gain and shift.</param>
    /// <param name="activation">Applied to the output.</param>
    /// <param name="passesFlat">True to give inputs with one element per set gain and shift only.</param>
    /// <param name="affinePerGroup">True for one gain and shift a group, named with <c>group_</c>.</param>
    /// <param name="slabs">True to cut each sample into slabs instead of its channels into groups.</param>
    public GroupNormLayer(
        int channels, int groups, GroupOptions options, bool affine, Activation activation,
        bool passesFlat = false, bool affinePerGroup = false, bool slabs = false)
        : base(
            channels, activation, affine, affine, affinePerGroup ? ("group_", groups) : null,
            slabs ? channels / groups : null)
    {
        _width = channels / groups;
        _passesFlat = passesFlat;
        (_p, _epsilon, _place) = options;
    }

    public override bool UndoesScale => !_passesFlat;

    public override (Parameter Gain, Parameter Shift)? Affine =>
        Gamma is null || Gamma.Shape.Length != Channels || Tables.Columns != Channels ? null : (Gamma, Beta!);

    public override void CheckTraining(Shape input)
    {
        if (PassesOn(input)) return;
        CheckElements(
            input, input.Rows / input[0] * _width,
            _width == Channels ? "this network needs a scheme that looks beyond one channel, such as bn"
            : "use fewer groups, or a scheme that can leave such layers out: in(flat=pass)");
    }

    protected override int Segments(Shape input) => input[0];

    protected override void Measure(Pass pass, bool measured, ref SavedTensors saved)
    {
        var t = Tables;
        var tape = pass.Tape;
        if (PassesOn(saved.Input.Shape))
        {
            Array.Clear(t.Mean, 0, t.Count);
            Array.Fill(t.Rstd, 1f, 0, t.Count);
            return;
        }

        CheckTraining(saved.Input.Shape);
        var shape = new Shape(t.Segments, t.Columns);
        Tensor mean = tape.Rent(shape), variance = tape.Rent(shape);
        tape.Backend.MeanVariance(saved.Input, mean, variance);
        Download(mean, t.Mean);
        Download(variance, t.Spread);
        if (_p == Deviation.L1)
        {
            MeasureAbsolute(tape, mean, ref saved);
            return;
        }

        // Moments of a group from those of its channels: the variance within and that of the means.
        for (var first = 0; first < t.Count; first += _width)
        {
            var group = new Span<float>(t.Mean, first, _width);
            var center = Mean(group);
            var spread = 0.0;
            for (var i = first; i < first + _width; i++)
                spread += t.Spread[i] + (t.Mean[i] - center) * (t.Mean[i] - center);
            spread /= _width;
            var scale = _place == EpsilonPlace.InsideRoot ? Math.Sqrt(spread + _epsilon) : Math.Sqrt(spread) + _epsilon;
            group.Fill((float)center);
            t.Rstd.AsSpan(first, _width).Fill((float)(1.0 / scale));
            t.Spread.AsSpan(first, _width).Fill((float)spread);
        }

        if (_place == EpsilonPlace.AddedToScale) saved.Extra = Upload(tape, shape, t.Spread);
    }

    // Absolute deviations need the group's mean first.
    private void MeasureAbsolute(Tape tape, Tensor mean, ref SavedTensors saved)
    {
        var t = Tables;
        for (var first = 0; first < t.Count; first += _width)
        {
            var group = t.Mean.AsSpan(first, _width);
            group.Fill((float)Mean(group));
        }

        mean.CopyFrom(t.Mean.AsSpan(0, t.Count));
        saved.Extra = tape.Rent(new Shape(2, t.Count));
        tape.Backend.AbsoluteDeviations(saved.Input, mean, saved.Extra);
        ReadSums(saved.Extra);
        for (var first = 0; first < t.Count; first += _width)
        {
            var scale = BatchScale.Gaussian * Mean(_sums.AsSpan(first, _width)) / t.Rows + _epsilon;
            t.Rstd.AsSpan(first, _width).Fill((float)(1.0 / scale));
        }
    }

    protected override Slope Differentiate(Tape tape, SavedTensors saved)
    {
        var t = Tables;
        t.Scale.AsSpan(0, t.Count).CopyTo(t.A);
        if (PassesOn(saved.Input.Shape))
        {
            Array.Clear(t.B, 0, t.Count);
            return Slope.None;
        }

        if (_p == Deviation.L1) ReadSums(saved.Extra!);
        else if (saved.Extra is not null) Download(saved.Extra, t.Spread);
        var elements = (double)t.Rows * _width;
        for (var first = 0; first < t.Count; first += _width)
        {
            double sum = 0, product = 0, signs = 0, rstd = t.Rstd[first];
            for (var i = first; i < first + _width; i++)
            {
                var gain = t.Gamma[i % Channels];
                sum += gain * t.Sum[i];
                product += gain * t.Product[i];
                if (_p == Deviation.L1) signs += _sums[t.Count + i];
            }

            // u·m = x̂ with ε inside the root, x̂·s/σ with ε added to σ, C·sgn(c) with p = 1.
            var k = 1.0;
            if (_p == Deviation.L1) k = BatchScale.Gaussian;
            else if (saved.Extra is not null) k = t.Spread[first] > 0 ? 1.0 / (rstd * Math.Sqrt(t.Spread[first])) : 0.0;
            var slope = rstd * k * product / elements;
            var level = rstd * sum / elements;
            if (_p == Deviation.L1) level -= slope * signs / elements;
            else slope *= rstd;
            t.B.AsSpan(first, _width).Fill((float)level);
            t.D.AsSpan(first, _width).Fill((float)slope);
        }

        return _p == Deviation.L1 ? Slope.Signs : Slope.Centered;
    }

    private bool PassesOn(Shape input) => _passesFlat && input.Rows / input[0] * _width == 1;

    private static double Mean(ReadOnlySpan<float> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value;
        return sum / values.Length;
    }

    private void ReadSums(Tensor sums)
    {
        if (_sums.Length < sums.Shape.Length) _sums = new float[sums.Shape.Length];
        Download(sums, _sums);
    }
}

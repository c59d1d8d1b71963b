using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Norms.Layers;

/// <summary>
/// Batch normalization in which chosen values are rounded to 16 bits and back, to see what half precision costs
/// (Hoffer et al. 2018, section 4.3, arXiv 1803.01814, which does not say which tensors were cast). Sums are still kept
/// in float. Roundings pass gradients unchanged.
/// </summary>
internal sealed class RoundedBatchNormLayer(BatchNorm norm, int channels, Activation activation)
    : BatchNormLayer(norm, channels, activation)
{
    // What is measured is rounded before.
    internal override bool MeasuresInput(Pass pass) => false;

    protected override void Measure(Pass pass, bool measured, ref SavedTensors saved)
    {
        var tape = pass.Tape;
        var shape = new Shape(Channels);
        if (measured) CheckTraining(saved.Input.Shape);
        if (Rounds(RoundedValues.Input)) saved.Input = Rounded(tape, saved.Input);
        Tensor mean;
        if (measured)
        {
            mean = tape.Rent(shape);
            tape.Backend.Mean(saved.Input, mean);
        }
        else
        {
            mean = Running!.Mean;
        }

        if (Rounds(RoundedValues.Mean)) mean = Rounded(tape, mean);
        Download(mean, Tables.B);
        saved.Input = Centred(tape, saved.Input, mean);
        Array.Clear(Tables.Mean, 0, Channels);
        if (measured) MeasureSpread(tape, ref saved);
        else Download(Running!.Spread, Tables.Spread);
        if (measured && Updates(pass))
            Running!.Take(pass.Mode, Tables.Rows, Tables.B.AsSpan(0, Channels), Tables.Spread.AsSpan(0, Channels));
        for (var c = 0; c < Channels; c++) Tables.Rstd[c] = (float)ScaleOf(Tables.Spread[c]);
        if (Rounds(RoundedValues.Scale)) RoundTable(tape, Tables.Rstd);
        for (var c = 0; c < Channels; c++) Tables.Rstd[c] = 1f / Tables.Rstd[c];
    }

    protected override bool ChangesOutput => Rounds(RoundedValues.Output);

    protected override void Finish(Tape tape, Tensor y) => tape.Backend.Round(Norm.Format, y, y);

    protected override void Scatter(Tape tape, SavedTensors saved, Tensor dx)
    {
        base.Scatter(tape, saved, dx);
        if (Rounds(RoundedValues.Gradient)) tape.Backend.Round(Norm.Format, dx, dx);
    }

    // What is divided by, from centred values: their mean stays out, as it was subtracted (and perhaps rounded) before.
    private void MeasureSpread(Tape tape, ref SavedTensors saved)
    {
        var zero = tape.Rent(new Shape(1, Channels));
        tape.Backend.Fill(0f, zero);
        if (Norm.P != Deviation.L2)
        {
            MeasureDeviations(tape, zero, ref saved);
            return;
        }

        var squares = tape.Rent(new Shape(Channels));
        if (Rounds(RoundedValues.Square))
        {
            var each = tape.Rent(saved.Input.Shape);
            tape.Backend.Multiply(saved.Input, saved.Input, each);
            tape.Backend.Round(Norm.Format, each, each);
            tape.Backend.ChannelSum(each, squares, accumulate: false);
            tape.Return(each);
        }
        else
        {
            tape.Backend.ChannelDot(saved.Input, saved.Input, squares);
        }

        tape.Backend.Scale(1f / Tables.Rows, squares, squares);
        Download(squares, Tables.Spread);
        if (Norm.EpsilonPlace == EpsilonPlace.AddedToScale) saved.Extra = squares;
    }

    private Tensor Centred(Tape tape, Tensor x, Tensor mean)
    {
        Tensor one = tape.Rent(mean.Shape), zero = tape.Rent(mean.Shape), c = tape.Rent(x.Shape);
        tape.Backend.Fill(1f, one);
        tape.Backend.Fill(0f, zero);
        tape.Backend.RescaleForward(x, mean, one, zero, null, 1f, c);
        if (Rounds(RoundedValues.Centred)) tape.Backend.Round(Norm.Format, c, c);
        return c;
    }

    private Tensor Rounded(Tape tape, Tensor x)
    {
        var rounded = tape.Rent(x.Shape);
        tape.Backend.Round(Norm.Format, x, rounded);
        return rounded;
    }

    private void RoundTable(Tape tape, float[] table)
    {
        var tensor = Upload(tape, new Shape(Channels), table);
        tape.Backend.Round(Norm.Format, tensor, tensor);
        Download(tensor, table);
    }

    // Not HasFlag: it boxes both values until the method is optimized.
    private bool Rounds(RoundedValues value) => (Norm.Round & value) == value;
}

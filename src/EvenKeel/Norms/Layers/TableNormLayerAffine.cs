using EvenKeel.Autograd;
using EvenKeel.Modules;
using EvenKeel.Tensors;

namespace EvenKeel.Norms.Layers;

// Gain and shift: from parameters to the tables, and from sums to the parameters' gradients.
internal abstract partial class TableNormLayer
{
    /// <summary>Reads gain and shift of every channel into the tables.</summary>
    protected void ReadAffine()
    {
        Read(Gamma, 1f, Tables.Gamma);
        Read(Beta, 0f, Tables.Beta);
    }

    private void Read(Parameter? parameter, float otherwise, float[] perChannel)
    {
        if (parameter is null)
        {
            Array.Fill(perChannel, otherwise);
            return;
        }

        parameter.Value.CopyTo(_affine);
        var width = Channels / _affine.Length;
        if (width == 1) _affine.CopyTo(perChannel, 0);
        else for (var entry = 0; entry < _affine.Length; entry++) Array.Fill(perChannel, _affine[entry], entry * width, width);
    }

    /// <summary>Adds sums of a whole batch, one per channel, to the gradients of gain and shift.</summary>
    /// <param name="tape">The step.</param>
    /// <param name="gain">[C]: Σ g·x̂.</param>
    /// <param name="shift">[C]: Σ g.</param>
    protected void AddAffineGradients(Tape tape, Tensor gain, Tensor shift)
    {
        Tables.Reserve(1, 1);
        Download(gain, Tables.Product);
        Download(shift, Tables.Sum);
        AddAffineGradients(tape);
    }

    private void AddAffineGradients(Tape tape)
    {
        if (Gamma is not null) AddAffineGradient(tape, Gamma, Tables.Product);
        if (Beta is not null) AddAffineGradient(tape, Beta, Tables.Sum);
    }

    // Adds the sum over the segments, and over the channels that share an entry, to the gradient of gain or shift.
    private void AddAffineGradient(Tape tape, Parameter parameter, float[] perSegment)
    {
        SegmentSums.Compute(perSegment.AsSpan(0, Tables.Count), Channels, _affineSums);
        for (var entry = 0; entry < _affine.Length; entry++) _affine[entry] = (float)_affineSums[entry];
        AddGradient(tape, parameter, _affine);
    }
}

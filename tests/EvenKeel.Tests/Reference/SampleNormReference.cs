using EvenKeel.Kernels.Normalization;

namespace EvenKeel.Tests.Reference;

/// <summary>Normalization over groups of channels within each sample, in double: every group of a sample becomes a row of
/// <see cref="RowNormReference"/> with a gain for each of its elements.</summary>
internal static class SampleNormReference
{
    /// <summary>Results, and the sums of magnitudes behind those of gain and shift.</summary>
    public static (double[] Y, double[] Dx, double[] Gain, double[] Shift, double[] GainSize, double[] ShiftSize) Run(
        float[] x, float[] dy, SampleGroups groups, float[] gamma, float[] beta, RowScale scale, float slope)
    {
        var (pixels, channels, count, periods) = groups;
        int width = channels / count, samples = x.Length / (pixels * channels);
        double[] y = new double[x.Length], dx = new double[x.Length], gain = new double[gamma.Length], shift = new double[gamma.Length];
        double[] gainSize = new double[gamma.Length], shiftSize = new double[gamma.Length];
        for (var sample = 0; sample < samples; sample++)
        {
            for (var group = 0; group < count; group++)
            {
                int[] at = [.. Enumerable.Range(0, pixels * width).Select(i =>
                    (((sample * pixels) + (i / width)) * channels) + (group * width) + (i % width))];
                int[] entry = [.. at.Select(i => (sample % periods * channels) + (i % channels))];
                float[] Pick(float[] values, int[] from) => [.. from.Select(i => values[i])];
                var row = RowNormReference.Run(Pick(x, at), Pick(dy, at), Pick(gamma, entry), Pick(beta, entry), scale, slope);
                for (var i = 0; i < at.Length; i++)
                {
                    y[at[i]] = row.Y[i];
                    dx[at[i]] = row.Dx[i];
                    gain[entry[i]] += row.Gain[i];
                    shift[entry[i]] += row.Shift[i];
                    gainSize[entry[i]] += Math.Abs(row.Gain[i]);
                    shiftSize[entry[i]] += Math.Abs(row.Shift[i]);
                }
            }
        }

        return (y, dx, gain, shift, gainSize, shiftSize);
    }
}

namespace EvenKeel.Tests.Reference;

/// <summary>Element-wise and per-channel passes as nested loops in double.</summary>
internal static class PointwiseReference
{
    public static double[] Map(int length, Func<int, double> element)
    {
        var y = new double[length];
        for (var i = 0; i < length; i++) y[i] = element(i);
        return y;
    }

    public static double Act(double v, double slope) => v > 0.0 ? v : slope * v;

    /// <summary>Σ over the rows of term(i), one sum a channel.</summary>
    public static double[] ColumnSums(int rows, int channels, Func<int, double> term)
    {
        var sums = new double[channels];
        for (var r = 0; r < rows; r++)
            for (var c = 0; c < channels; c++) sums[c] += term(r * channels + c);
        return sums;
    }

    /// <summary>Largest |x| of each channel, and the index of the first element that has it.</summary>
    public static double[] Peaks(float[] x, int channels, out int[] at)
    {
        at = [.. Enumerable.Range(0, channels)];
        for (var i = 0; i < x.Length; i++)
            if (Math.Abs(x[i]) > Math.Abs(x[at[i % channels]])) at[i % channels] = i;
        return [.. at.Select(i => (double)Math.Abs(x[i]))];
    }

    public static (double[] Mean, double[] Variance) Moments(float[] x, int channels)
    {
        var rows = x.Length / channels;
        var mean = ColumnSums(rows, channels, i => x[i]);
        for (var c = 0; c < channels; c++) mean[c] /= rows;
        var variance = ColumnSums(rows, channels, i => (x[i] - mean[i % channels]) * (x[i] - mean[i % channels]));
        for (var c = 0; c < channels; c++) variance[c] /= rows;
        return (mean, variance);
    }
}

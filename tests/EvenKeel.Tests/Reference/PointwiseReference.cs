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

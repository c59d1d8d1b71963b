using MathNet.Numerics.Distributions;

namespace EvenKeel.Lab.Statistics;

/// <summary>
/// A mean over independent runs with its 95% interval by Student's t: <c>mean ± t(0.975, n−1)·s/√n</c>. One run has
/// no interval.
/// </summary>
/// <param name="Count">Runs, at least one.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">Sample deviation, with n−1 below; null for one run.</param>
/// <param name="HalfWidth">Half the width of the interval; null for one run.</param>
internal sealed record Estimate(int Count, double Mean, double? Deviation, double? HalfWidth)
{
    /// <summary>Share of intervals that hold the true mean.</summary>
    public const double Confidence = 0.95;

    /// <summary>The estimate from values; null when there is none.</summary>
    public static Estimate? Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
            return null;

        double sum = 0;
        foreach (double value in values)
            sum += value;
        double mean = sum / values.Count;
        if (values.Count == 1)
            return new Estimate(1, mean, null, null);

        double squares = 0;
        foreach (double value in values)
            squares += (value - mean) * (value - mean);
        double deviation = Math.Sqrt(squares / (values.Count - 1));
        double half = StudentQuantile(0.5 + (Confidence / 2), values.Count - 1) * deviation / Math.Sqrt(values.Count);
        return new Estimate(values.Count, mean, deviation, half);
    }

    /// <summary>
    /// The mean of <c>first − second</c> over the seeds that both have: what the seeds share (initial weights,
    /// order of images) cancels, so the interval is narrower than that of two separate means.
    /// </summary>
    public static Estimate? OfPairs(IReadOnlyDictionary<ulong, double> first, IReadOnlyDictionary<ulong, double> second)
    {
        List<double> differences = [];
        foreach ((ulong seed, double value) in first.OrderBy(pair => pair.Key))
        {
            if (second.TryGetValue(seed, out double other))
                differences.Add(value - other);
        }

        return Of(differences);
    }

    /// <summary>The value that Student's t with so many degrees of freedom stays below with the probability.</summary>
    public static double StudentQuantile(double probability, int degreesOfFreedom) =>
        StudentT.InvCDF(location: 0, scale: 1, freedom: degreesOfFreedom, p: probability);

    /// <summary>The same estimate in another unit.</summary>
    public Estimate Times(double factor) =>
        new(Count, Mean * factor, Deviation * Math.Abs(factor), HalfWidth * Math.Abs(factor));
}

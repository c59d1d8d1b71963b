using EvenKeel.Training.Diagnostics;

namespace EvenKeel.Lab.Reports.Inside;

/// <summary>A moment inside a network in a few numbers: medians over the layers that have the quantity. What no layer has
/// is null.</summary>
/// <param name="EffectiveStep">η/‖v‖².</param>
/// <param name="WeightNorm">‖v‖ of stored weights.</param>
/// <param name="GradientNorm">Norm of the gradient by them.</param>
/// <param name="Dead">Mean share of dead units over the activations, 0 to 1.</param>
/// <param name="Gap">Loss with running less loss with batch statistics, nats; not a median.</param>
/// <param name="MeanDistance">Distance of running from batch means, batch deviations.</param>
/// <param name="VarianceDistance">Distance of running from batch variances, nats of their ratio.</param>
internal sealed record InsideSummary(
    double? EffectiveStep, double? WeightNorm, double? GradientNorm, double? Dead, double? Gap, double? MeanDistance,
    double? VarianceDistance)
{
    /// <summary>Sums up a moment.</summary>
    public static InsideSummary Of(DiagnosticRecord moment) => new(
        Median(moment.Weights.Select(weight => (double?)weight.EffectiveStep)),
        Median(moment.Weights.Select(weight => (double?)weight.Norm)),
        Median(moment.Weights.Select(weight => weight.Gradient)),
        moment.Activations.Count == 0 ? null : moment.Activations.Average(activation => activation.Dead),
        // Without running statistics both losses are the same but for rounding, and there is no gap to speak of.
        moment.Statistics.Count == 0 ? null : moment.Gap,
        Median(moment.Statistics.Select(statistics => statistics.MeanDistance)),
        Median(moment.Statistics.Select(statistics => statistics.VarianceDistance)));

    private static double? Median(IEnumerable<double?> values)
    {
        double[] sorted = [.. values.OfType<double>().Order()];
        return sorted.Length == 0 ? null : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

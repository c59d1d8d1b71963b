using EvenKeel.Training.Diagnostics;

namespace EvenKeel.Lab.Reports.Inside;

/// <summary>A moment as rows of a table for other programs: where, what, how much.</summary>
internal static class InsideValues
{
    /// <summary>Every number of a moment; what was not measured is left out.</summary>
    public static IEnumerable<(string Place, string Measure, double Value)> Of(DiagnosticRecord moment) =>
        All(moment).Where(row => row.Value is not null).Select(row => (row.Place, row.Measure, row.Value!.Value));

    private static IEnumerable<(string Place, string Measure, double? Value)> All(DiagnosticRecord moment)
    {
        yield return ("", "rate", moment.Rate);
        yield return ("", "train_loss", moment.TrainLoss);
        yield return ("", "batch_loss", moment.BatchLoss);
        yield return ("", "evaluate_loss", moment.EvaluateLoss);
        yield return ("", "seconds", moment.Seconds);
        foreach (WeightDiagnostic weight in moment.Weights)
        {
            yield return (weight.Layer, "weight_norm", weight.Norm);
            yield return (weight.Layer, "effective_weight_norm", weight.EffectiveNorm);
            yield return (weight.Layer, "gradient_norm", weight.Gradient);
            yield return (weight.Layer, "effective_step", weight.EffectiveStep);
        }

        foreach (StatisticsDiagnostic statistics in moment.Statistics)
        {
            yield return (statistics.Layer, "mean_distance", statistics.MeanDistance);
            yield return (statistics.Layer, "variance_distance", statistics.VarianceDistance);
        }

        foreach (ActivationDiagnostic activation in moment.Activations)
        {
            yield return (activation.Layer, "activation_mean", activation.Mean);
            yield return (activation.Layer, "activation_deviation", activation.Deviation);
            yield return (activation.Layer, "dead_share", activation.Dead);
        }

        foreach (ValueDiagnostic values in moment.Gains.Concat(moment.Biases))
        {
            yield return (values.Name, "min", values.Min);
            yield return (values.Name, "lower_quartile", values.Lower);
            yield return (values.Name, "median", values.Median);
            yield return (values.Name, "upper_quartile", values.Upper);
            yield return (values.Name, "max", values.Max);
        }
    }
}

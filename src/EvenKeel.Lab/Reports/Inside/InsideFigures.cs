namespace EvenKeel.Lab.Reports.Inside;

/// <summary>What was measured inside the networks over the steps of a setting's runs.</summary>
internal static class InsideFigures
{
    /// <summary>The figures; none when nothing was measured.</summary>
    public static IEnumerable<ReportFigure> Of(ReportData data)
    {
        if (data.Runs.All(run => run.Diagnostics.Count == 0))
            return [];
        return new[]
        {
            Figure(
                data, "effective-step", "Effective step", "log10 of rate over squared norm", summary => Logarithm(summary.EffectiveStep),
                "Learning rate over the squared norm of the stored weight, the median over the layers: the rate at which the direction "
                + "of a weight moves where a normalizer undoes its scale."),
            Figure(
                data, "weight-norm", "Weight norm", "norm", summary => summary.WeightNorm,
                "Euclidean norm of the stored weight, the median over the layers."),
            Figure(
                data, "gradient-norm", "Gradient norm", "log10 of the norm", summary => Logarithm(summary.GradientNorm),
                "Euclidean norm of the training loss's gradient by the stored weight, on one fixed batch; the median over the layers."),
            Figure(
                data, "dead-units", "Dead units", "percent", summary => 100 * summary.Dead,
                "Channels that an activation leaves above zero nowhere on a fixed batch; the mean over the activations."),
            Figure(
                data, "mode-gap", "Gap between evaluation and training", "nats per image", summary => summary.Gap,
                "Loss of a fixed batch with running statistics less the loss with its own, noise and dropout off in both. "
                + "Schemes without running statistics have none."),
            Figure(
                data, "mean-distance", "Running from batch means", "batch deviations", summary => summary.MeanDistance,
                "Root mean square over the channels of the difference over the batch's deviation; the median over the layers."),
            Figure(
                data, "variance-distance", "Running from batch variances", "ln of their ratio", summary => summary.VarianceDistance,
                "Root mean square over the channels of the logarithm of their ratio; the median over the layers."),
        }.OfType<ReportFigure>();
    }

    private static ReportFigure? Figure(
        ReportData data, string id, string title, string unit, Func<InsideSummary, double?> of, string caption)
    {
        LineChart chart = new(
            data.Prefix + id, title, unit, "step", WholeX: false,
            [.. data.Schemes.Select(scheme => new LineSeries(
                scheme.Index, scheme.Scheme,
                Curve.OfPoints(scheme.Runs.SelectMany(run => run.Diagnostics).Select(moment => ((double)moment.Step, of(InsideSummary.Of(moment)))))))]);
        string over = data.Plan.Seeds.Count > 1 ? " Mean over the seeds; the band spans the lowest and the highest." : "";
        return chart.HasPoints ? SettingFigures.Figure(data, id, title, caption + over, chart) with { IsInside = true } : null;
    }

    private static double? Logarithm(double? value) => value > 0 ? Math.Log10(value.Value) : null;
}

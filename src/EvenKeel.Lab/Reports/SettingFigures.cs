using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Lab.Reports;

/// <summary>The figures of one setting: curves over epochs or time, and where the time went.</summary>
internal static class SettingFigures
{
    /// <summary>The figure of that kind; none for kinds that go across settings.</summary>
    public static IEnumerable<ReportFigure> Of(ReportData data, StudyFigure figure)
    {
        string over = data.Plan.Seeds.Count > 1 ? " Mean over the seeds that reached the epoch; the band spans the lowest and the highest." : "";
        string metric = data.Metric.LowerName;
        return figure switch
        {
            StudyFigure.TestError => [Figure(data, "error", data.Metric.Name, $"After each epoch.{over}",
                ErrorChart(data, "error", run => Curve.OverEpochs(run.Runs, data.Metric.Of, 100)))],
            StudyFigure.TestErrorSmoothed => [SmoothedFigure.Of(data)],
            StudyFigure.TrainLoss => [Figure(data, "train-loss", "Training loss", $"Mean over each epoch, measured while training.{over}",
                Chart(data, "train-loss", "Training loss", "nats per image", epoch => epoch.TrainLoss, 1))],
            StudyFigure.TrainError => [Figure(data, "train-error", "Training error", $"Over each epoch, measured while training.{over}",
                Chart(data, "train-error", "Training error", "percent", epoch => epoch.TrainError, 100))],
            StudyFigure.TestErrorByTime => [Figure(data, "error-by-time", $"{data.Metric.Name} over time",
                $"The same {metric} over the minutes each scheme took on this machine, evaluation included.",
                ErrorChart(data, "error-by-time", scheme => Curve.OverEpochs(scheme.Runs, data.Metric.Of, 100).OverMinutes(scheme.Runs)) with
                {
                    XTitle = "minutes",
                    WholeX = false,
                })],
            StudyFigure.EpochSeconds => [Bars(data)],
            _ => [],
        };
    }

    /// <summary>A figure of lines; without points it is empty.</summary>
    public static ReportFigure Figure(ReportData data, string id, string title, string caption, LineChart chart) => new(
        $"{data.Prefix}{id}",
        title,
        chart.HasPoints && chart.Beyond is { } beyond ? $"{caption} {beyond}" : caption,
        ReportFigure.ReducedWarning(data.Plan),
        chart.HasPoints ? chart : null,
        data.Number);

    /// <summary>A chart of the error.</summary>
    public static LineChart ErrorChart(ReportData data, string id, Func<SchemeResult, Curve> curve) =>
        new(data.Prefix + id, data.Metric.Name, "percent", "epoch", WholeX: true,
            [.. data.Schemes.Select(scheme => new LineSeries(scheme.Index, scheme.Scheme, curve(scheme)))])
        {
            CutsStart = true,
        };

    private static LineChart Chart(
        ReportData data, string id, string title, string unit, Func<EpochRecord, double?> measure, double factor) =>
        new(data.Prefix + id, title, unit, "epoch", WholeX: true,
            [.. data.Schemes.Select(scheme => new LineSeries(
                scheme.Index, scheme.Scheme, Curve.OverEpochs(scheme.Runs, measure, factor)))]);

    private static ReportFigure Bars(ReportData data)
    {
        SchemeResult[] timed = [.. data.Schemes.Where(scheme => scheme.EpochSeconds > 0)];
        return new ReportFigure(
            $"{data.Prefix}time", "Time per epoch",
            "Median over all epochs and seeds, divided by what the time went into.",
            ReportFigure.ReducedWarning(data.Plan),
            timed.Length == 0 ? null : new TimeBars(timed),
            data.Number);
    }
}

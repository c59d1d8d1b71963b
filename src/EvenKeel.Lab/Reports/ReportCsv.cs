using System.Globalization;
using System.Text;
using EvenKeel.Lab.Statistics;
using EvenKeel.Training;

namespace EvenKeel.Lab.Reports;

/// <summary>The tables <c>epochs.csv</c> and <c>summary.csv</c>: a header, commas, full precision, errors 0 to 1.</summary>
internal static class ReportCsv
{
    /// <summary>Every epoch of every run.</summary>
    public static string Epochs(ReportData data)
    {
        StringBuilder csv = new();
        csv.Append("scheme,seed,folder,epoch,train_loss,train_error,validation_loss,validation_error,test_loss,test_error,"
            + "rate,beta1,seconds,images_per_second,data_seconds,forward_seconds,backward_seconds,optimizer_seconds,"
            + "evaluate_seconds,peak_bytes\n");
        foreach (RunData run in data.Runs)
        {
            foreach (EpochRecord epoch in run.Epochs)
            {
                PhaseSeconds? phases = epoch.Phases;
                Row(csv, run.Spec.Scheme, run.Spec.Seed, run.FolderName, epoch.Epoch, epoch.TrainLoss, epoch.TrainError,
                    epoch.ValidationLoss, epoch.ValidationError, epoch.TestLoss, epoch.TestError, epoch.Rate,
                    epoch.Beta1, epoch.Seconds, epoch.ImagesPerSecond, phases?.Data, phases?.Forward, phases?.Backward,
                    phases?.Optimizer, phases?.Evaluate, epoch.PeakBytes);
            }
        }

        return csv.ToString();
    }

    /// <summary>One row for each scheme.</summary>
    public static string Summary(ReportData data)
    {
        StringBuilder csv = new();
        csv.Append("scheme,label,metric,runs,finished,diverged,error_mean,error_deviation,error_interval_half,best_mean,"
            + "best_interval_half,difference_to_first,difference_interval_half,seconds_per_epoch,images_per_second,"
            + "parameters,reduced");
        foreach (Studies.PublishedFigures published in data.Plan.Study.Published)
            csv.Append(',').Append(Quoted($"{published.Label} {published.Metric} ({published.Unit})"));
        csv.Append('\n');
        foreach (SchemeResult scheme in data.Schemes)
        {
            Estimate? last = scheme.Last?.Times(0.01);
            Estimate? best = scheme.Best?.Times(0.01);
            Estimate? difference = scheme.Difference?.Times(0.01);
            object?[] cells =
            [
                scheme.Scheme, scheme.Label, data.Metric.LowerName, scheme.Runs.Count, scheme.Finished,
                scheme.Runs.Count(run => run.Status == RunStatus.Diverged), last?.Mean, last?.Deviation, last?.HalfWidth,
                best?.Mean, best?.HalfWidth, difference?.Mean, difference?.HalfWidth, scheme.EpochSeconds,
                scheme.ImagesPerSecond, scheme.Parameters, data.Plan.Reduced,
            ];
            IEnumerable<object?> others = data.Plan.Study.Published.Select(
                published => published.Values.TryGetValue(scheme.Scheme, out double value) ? (object?)value : null);
            Row(csv, [.. cells, .. others]);
        }

        return csv.ToString();
    }

    private static void Row(StringBuilder csv, params object?[] cells) =>
        csv.Append(string.Join(',', cells.Select(Cell))).Append('\n');

    private static string Cell(object? value) => value switch
    {
        null => "",
        string text => Quoted(text),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => Quoted(value.ToString() ?? ""),
    };

    private static string Quoted(string text) => text.AsSpan().IndexOfAny(",\"\n\r") < 0
        ? text
        : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

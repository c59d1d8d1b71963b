using System.Globalization;
using System.Text;
using System.Text.Json;
using EvenKeel.Lab.Claims;
using EvenKeel.Lab.Reports.Inside;
using EvenKeel.Lab.Statistics;
using EvenKeel.Lab.Studies;
using EvenKeel.Training;
using EvenKeel.Training.Diagnostics;

namespace EvenKeel.Lab.Reports;

/// <summary>Everything as tables for other programs: a header, commas, full precision, errors 0 to 1.</summary>
internal static class ReportCsv
{
    /// <summary>The files by name.</summary>
    public static IReadOnlyList<(string Name, string Text)> All(StudyData data) =>
    [
        ("epochs.csv", Epochs(data)),
        ("steps.csv", Steps(data)),
        ("runs.csv", Runs(data)),
        ("summary.csv", Summary(data)),
        .. data.Runs.All(run => run.Diagnostics.Count == 0) ? [] : new[] { ("diagnostics.csv", Diagnostics(data)) },
        .. data.Claims.Count == 0 ? [] : new[] { ("claims.csv", Claims(data)) },
    ];

    private static string Epochs(StudyData data)
    {
        StringBuilder csv = new();
        csv.Append($"scheme,{Axes(data)}seed,folder,epoch,train_loss,train_error,validation_loss,validation_error,test_loss,test_error,"
            + "rate,beta1,seconds,images_per_second,data_seconds,forward_seconds,backward_seconds,optimizer_seconds,"
            + "evaluate_seconds,peak_bytes\n");
        foreach (RunData run in data.Runs)
        {
            foreach (EpochRecord epoch in run.Epochs)
            {
                PhaseSeconds? phases = epoch.Phases;
                Row(csv, [.. Head(data, run), run.FolderName, epoch.Epoch, epoch.TrainLoss, epoch.TrainError,
                    epoch.ValidationLoss, epoch.ValidationError, epoch.TestLoss, epoch.TestError, epoch.Rate,
                    epoch.Beta1, epoch.Seconds, epoch.ImagesPerSecond, phases?.Data, phases?.Forward, phases?.Backward,
                    phases?.Optimizer, phases?.Evaluate, epoch.PeakBytes]);
            }
        }

        return csv.ToString();
    }

    private static string Steps(StudyData data)
    {
        StringBuilder csv = new();
        csv.Append($"scheme,{Axes(data)}seed,step,epoch,loss,error,rate,images_per_second\n");
        foreach (RunData run in data.Runs)
        {
            foreach (StepRecord step in run.History?.Steps ?? [])
                Row(csv, [.. Head(data, run), step.Step, step.Epoch, step.Loss, step.Error, step.Rate, step.ImagesPerSecond]);
        }

        return csv.ToString();
    }

    private static string Diagnostics(StudyData data)
    {
        StringBuilder csv = new();
        csv.Append($"scheme,{Axes(data)}seed,step,epoch,place,measure,value\n");
        foreach (RunData run in data.Runs)
        {
            foreach (DiagnosticRecord moment in run.Diagnostics)
            {
                foreach ((string place, string measure, double value) in InsideValues.Of(moment))
                    Row(csv, [.. Head(data, run), moment.Step, moment.Epoch, place, measure, value]);
            }
        }

        return csv.ToString();
    }

    private static string Runs(StudyData data)
    {
        StringBuilder csv = new();
        csv.Append($"scheme,{Axes(data)}seed,folder,status,restarts,epochs,error_last,error_best,loss_last,seconds,spec\n");
        foreach (RunData run in data.Runs)
        {
            RunCurve error = run.Curve(data.Metric.Of, 1);
            Row(csv, [.. Head(data, run), run.FolderName, run.StatusText, run.Restarts, run.LastEpoch, error.Last, error.Lowest,
                run.Curve(data.Metric.Loss, 1).Last, run.Epochs.Sum(epoch => epoch.Seconds),
                JsonSerializer.Serialize(run.Spec, SpecJson.Compact)]);
        }

        return csv.ToString();
    }

    private static string Summary(StudyData data)
    {
        (string Label, PublishedMetric Metric, string Unit)[] columns = [.. data.Plan.Study.Published
            .Select(figures => (figures.Label, figures.Metric, figures.Unit)).Distinct()];
        StringBuilder csv = new();
        csv.Append($"scheme,{Axes(data)}label,metric,runs,finished,diverged,restarts,error_mean,error_deviation,error_interval_half,best_mean,"
            + "best_interval_half,loss_mean,difference_to_first,difference_interval_half,seconds_per_epoch,images_per_second,"
            + "parameters,reduced");
        foreach ((string label, PublishedMetric metric, string unit) in columns)
            csv.Append(',').Append(Quoted($"{label} {metric} ({unit})"));
        csv.Append('\n');
        foreach (ReportData setting in data.Settings)
        {
            foreach (SchemeResult scheme in setting.Schemes)
            {
                Estimate? last = scheme.Last?.Times(0.01);
                Estimate? best = scheme.Best?.Times(0.01);
                Estimate? difference = scheme.Difference?.Times(0.01);
                object?[] cells =
                [
                    scheme.Scheme, .. setting.Setting.Choices.Select(choice => choice.Value), scheme.Label, data.Metric.LowerName,
                    scheme.Runs.Count, scheme.Finished, scheme.Diverged, scheme.Restarts, last?.Mean, last?.Deviation,
                    last?.HalfWidth, best?.Mean, best?.HalfWidth, scheme.LastLoss?.Mean, difference?.Mean, difference?.HalfWidth,
                    scheme.EpochSeconds, scheme.ImagesPerSecond, scheme.Parameters, data.Plan.Reduced,
                ];
                IEnumerable<object?> others = columns.Select(column => setting.Published
                    .Where(figures => (figures.Label, figures.Metric, figures.Unit) == column && figures.Values.ContainsKey(scheme.Scheme))
                    .Select(figures => (object?)figures.Values[scheme.Scheme]).FirstOrDefault());
                Row(csv, [.. cells, .. others]);
            }
        }

        return csv.ToString();
    }

    private static string Claims(StudyData data)
    {
        StringBuilder csv = new();
        csv.Append("claim,source,says,comparison,left_mean,left_interval_half,right_mean,right_interval_half,seeds,margin,"
            + "margin_interval_half,p_corrected,verdict,reason,verdict_of_claim\n");
        foreach (ClaimReport claim in data.Claims)
        {
            for (int i = 0; i < claim.Results.Count; i++)
            {
                ComparisonResult result = claim.Results[i];
                Row(csv, claim.Claim.Id, claim.Claim.Source, claim.Claim.Says, i + 1, result.Left?.Mean, result.Left?.HalfWidth,
                    result.Right?.Mean, result.Right?.HalfWidth, result.Margin?.Count, result.Margin?.Mean, result.Margin?.HalfWidth,
                    result.PValue, ClaimTable.Word(result.Verdict), result.Reason, ClaimTable.Word(claim.Verdict));
            }
        }

        return csv.ToString();
    }

    private static string Axes(StudyData data) => string.Concat(data.Plan.Axes.Select(axis => $"{axis.Name},"));

    private static object?[] Head(StudyData data, RunData run) =>
        [run.Planned.Scheme.Key, .. data.Plan.Axes.Select(axis => run.Planned.Setting[axis.Name]), run.Spec.Seed];

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

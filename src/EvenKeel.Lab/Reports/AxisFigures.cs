using EvenKeel.Lab.Statistics;
using EvenKeel.Lab.Studies;

namespace EvenKeel.Lab.Reports;

/// <summary>Figures across settings: a measure after the last epoch over the values of an axis, a chart for each
/// combination of the other axes.</summary>
internal static class AxisFigures
{
    /// <summary>The figures of that kind; none for kinds that belong to one setting, or when no axis varies.</summary>
    public static IEnumerable<ReportFigure> Of(StudyData data, StudyFigure figure)
    {
        if (data.Settings.Count == 1 || data.ChartAxis is not { } axis)
            return [];
        string metric = data.Metric.LowerName;
        return figure switch
        {
            StudyFigure.AccuracyOverAxis => Charts(data, axis, "accuracy", data.Metric.Name.Replace("error", "accuracy", StringComparison.Ordinal),
                "percent", "after the last epoch", run => 100 - run.Curve(data.Metric.Of, 100).Last),
            StudyFigure.ErrorOverAxis => Charts(data, axis, "error", data.Metric.Name, "percent", "after the last epoch",
                run => run.Curve(data.Metric.Of, 100).Last),
            StudyFigure.TimeOverAxis => Charts(data, axis, "time", "Time per epoch", "seconds", "median of the epochs",
                run => SchemeResult.Median(run.Epochs.Select(epoch => epoch.Seconds))),
            _ => [],
        };
    }

    private static IEnumerable<ReportFigure> Charts(
        StudyData data, StudyAxis axis, string id, string title, string unit, string when, Func<RunData, double?> measure)
    {
        Setting[] groups = [.. data.Settings.Select(setting => setting.Setting.Without(axis.Name)).Distinct()];
        string band = data.Plan.Seeds.Count > 1 ? " Mean over the seeds; the band spans the lowest and the highest." : "";
        for (int i = 0; i < groups.Length; i++)
        {
            ReportData[] places = [.. axis.Values
                .Select(value => data.Settings.FirstOrDefault(setting =>
                    setting.Setting[axis.Name] == value.Name && setting.Setting.Without(axis.Name).Equals(groups[i])))
                .OfType<ReportData>()];
            LineChart chart = new(
                $"{id}-by-{axis.Name}{(groups.Length > 1 ? $"-{i + 1}" : "")}", title, unit, axis.Title, WholeX: true,
                [.. data.Schemes.Select(item => new LineSeries(item.Index, item.Scheme.Key, Line(places, item.Scheme.Key, measure)))])
            {
                TickNames = [.. places.Select(place => place.Setting[axis.Name]!)],
            };
            int gone = places.Sum(place => place.Schemes.Count(scheme => scheme.Finished == 0 && scheme.Diverged > 0));
            string missing = gone == 0 ? "" : $" {gone} point{(gone == 1 ? " is" : "s are")} missing: all runs there diverged.";
            yield return new ReportFigure(
                chart.Id, $"{title} by {axis.Title}" + (groups[i].Key.Length > 0 ? $": {groups[i].Key}" : ""),
                $"{char.ToUpperInvariant(when[0])}{when[1..]}.{band}{missing}",
                ReportFigure.ReducedWarning(data.Plan), chart.HasPoints ? chart : null, Setting: 0);
        }
    }

    // Values stand side by side at equal distances: batches and rates grow by factors, depths by steps.
    private static Curve Line(ReportData[] places, string scheme, Func<RunData, double?> measure)
    {
        List<(double X, double[] Values)> points = [];
        for (int i = 0; i < places.Length; i++)
        {
            double[] values = [.. (places[i].Find(scheme)?.Runs ?? [])
                .Where(run => run.Status == EvenKeel.Training.RunStatus.Finished)
                .Select(measure).OfType<double>().Where(double.IsFinite)];
            if (values.Length > 0)
                points.Add((i + 1, values));
        }

        return new Curve(
            [.. points.Select(point => point.X)],
            [.. points.Select(point => Estimate.Of(point.Values)!.Mean)],
            [.. points.Select(point => point.Values.Min())],
            [.. points.Select(point => point.Values.Max())]);
    }
}

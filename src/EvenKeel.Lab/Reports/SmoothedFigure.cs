using EvenKeel.Lab.Statistics;

namespace EvenKeel.Lab.Reports;

/// <summary>The error smoothed as the course report on weight normalization did, the raw curve behind.</summary>
internal static class SmoothedFigure
{
    // The window and degree that the course report gives.
    private const int Window = 51;
    private const int Degree = 10;

    /// <summary>The figure of a setting.</summary>
    public static ReportFigure Of(ReportData data)
    {
        SortedDictionary<(int Window, int Degree), List<string>> filters = [];
        LineChart chart = SettingFigures.ErrorChart(data, "error-smoothed", _ => Curve.Empty) with
        {
            Series = [.. data.Schemes.Select(scheme => Smoothed(data, scheme, filters))],
        };
        return SettingFigures.Figure(data, "error-smoothed", $"{data.Metric.Name}, smoothed", Caption(filters), chart);
    }

    private static LineSeries Smoothed(
        ReportData data, SchemeResult scheme, SortedDictionary<(int Window, int Degree), List<string>> filters)
    {
        Curve raw = Curve.OverEpochs(scheme.Runs, data.Metric.Of, 100);
        if (raw.Count == 0)
            return new LineSeries(scheme.Index, scheme.Scheme, raw);
        SavitzkyGolay filter = SavitzkyGolay.For(raw.Count, Window, Degree);
        double[] smooth = filter.Smooth(raw.Mean);
        (int Window, int Degree) key = (filter.Window, filter.Degree);
        if (!filters.TryGetValue(key, out List<string>? schemes))
            filters[key] = schemes = [];
        schemes.Add(scheme.Scheme);
        return new LineSeries(scheme.Index, scheme.Scheme, new Curve(raw.X, smooth, smooth, smooth), raw);
    }

    private static string Caption(SortedDictionary<(int Window, int Degree), List<string>> filters)
    {
        if (filters.Keys.All(key => key.Window == 1))
            return "Shown raw: so few epochs cannot be smoothed.";
        string used = string.Join("; ", filters.Select(pair =>
            (pair.Key.Window == 1 ? "none" : $"window {pair.Key.Window}, degree {pair.Key.Degree}")
            + (filters.Count > 1 ? $" for {string.Join(", ", pair.Value)}" : "")));
        string why = filters.Keys.Any(key => key.Window < Window)
            ? $", in place of window {Window}, degree {Degree}, which takes {Window} epochs"
            : "";
        return $"Savitzky-Golay filter: {used}{why}. The raw curve lies faintly behind.";
    }
}

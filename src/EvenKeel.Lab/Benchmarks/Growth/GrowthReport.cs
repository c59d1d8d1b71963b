using System.Globalization;
using System.Text;

namespace EvenKeel.Lab.Benchmarks.Growth;

/// <summary>Writes the page and the table of a measurement of growth.</summary>
internal static class GrowthReport
{
    /// <summary>Writes <c>growth.html</c> and <c>growth.csv</c>.</summary>
    /// <returns>Path of the page.</returns>
    /// <exception cref="UserException">The folder cannot be written.</exception>
    public static string Write(string folder, GrowthPlan plan, IReadOnlyList<GrowthPoint> points)
    {
        var page = Path.GetFullPath(Path.Combine(folder, "growth.html"));
        WholeFile.Write(page, GrowthPage.Html(plan, points));
        WholeFile.Write(Path.ChangeExtension(page, "csv"), Csv(points));
        return page;
    }

    /// <summary>The table: a row for every place, figures empty where it was skipped.</summary>
    public static string Csv(IReadOnlyList<GrowthPoint> points)
    {
        var csv = new StringBuilder("axis,value,model,scheme,batch,ms_per_step,images_per_s,peak_bytes,peak_resident_bytes,skipped\n");
        foreach (var point in points)
        {
            var r = point.Result;
            object?[] cells =
            [
                point.Axis.ToString().ToLowerInvariant(), point.Value, r?.Model, r?.Scheme, r?.Batch, r?.MillisecondsPerStep,
                r?.ImagesPerSecond, r?.PeakBytes, r?.PeakResidentBytes, point.Skipped,
            ];
            csv.AppendJoin(',', cells.Select(Cell)).Append('\n');
        }

        return csv.ToString();
    }

    private static string Cell(object? value)
    {
        var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        return text.AsSpan().IndexOfAny(",\"\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}

using System.Globalization;
using System.Text;
using EvenKeel.Lab.Reports;

namespace EvenKeel.Lab.Benchmarks.Growth;

/// <summary>The page <c>growth.html</c>: one panel each for batch, width and depth, with speed and memory; one file, no
/// network, no script.</summary>
internal static class GrowthPage
{
    /// <summary>The page as text.</summary>
    public static string Html(GrowthPlan plan, IReadOnlyList<GrowthPoint> points)
    {
        var first = points.Select(p => p.Result).OfType<BenchResult>().FirstOrDefault();
        var html = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            + "<meta name=\"color-scheme\" content=\"light dark\">\n<title>How cost grows · EvenKeel</title>\n"
            + $"<style>\n{Style()}.s0{{--c:var(--c1)}}.s1{{--c:var(--c2)}}\n</style>\n</head>\n<body>\n<header>\n"
            + "<div class=\"bar\"><span class=\"brand\">EvenKeel</span></div>\n<h1>How cost grows</h1>\n"
            + "<p class=\"question\">Speed and memory of a training step over its batch, the width of the network and its "
            + "depth.</p>\n<dl class=\"facts\">\n");
        if (first is not null)
        {
            Fact(html, "Network", $"{plan.Model}; perceptrons for the depth");
            Fact(html, "Scheme", first.Scheme);
            Fact(html, "Processor", $"{first.Cpu}, {first.Threads} {(first.Threads == 1 ? "thread" : "threads")}");
            Fact(html, "Date", first.Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        }

        html.Append("</dl>\n</header>\n<main>\n");
        Panel(html, points, GrowthAxis.Batch, "Batch", "images per step", $"{plan.Model}.");
        Panel(html, points, GrowthAxis.Width, "Width", "factor on every hidden width", $"{plan.Model}, batch {GrowthPlan.WidthBatch}.");
        Panel(
            html, points, GrowthAxis.Depth, "Depth", "intermediate layers of 500",
            $"Perceptrons on 32x32 images in colour, batch {GrowthPlan.DepthBatch}.");
        html.Append("</main>\n<footer><p>Medians of steps on random data: forward, loss, backward, Adam. The same "
            + "figures lie beside this page in <code>growth.csv</code>.</p></footer>\n</body>\n</html>\n");
        return html.ToString();
    }

    private static void Panel(
        StringBuilder html, IReadOnlyList<GrowthPoint> all, GrowthAxis axis, string title, string unit, string caption)
    {
        GrowthPoint[] points = [.. all.Where(p => p.Axis == axis)];
        GrowthPoint[] measured = [.. points.Where(p => p.Result is not null)];
        var skipped = string.Join(" ", points.Where(p => p.Skipped is not null).Select(p => $"{Name(p)} is left out: {p.Skipped!.TrimEnd('.')}."));
        html.Append($"<section><h2>{title}</h2>\n<div class=\"charts\">\n");
        Chart("Images per second", "speed", "images/s", 0, $"{caption} {skipped}".TrimEnd(), p => p.Result!.ImagesPerSecond);
        Chart("Memory", "memory", "MB", 1, "Parameters, optimizer and one step.", p => p.Result!.PeakBytes / 1e6);
        html.Append("</div></section>\n");

        void Chart(string name, string id, string of, int index, string below, Func<GrowthPoint, double> value)
        {
            html.Append($"<figure><h3>{name}</h3>\n");
            if (measured.Length == 0)
            {
                html.Append("<p class=\"empty\">Not measured.</p>\n");
            }
            else
            {
                double[] places = [.. measured.Select((_, i) => i + 1.0)];
                double[] values = [.. measured.Select(value)];
                var chart = new LineChart(
                    $"{axis.ToString().ToLowerInvariant()}-{id}", name, of, unit, WholeX: true,
                    [new LineSeries(index, Show.Rough(values[^1]), new Curve(places, values, values, values))])
                {
                    TickNames = [.. measured.Select(Name)],
                };
                html.Append(chart.Draw());
            }

            html.Append($"<figcaption>{Show.Escape(below)}</figcaption></figure>\n");
        }
    }

    private static string Name(GrowthPoint point) => point.Value.ToString(CultureInfo.InvariantCulture);

    private static void Fact(StringBuilder html, string name, string value) =>
        html.Append($"<div><dt>{name}</dt><dd>{Show.Escape(value)}</dd></div>\n");

    private static string Style()
    {
        using var stream = typeof(GrowthPage).Assembly.GetManifestResourceStream("reports/report.css")
            ?? throw new InvalidOperationException("The assembly lacks reports/report.css.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}

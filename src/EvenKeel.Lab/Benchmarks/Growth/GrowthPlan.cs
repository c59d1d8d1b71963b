using EvenKeel.Backends;
using EvenKeel.Models;
using EvenKeel.Norms;

namespace EvenKeel.Lab.Benchmarks.Growth;

/// <summary>How speed and memory change with batch, width and depth: what is measured, and what is skipped.</summary>
internal sealed class GrowthPlan
{
    // What is predicted from the place before is rounded up by this much: tables and temporary copies.
    private const double Margin = 1.3;

    private readonly (GrowthAxis Axis, double Value, BenchCase Case)[] _places;

    /// <summary>Plans the measurement.</summary>
    /// <param name="model">Network of the axes batch and width.</param>
    /// <param name="scheme">Scheme of all.</param>
    /// <exception cref="UserException">An unknown network or scheme.</exception>
    public GrowthPlan(string model, string scheme)
    {
        ModelCatalog.Find(model);
        Scheme.Parse(scheme);
        Model = model;
        _places =
        [
            .. Batches.Select(batch => (GrowthAxis.Batch, (double)batch, new BenchCase(model, model, scheme, batch))),
            .. Widths.Select(width => (GrowthAxis.Width, width, new BenchCase(model, model, scheme, WidthBatch, width))),
            .. Depths.Select(depth => (GrowthAxis.Depth, (double)depth, new BenchCase($"mlp-{depth}", $"mlp-{depth}", scheme, DepthBatch))),
        ];
    }

    /// <summary>Batch of the axis width.</summary>
    public const int WidthBatch = 100;

    /// <summary>Batch of the axis depth.</summary>
    public const int DepthBatch = 256;

    /// <summary>Places of the axis batch.</summary>
    public static IReadOnlyList<int> Batches { get; } = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

    /// <summary>Places of the axis width.</summary>
    public static IReadOnlyList<double> Widths { get; } = [0.25, 0.5, 1, 2];

    /// <summary>Places of the axis depth.</summary>
    public static IReadOnlyList<int> Depths { get; } = [1, 3, 5, 7, 9, 11, 13, 15, 17, 19];

    /// <summary>Network of the axes batch and width.</summary>
    public string Model { get; }

    /// <summary>Places in all.</summary>
    public int Count => _places.Length;

    /// <summary>Measures every place.</summary>
    /// <param name="threads">Threads; 0 means one per processor.</param>
    /// <param name="seconds">How long to time each place in each round, at least.</param>
    /// <param name="rounds">Rounds over all places, whose medians count.</param>
    /// <param name="memory">Bytes that may be used.</param>
    /// <param name="measured">Told of every place in every round.</param>
    /// <param name="cancel">Stops between steps.</param>
    public IReadOnlyList<GrowthPoint> Run(
        int threads, double seconds, int rounds, long memory, Action<int, GrowthPoint> measured, CancellationToken cancel)
    {
        var all = new GrowthPoint[rounds][];
        for (var round = 0; round < rounds; round++)
        {
            var points = new List<GrowthPoint>();
            foreach (var (axis, value, bench) in _places)
            {
                var before = points.LastOrDefault(p => p.Axis == axis && p.Result is not null);
                points.Add(Measure(axis, value, bench, before));
                measured((round * Count) + points.Count, points[^1]);
            }

            all[round] = [.. points];
        }

        return [.. all[0].Select((point, place) => Median(point, [.. all.Select(points => points[place].Result).OfType<BenchResult>()]))];

        // What no round could measure stays left out.
        static GrowthPoint Median(GrowthPoint point, IReadOnlyList<BenchResult> results) =>
            results.Count == 0 ? point : point with { Result = BenchResult.Median(results), Skipped = null };

        GrowthPoint Measure(GrowthAxis axis, double value, BenchCase bench, GrowthPoint? before)
        {
            var point = new GrowthPoint { Axis = axis, Value = value };
            if (before is not null && Predicted(before, value) is var bytes && bytes > memory)
                return point with { Skipped = $"needs about {bytes / 1e9:F1} GB, of which {memory / 1e9:F1} GB may be used" };
            try
            {
                using var backend = new CpuBackend(threads);
                return point with { Result = StepBenchmark.Run(bench, backend, seconds, cancel) };
            }
            catch (UserException cause)
            {
                return point with { Skipped = cause.Message };
            }
            catch (OutOfMemoryException)
            {
                return point with { Skipped = "this machine has not enough memory" };
            }
        }
    }

    /// <summary>Bytes at a later place of an axis, from those at an earlier one: activations and layers grow in proportion,
    /// weights with the square of the width.</summary>
    public static double Predicted(GrowthPoint before, double value)
    {
        var ratio = value / before.Value;
        return Margin * before.Result!.PeakBytes * (before.Axis == GrowthAxis.Width ? ratio * ratio : ratio);
    }
}

namespace EvenKeel.Lab.Statistics;

/// <summary>A point of a run's curve.</summary>
/// <param name="Epoch">Epochs done.</param>
/// <param name="Value">What was measured; lower is better where that matters.</param>
/// <param name="Seconds">Seconds the run had taken; NaN when not known.</param>
internal readonly record struct CurvePoint(int Epoch, double Value, double Seconds);

/// <summary>
/// A measure over the epochs of one run, and the figures that are read off it. Points that are not finite are left out.
/// </summary>
internal sealed class RunCurve(IEnumerable<CurvePoint> points)
{
    private readonly CurvePoint[] _points =
        [.. points.Where(point => double.IsFinite(point.Value)).OrderBy(point => point.Epoch)];

    /// <summary>The value after the last epoch; null when nothing was measured.</summary>
    public double? Last => _points.Length == 0 ? null : _points[^1].Value;

    /// <summary>The lowest value of any epoch.</summary>
    public double? Lowest => _points.Length == 0 ? null : _points.Min(point => point.Value);

    /// <summary>The value after an epoch; null when that was not measured.</summary>
    public double? At(int epoch)
    {
        foreach (CurvePoint point in _points)
        {
            if (point.Epoch == epoch)
                return point.Value;
        }

        return null;
    }

    /// <summary>The first epoch after which the value is at most the given one; null when it never is.</summary>
    public int? EpochsTo(double value) => First(value)?.Epoch;

    /// <summary>Seconds until then; null when it never is, or when times are not known.</summary>
    public double? SecondsTo(double value) =>
        First(value) is { } point && double.IsFinite(point.Seconds) ? point.Seconds : null;

    private CurvePoint? First(double value)
    {
        foreach (CurvePoint point in _points)
        {
            if (point.Value <= value)
                return point;
        }

        return null;
    }
}

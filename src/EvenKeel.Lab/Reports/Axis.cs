namespace EvenKeel.Lab.Reports;

/// <summary>A linear axis whose ends and ticks are round numbers.</summary>
/// <param name="Low">Value at the start.</param>
/// <param name="High">Value at the end.</param>
/// <param name="Step">Distance of the ticks.</param>
internal sealed record Axis(double Low, double High, double Step)
{
    /// <summary>Decimals that the ticks need.</summary>
    public int Decimals => Math.Max(0, -(int)Math.Floor(Math.Log10(Step) + 1e-9));

    /// <summary>The ticks, ends included where they fall on one.</summary>
    public IEnumerable<double> Ticks
    {
        get
        {
            int first = (int)Math.Ceiling((Low / Step) - 1e-9);
            int last = (int)Math.Floor((High / Step) + 1e-9);
            for (int i = first; i <= last; i++)
                yield return i * Step;
        }
    }

    /// <summary>An axis that holds the values, its ends on ticks; from zero when that costs little room.</summary>
    public static Axis Around(double low, double high, int ticks)
    {
        if (low >= 0 && low < 0.2 * high)
            low = 0;
        double spread = high - low;
        if (spread <= 0)
        {
            spread = Math.Max(Math.Abs(high) * 0.1, 1e-3);
            low -= low == 0 ? 0 : spread / 2;
            high += spread / 2;
        }

        double step = RoundStep(spread / ticks);
        return new Axis(Math.Floor((low / step) + 1e-9) * step, Math.Ceiling((high / step) - 1e-9) * step, step);
    }

    /// <summary>An axis from zero to exactly the last value, as time axes have.</summary>
    /// <param name="high">The last value.</param>
    /// <param name="ticks">Ticks wanted.</param>
    /// <param name="whole">Whether ticks between whole numbers make no sense.</param>
    public static Axis FromZero(double high, int ticks, bool whole)
    {
        double end = high > 0 ? high : 1;
        double step = RoundStep(end / ticks);
        return new Axis(0, end, whole ? Math.Max(1, step) : step);
    }

    /// <summary>Where a value lies between two places.</summary>
    public double Place(double value, double start, double end) =>
        start + ((value - Low) / (High - Low) * (end - start));

    private static double RoundStep(double rough)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return (rough / power) switch
        {
            <= 1.0001 => power,
            <= 2.0001 => 2 * power,
            <= 5.0001 => 5 * power,
            _ => 10 * power,
        };
    }
}

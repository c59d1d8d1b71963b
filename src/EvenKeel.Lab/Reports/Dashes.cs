namespace EvenKeel.Lab.Reports;

/// <summary>Cuts lines into dashes.</summary>
internal static class Dashes
{
    /// <summary>The dashes of a line that starts with one.</summary>
    /// <param name="line">Its points.</param>
    /// <param name="on">Length of a dash, above 0.</param>
    /// <param name="off">Length of a gap, above 0.</param>
    public static IEnumerable<(double X, double Y)[]> Of(IReadOnlyList<(double X, double Y)> line, double on, double off)
    {
        List<(double X, double Y)> dash = [line[0]];
        bool drawn = true;
        double left = on;
        for (int i = 1; i < line.Count; i++)
        {
            (double x, double y) = line[i - 1];
            (double toX, double toY) = line[i];
            double length = Math.Sqrt(((toX - x) * (toX - x)) + ((toY - y) * (toY - y)));
            double gone = 0;
            while (length - gone > left)
            {
                gone += left;
                (double X, double Y) at = (x + ((toX - x) * gone / length), y + ((toY - y) * gone / length));
                if (drawn)
                    yield return [.. dash, at];
                dash = [at];
                drawn = !drawn;
                left = drawn ? on : off;
            }

            left -= length - gone;
            if (drawn)
                dash.Add((toX, toY));
        }

        if (drawn && dash.Count > 1)
            yield return [.. dash];
    }
}

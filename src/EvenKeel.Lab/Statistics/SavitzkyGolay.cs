namespace EvenKeel.Lab.Statistics;

/// <summary>
/// Savitzky-Golay smoothing: each point becomes the value at that point of the polynomial fitted, by least squares,
/// to the window around it. The half windows at both ends take the polynomial of the first and the last full window.
/// <para>
/// The fit projects on polynomials that are orthonormal over the window's points, built by the three-term recurrence
/// and orthogonalized twice: powers of degree 10 would lose ten digits, these lose none that matter.
/// </para>
/// </summary>
internal sealed class SavitzkyGolay
{
    // _projection[i, j]: weight of point j of a window in the fitted value at point i.
    private readonly double[,] _projection;

    /// <summary>A filter.</summary>
    /// <param name="window">Points in the window, odd.</param>
    /// <param name="degree">Degree of the polynomial, below the window.</param>
    public SavitzkyGolay(int window, int degree)
    {
        if (window < 1 || window % 2 == 0)
            throw new ArgumentOutOfRangeException(nameof(window), window, "The window must be odd and positive.");
        if (degree < 0 || degree >= window)
            throw new ArgumentOutOfRangeException(nameof(degree), degree, "The degree must be 0 to window − 1.");
        Window = window;
        Degree = degree;
        _projection = Projection(window, degree);
    }

    /// <summary>Points in the window.</summary>
    public int Window { get; }

    /// <summary>Degree of the fitted polynomial.</summary>
    public int Degree { get; }

    /// <summary>
    /// The wanted filter, or for a shorter series the largest one like it: the window shrinks to the largest odd
    /// number of points there are, and the degree with it, since a polynomial with as many coefficients as the window
    /// has points would smooth nothing.
    /// </summary>
    public static SavitzkyGolay For(int points, int window, int degree)
    {
        if (points >= window)
            return new SavitzkyGolay(window, degree);
        int smaller = points <= 1 ? 1 : points - 1 + (points % 2);
        int same = (int)Math.Round((double)degree * smaller / window, MidpointRounding.AwayFromZero);
        int lower = Math.Min(degree, Math.Max(same, 2));
        return new SavitzkyGolay(smaller, Math.Clamp(lower, 0, Math.Max(0, smaller - 2)));
    }

    /// <summary>Smooths equally spaced values; there must be at least a window of them.</summary>
    public double[] Smooth(IReadOnlyList<double> values)
    {
        int count = values.Count;
        if (count < Window)
            throw new ArgumentException($"A window of {Window} needs at least so many values; got {count}.", nameof(values));

        int half = Window / 2;
        double[] smooth = new double[count];
        for (int i = 0; i < count; i++)
        {
            int start = Math.Clamp(i - half, 0, count - Window);
            double sum = 0;
            for (int j = 0; j < Window; j++)
                sum += _projection[i - start, j] * values[start + j];
            smooth[i] = sum;
        }

        return smooth;
    }

    private static double[,] Projection(int window, int degree)
    {
        double[][] basis = OrthonormalPolynomials(window, degree);
        double[,] projection = new double[window, window];
        for (int i = 0; i < window; i++)
        {
            for (int j = 0; j < window; j++)
            {
                double sum = 0;
                foreach (double[] polynomial in basis)
                    sum += polynomial[i] * polynomial[j];
                projection[i, j] = sum;
            }
        }

        return projection;
    }

    // Multiplying by x and removing what lies along the earlier polynomials is the three-term recurrence; removing it
    // twice, from all of them, keeps the basis orthogonal to the last digit.
    private static double[][] OrthonormalPolynomials(int window, int degree)
    {
        double half = Math.Max(1, window / 2);
        double[][] basis = new double[degree + 1][];
        for (int k = 0; k <= degree; k++)
        {
            double[] next = new double[window];
            for (int i = 0; i < window; i++)
                next[i] = k == 0 ? 1 : basis[k - 1][i] * ((i - (window / 2)) / half);
            for (int pass = 0; pass < 2; pass++)
            {
                for (int earlier = 0; earlier < k; earlier++)
                    AddMultiple(next, basis[earlier], -Dot(next, basis[earlier]));
            }

            double scale = 1 / Math.Sqrt(Dot(next, next));
            for (int i = 0; i < window; i++)
                next[i] *= scale;
            basis[k] = next;
        }

        return basis;
    }

    private static double Dot(double[] first, double[] second)
    {
        double sum = 0;
        for (int i = 0; i < first.Length; i++)
            sum += first[i] * second[i];
        return sum;
    }

    private static void AddMultiple(double[] target, double[] other, double factor)
    {
        for (int i = 0; i < target.Length; i++)
            target[i] += factor * other[i];
    }
}

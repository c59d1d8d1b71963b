using EvenKeel.Kernels.Random;

namespace EvenKeel.Training.Diagnostics;

/// <summary>The largest eigenvalue of a symmetric matrix that is known by its products with vectors only.</summary>
/// <param name="length">Rows of the matrix.</param>
/// <param name="product">Writes matrix·first into second; the first has length 1 and must not change.</param>
/// <param name="tolerance">Relative change of the eigenvalue between two iterations at which it is taken as found.</param>
/// <param name="most">Iterations after which the search ends unfinished.</param>
internal sealed class PowerIteration(int length, Action<double[], double[]> product, double tolerance, int most)
{
    /// <summary>Products so far.</summary>
    public int Iterations { get; private set; }

    /// <summary>Relative change of the eigenvalue in the last iteration.</summary>
    public double Change { get; private set; } = double.PositiveInfinity;

    /// <summary>Searches.</summary>
    /// <param name="seed">Seed of the vector to start from.</param>
    /// <param name="progress">Told the share of the iterations that may be needed; may be null.</param>
    /// <returns>The eigenvalue.</returns>
    /// <remarks>Powers lead to the eigenvalue of the largest size. Where that is negative, a second search on the matrix
    /// less that eigenvalue, which then has none below zero, leads to the largest one.</remarks>
    public double Largest(ulong seed, IProgress<double>? progress = null)
    {
        var extreme = Extreme(seed, 0, progress);
        return extreme >= 0 || !double.IsFinite(extreme) ? extreme : Extreme(seed, extreme, progress) + extreme;
    }

    private double Extreme(ulong seed, double shift, IProgress<double>? progress)
    {
        double[] v = Start(seed), w = new double[length];
        var value = double.NaN;
        Change = double.PositiveInfinity;
        for (var i = 0; i < most && Change > tolerance; i++)
        {
            product(v, w);
            Iterations++;
            double quotient = 0, squares = 0;
            for (var k = 0; k < length; k++)
            {
                w[k] -= shift * v[k];
                quotient += v[k] * w[k];
                squares += w[k] * w[k];
            }

            // Measured against the eigenvalue itself, not against what the shift made of it.
            Change = Math.Abs(quotient - value) / Math.Max(Math.Abs(quotient + shift), double.Epsilon);
            if (double.IsNaN(Change)) Change = double.PositiveInfinity;
            value = quotient;
            progress?.Report((i + 1) / (double)most);
            var norm = Math.Sqrt(squares);
            if (!double.IsFinite(norm)) return double.NaN;
            if (norm == 0)
            {
                Change = 0;
                return 0;
            }

            for (var k = 0; k < length; k++) v[k] = w[k] / norm;
        }

        return value;
    }

    private double[] Start(ulong seed)
    {
        var stream = new RandomStream(seed, RandomUse.PowerIteration);
        var v = new double[length];
        var squares = 0.0;
        for (var k = 0; k < length; k++)
        {
            v[k] = 2.0 * stream.Uniform((ulong)k) - 1;
            squares += v[k] * v[k];
        }

        var norm = Math.Sqrt(squares);
        for (var k = 0; k < length; k++) v[k] /= norm;
        return v;
    }
}

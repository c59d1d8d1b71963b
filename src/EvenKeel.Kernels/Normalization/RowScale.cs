using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels.Normalization;

/// <summary>How a row is normalized: y = act((x − μ)/s·γ + β) over the row's own values.</summary>
/// <param name="Centers">False leaves μ out (root mean square normalization).</param>
/// <param name="Absolute">True for s = √(π/2)·mean|x − μ| + ε, false for the root of the mean square.</param>
/// <param name="Epsilon">ε.</param>
/// <param name="Inside">True for √(v + ε), false for √v + ε; not read for absolute deviations.</param>
public readonly record struct RowScale(bool Centers, bool Absolute, float Epsilon, bool Inside)
{
    /// <summary>√(π/2): a Gaussian's deviation over its mean absolute deviation.</summary>
    public const double GaussianFactor = 1.2533141373155003;

    /// <summary>The scale s from the mean of squares, or of absolute values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal double Of(double mean) =>
        Absolute ? GaussianFactor * mean + Epsilon
        : Inside ? Math.Sqrt(mean + Epsilon)
        : Math.Sqrt(mean) + Epsilon;

    /// <summary>With Q the mean of g·x̂, the factor k in dx = (g − mean g − Q·(u − mean u))/s: u·m = k·x̂ or k·sgn(c).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal double Derivative(double scale)
    {
        if (Absolute) return GaussianFactor;
        if (Inside) return 1;
        var deviation = scale - Epsilon;
        return deviation > 0 ? scale / deviation : 0;
    }
}

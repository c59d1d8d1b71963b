using EvenKeel.Kernels.Normalization;

namespace EvenKeel.Norms.Layers;

/// <summary>The constants that make other scales comparable with a standard deviation.</summary>
internal static class BatchScale
{
    /// <summary>√(π/2): deviation over mean absolute deviation of a Gaussian.</summary>
    public const double Gaussian = RowScale.GaussianFactor;

    /// <summary>C_n = ½·(1 + √(π·ln 4))/√(2·ln n): the factor of the largest absolute deviations among n
    /// (Hoffer et al. 2018, section 4, arXiv 1803.01814). It does not make the deviation exactly 1.</summary>
    public static double OfLargest(double n) => 0.5 * (1 + Math.Sqrt(Math.PI * Math.Log(4))) / Math.Sqrt(2 * Math.Log(n));
}

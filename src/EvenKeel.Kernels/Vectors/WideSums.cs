namespace EvenKeel.Kernels.Vectors;

/// <summary>Sums of float lanes kept in sixteen doubles.</summary>
internal static unsafe class WideSums
{
    /// <summary>Folds sixteen sums in halves: 16, 8, 4, 2, 1.</summary>
    public static double Fold(double* sums)
    {
        for (var half = 8; half > 0; half /= 2)
            for (var i = 0; i < half; i++) sums[i] += sums[i + half];
        return sums[0];
    }
}

using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Winograd;

// The transforms of weights and of their gradients.
internal static unsafe partial class Filtering
{
    /// <summary>G g Gᵀ of sixteen weights.</summary>
    /// <param name="weights">Tap 0; the other eight follow at <paramref name="tapStep"/>.</param>
    /// <param name="tapStep">Floats from a tap to the next.</param>
    /// <param name="result">Receives frequency 0; the others follow at <paramref name="step"/>.</param>
    /// <param name="step">Floats from a frequency to the next.</param>
    /// <param name="buffer"><see cref="Buffer"/> floats.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Weights<V>(float* weights, nint tapStep, float* result, nint step, float* buffer)
        where V : unmanaged, ILanes<V>
    {
        for (var j = 0; j < Kernel; j++, weights += tapStep)
        {
            WeightsLine(
                V.Load(weights), V.Load(weights + (3 * tapStep)), V.Load(weights + (6 * tapStep)),
                buffer + (j * 16), Kernel * 16);
        }

        for (var i = 0; i < Patch; i++, buffer += Kernel * 16, result += Patch * step)
            WeightsLine(V.Load(buffer), V.Load(buffer + 16), V.Load(buffer + 32), result, step);
    }

    /// <summary>Gᵀ m G of sixteen weights.</summary>
    /// <param name="products">Frequency 0; the others follow at <paramref name="step"/>.</param>
    /// <param name="step">Floats from a frequency to the next.</param>
    /// <param name="result">Receives [9 taps][16 weights].</param>
    /// <param name="buffer"><see cref="Buffer"/> floats.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WeightGradient<V>(float* products, nint step, float* result, float* buffer)
        where V : unmanaged, ILanes<V>
    {
        var row = Patch * step;
        for (var j = 0; j < Patch; j++, products += step)
        {
            WeightGradientLine(
                V.Load(products), V.Load(products + row), V.Load(products + (2 * row)),
                V.Load(products + (3 * row)), V.Load(products + (4 * row)), V.Load(products + (5 * row)),
                buffer + (j * 16), Patch * 16);
        }

        for (var i = 0; i < Kernel; i++, buffer += Patch * 16, result += Kernel * 16)
        {
            WeightGradientLine(
                V.Load(buffer), V.Load(buffer + 16), V.Load(buffer + 32),
                V.Load(buffer + 48), V.Load(buffer + 64), V.Load(buffer + 80), result, 16);
        }
    }

    // Rows of G: the powers of a point, over its distances from the others.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WeightsLine<V>(V g0, V g1, V g2, float* result, nint step)
        where V : unmanaged, ILanes<V>
    {
        V.Store(result, g0);
        var even = V.Splat(NearScale) * V.FusedMultiplyAdd(V.Splat(0.5f), g2, g0);
        var odd = V.Splat(NearScale * RootHalf) * g1;
        V.Store(result + step, even + odd);
        V.Store(result + (2 * step), even - odd);
        even = V.Splat(FarScale) * V.FusedMultiplyAdd(V.Splat(2f), g2, g0);
        odd = V.Splat(FarScale * RootTwo) * g1;
        V.Store(result + (3 * step), even + odd);
        V.Store(result + (4 * step), even - odd);
        V.Store(result + (5 * step), g2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WeightGradientLine<V>(V m0, V m1, V m2, V m3, V m4, V m5, float* result, nint step)
        where V : unmanaged, ILanes<V>
    {
        var nearEven = V.Splat(NearScale) * (m1 + m2);
        var nearOdd = V.Splat(NearScale * RootHalf) * (m1 - m2);
        var farEven = V.Splat(FarScale) * (m3 + m4);
        var farOdd = V.Splat(FarScale * RootTwo) * (m3 - m4);
        V.Store(result, m0 + nearEven + farEven);
        V.Store(result + step, nearOdd + farOdd);
        V.Store(result + (2 * step), V.FusedMultiplyAdd(V.Splat(2f), farEven, V.FusedMultiplyAdd(V.Splat(0.5f), nearEven, m5)));
    }
}

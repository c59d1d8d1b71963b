using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels.Vectors;

/// <summary>
/// Logarithm, exponential, sine and cosine from additions, multiplications and one rounding mode only: the same bits
/// on every vector path and every machine, which the functions of the platform do not promise.
/// </summary>
/// <remarks>Each reduces its argument to a short interval and sums the Taylor series there; the terms left out are
/// below a quarter of the last place.</remarks>
internal static class LaneMath
{
    // ln 2 in two pieces: the first has trailing zeros, so that its product with an exponent is exact.
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    // The pattern of the square root of one half: mantissas are taken from there to the square root of two.
    private const uint HalfRoot = 0x3F3504F3;

    /// <summary>1 above zero, −1 below, 0 for zero and NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sign<V>(V v) where V : unmanaged, ILanes<V>
    {
        var one = V.Splat(1f);
        return V.And(V.Greater(v, V.Zero), one) - V.And(V.Greater(V.Zero, v), one);
    }

    /// <summary>Natural logarithm of a normal positive number.</summary>
    /// <remarks>log m = 2·artanh s with s = (m−1)/(m+1), |s| at most 0.172.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Log<V>(V x) where V : unmanaged, ILanes<V>
    {
        var one = V.Splat(1f);
        var moved = V.AddBits(x, V.SplatBits(~HalfRoot + 1));
        var exponent = V.ToFloat(V.ShiftRightSigned(moved, 23));
        var m = V.AddBits(V.And(moved, V.SplatBits(0x007F_FFFF)), V.SplatBits(HalfRoot));
        var s = (m - one) / (m + one);
        var z = s * s;
        var p = V.FusedMultiplyAdd(z, V.Splat(2f / 11f), V.Splat(2f / 9f));
        p = V.FusedMultiplyAdd(z, p, V.Splat(2f / 7f));
        p = V.FusedMultiplyAdd(z, p, V.Splat(2f / 5f));
        p = V.FusedMultiplyAdd(z, p, V.Splat(2f / 3f));
        var log = V.FusedMultiplyAdd(z * p, s, s + s);
        log = V.FusedMultiplyAdd(exponent, V.Splat(Ln2Low), log);
        return V.FusedMultiplyAdd(exponent, V.Splat(Ln2High), log);
    }

    /// <summary>e^x for x at most 0; exactly 0 below −87, NaN for NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ExpNegative<V>(V x) where V : unmanaged, ILanes<V>
    {
        // Adding 1.5·2^23 rounds to a whole number and leaves it in the low bits.
        var shift = V.Splat(12_582_912f);
        var shifted = V.FusedMultiplyAdd(x, V.Splat(1.44269504f), shift);
        var n = shifted - shift;
        var r = V.FusedMultiplyAdd(n, V.Splat(-Ln2High), x);
        r = V.FusedMultiplyAdd(n, V.Splat(-Ln2Low), r);
        var p = V.FusedMultiplyAdd(r, V.Splat(1f / 5040f), V.Splat(1f / 720f));
        p = V.FusedMultiplyAdd(r, p, V.Splat(1f / 120f));
        p = V.FusedMultiplyAdd(r, p, V.Splat(1f / 24f));
        p = V.FusedMultiplyAdd(r, p, V.Splat(1f / 6f));
        p = V.FusedMultiplyAdd(r, p, V.Splat(0.5f));
        var e = V.FusedMultiplyAdd(r * r, p, r) + V.Splat(1f);
        var scaled = V.AddBits(e, V.ShiftLeft(shifted, 23));
        var result = V.Select(V.Greater(V.Splat(-87f), x), V.Zero, scaled);
        return V.Select(V.IsNaN(x), x, result);
    }

    /// <summary>Cosine and sine of an angle from −π/4 to π/4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V Cosine, V Sine) SinCosSmall<V>(V angle) where V : unmanaged, ILanes<V>
    {
        var z = angle * angle;
        var c = V.FusedMultiplyAdd(z, V.Splat(-1f / 3_628_800f), V.Splat(1f / 40_320f));
        c = V.FusedMultiplyAdd(z, c, V.Splat(-1f / 720f));
        c = V.FusedMultiplyAdd(z, c, V.Splat(1f / 24f));
        c = V.FusedMultiplyAdd(z, c, V.Splat(-0.5f));
        c = V.FusedMultiplyAdd(z, c, V.Splat(1f));
        var s = V.FusedMultiplyAdd(z, V.Splat(1f / 362_880f), V.Splat(-1f / 5_040f));
        s = V.FusedMultiplyAdd(z, s, V.Splat(1f / 120f));
        s = V.FusedMultiplyAdd(z, s, V.Splat(-1f / 6f));
        return (c, V.FusedMultiplyAdd(z * s, angle, angle));
    }
}

using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Statistics;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Normalization;

/// <summary>
/// The two normalizing activations of EvoNorm, forward, sums for the gradients, and gradient (Liu et al. 2020, table 4,
/// arXiv 2004.02967). Tables are [segments, channels], one segment a sample.
/// </summary>
internal static unsafe class EvoNorms
{
    /// <summary>y = γ·x/max(a, v·x + i) + β. Tables: a, i, v, γ, β.</summary>
    public static void B0Forward(Workers workers, ReadOnlySpan<float> x, int channels, ReadOnlySpan<float> tables, Span<float> y) =>
        SegmentPass.Map<B0>(workers, x, [], channels, tables, y, accumulate: false);

    /// <summary>With d the denominator and h = −γ·dy·x/d², the gradient by d: Σ dy·x/d, Σ dy, Σ h where d = a, Σ h
    /// where d = v·x + i, Σ h·x there. Tables: those of the forward pass, of which β is not read.</summary>
    public static void B0Sums(
        Workers workers, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, int channels, ReadOnlySpan<float> tables, Span<float> sums) =>
        SegmentPass.Sums<B0Terms>(workers, x, dy, channels, tables, sums);

    /// <summary>dx = γ·dy/d + (h·v where d = v·x + i) + m·x + n. Tables: a, i, v, γ, m, n.</summary>
    public static void B0Gradient(
        Workers workers, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, int channels, ReadOnlySpan<float> tables,
        Span<float> dx, bool accumulate) =>
        SegmentPass.Map<B0Undo>(workers, x, dy, channels, tables, dx, accumulate);

    /// <summary>y = γ·x·σ(v·x)·r + β. Tables: v, r, γ, β.</summary>
    public static void S0Forward(Workers workers, ReadOnlySpan<float> x, int channels, ReadOnlySpan<float> tables, Span<float> y) =>
        SegmentPass.Map<S0>(workers, x, [], channels, tables, y, accumulate: false);

    /// <summary>Σ dy·x·σ·r, Σ dy, Σ dy·x²·σ·(1 − σ). Tables: those of the forward pass, of which v and r are read.</summary>
    public static void S0Sums(
        Workers workers, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, int channels, ReadOnlySpan<float> tables, Span<float> sums) =>
        SegmentPass.Sums<S0Terms>(workers, x, dy, channels, tables, sums);

    /// <summary>dx = γ·r·dy·(σ + v·x·σ·(1 − σ)) + m·x + n. Tables: v, r, γ, m, n.</summary>
    public static void S0Gradient(
        Workers workers, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, int channels, ReadOnlySpan<float> tables,
        Span<float> dx, bool accumulate) =>
        SegmentPass.Map<S0Undo>(workers, x, dy, channels, tables, dx, accumulate);

    // σ(z), and 1 − σ(z) by itself: the difference would lose its digits where σ is near 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Sigmoid<V>(V z, out V rest) where V : unmanaged, ILanes<V>
    {
        var one = V.Splat(1f);
        var e = LaneMath.ExpNegative(V.Zero - V.Abs(z));
        var positive = V.Greater(z, V.Zero);
        V far = one / (one + e), near = e * far;
        rest = V.Select(positive, near, far);
        return V.Select(positive, far, near);
    }

    private readonly struct B0 : ISegmentMap
    {
        public static int Tables => 5;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Map<V>(V x, V dy, float* table, nint next) where V : unmanaged, ILanes<V>
        {
            var d = V.Max(V.Load(table), V.FusedMultiplyAdd(V.Load(table + 2 * next), x, V.Load(table + next)));
            return V.FusedMultiplyAdd(V.Load(table + 3 * next), x / d, V.Load(table + 4 * next));
        }
    }

    private readonly struct B0Terms : ISegmentTerms
    {
        public static int Tables => B0.Tables;

        public static int Sums => 5;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Add<V>(V x, V dy, float* table, nint next, V* sums) where V : unmanaged, ILanes<V>
        {
            var a = V.Load(table);
            var own = V.FusedMultiplyAdd(V.Load(table + 2 * next), x, V.Load(table + next));
            var second = V.Greater(own, a);
            var d = V.Select(second, own, a);
            var q = x / d;
            var h = V.Zero - V.Load(table + 3 * next) * dy * q / d;
            sums[0] += dy * q;
            sums[1] += dy;
            sums[2] += V.Select(second, V.Zero, h);
            sums[3] += V.And(second, h);
            sums[4] += V.And(second, h * x);
        }
    }

    private readonly struct B0Undo : ISegmentMap
    {
        public static int Tables => 6;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Map<V>(V x, V dy, float* table, nint next) where V : unmanaged, ILanes<V>
        {
            V a = V.Load(table), v = V.Load(table + 2 * next), g = V.Load(table + 3 * next) * dy;
            var own = V.FusedMultiplyAdd(v, x, V.Load(table + next));
            var second = V.Greater(own, a);
            var d = V.Select(second, own, a);
            var direct = g / d;
            var through = V.And(second, direct * v * x / d);
            return direct - through + V.FusedMultiplyAdd(V.Load(table + 4 * next), x, V.Load(table + 5 * next));
        }
    }

    private readonly struct S0 : ISegmentMap
    {
        public static int Tables => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Map<V>(V x, V dy, float* table, nint next) where V : unmanaged, ILanes<V>
        {
            var t = x * Sigmoid(V.Load(table) * x, out _);
            return V.FusedMultiplyAdd(V.Load(table + 2 * next) * V.Load(table + next), t, V.Load(table + 3 * next));
        }
    }

    private readonly struct S0Terms : ISegmentTerms
    {
        public static int Tables => S0.Tables;

        public static int Sums => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Add<V>(V x, V dy, float* table, nint next, V* sums) where V : unmanaged, ILanes<V>
        {
            var t = x * Sigmoid(V.Load(table) * x, out var rest);
            sums[0] += dy * t * V.Load(table + next);
            sums[1] += dy;
            sums[2] += dy * x * t * rest;
        }
    }

    private readonly struct S0Undo : ISegmentMap
    {
        public static int Tables => 5;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Map<V>(V x, V dy, float* table, nint next) where V : unmanaged, ILanes<V>
        {
            var z = V.Load(table) * x;
            var s = Sigmoid(z, out var rest);
            var slope = V.FusedMultiplyAdd(z * s, rest, s);
            var direct = V.Load(table + 2 * next) * V.Load(table + next) * dy * slope;
            return direct + V.FusedMultiplyAdd(V.Load(table + 3 * next), x, V.Load(table + 4 * next));
        }
    }
}

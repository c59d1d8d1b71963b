using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels;

/// <summary>
/// Tiles for machines with 16 vector registers: AVX2 and SSE. Six rows of two registers are 12 sums; with two weights
/// and one input that is 15 registers, and 12 multiply-adds wait for 8 loads.
/// </summary>
/// <remarks>Spelled out because the compiler keeps an array of sums in memory, not in registers.</remarks>
internal readonly unsafe struct NarrowTiles<R> : ITiles where R : unmanaged, IRegister<R>
{
    public static TileShape Shape => new(6, R.Lanes, 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void GatherRows(
        int vectors, TileSegment* segments, int count, float* weights, nint rowStep, float* sums)
    {
        if (vectors == 2) GatherRows2(segments, count, weights, rowStep, sums);
        else GatherRows1(segments, count, weights, rowStep, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void GatherSteps(
        int vectors, TileStep* steps, int count, float* input, float* gradient, float* sums)
    {
        if (vectors == 2) GatherSteps2(steps, count, input, gradient, sums);
        else GatherSteps1(steps, count, input, gradient, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void GatherRows2(
        TileSegment* segments, int count, float* weights, nint rowStep, float* sums)
    {
        R s0a = default, s0b = default;
        R s1a = default, s1b = default;
        R s2a = default, s2b = default;
        R s3a = default, s3b = default;
        R s4a = default, s4b = default;
        R s5a = default, s5b = default;
        for (var end = segments + count; segments < end; segments++)
        {
            var row = weights + (segments->FirstRow * rowStep);
            var length = segments->Length;
            var p0 = segments->Pixel0;
            var p1 = segments->Pixel1;
            var p2 = segments->Pixel2;
            var p3 = segments->Pixel3;
            var p4 = segments->Pixel4;
            var p5 = segments->Pixel5;
            for (nint k = 0; k < length; k++)
            {
                var a = R.Load(row);
                var b = R.Load(row + R.Lanes);
                var x = R.Splat(p0[k]);
                s0a = R.MultiplyAdd(x, a, s0a);
                s0b = R.MultiplyAdd(x, b, s0b);
                x = R.Splat(p1[k]);
                s1a = R.MultiplyAdd(x, a, s1a);
                s1b = R.MultiplyAdd(x, b, s1b);
                x = R.Splat(p2[k]);
                s2a = R.MultiplyAdd(x, a, s2a);
                s2b = R.MultiplyAdd(x, b, s2b);
                x = R.Splat(p3[k]);
                s3a = R.MultiplyAdd(x, a, s3a);
                s3b = R.MultiplyAdd(x, b, s3b);
                x = R.Splat(p4[k]);
                s4a = R.MultiplyAdd(x, a, s4a);
                s4b = R.MultiplyAdd(x, b, s4b);
                x = R.Splat(p5[k]);
                s5a = R.MultiplyAdd(x, a, s5a);
                s5b = R.MultiplyAdd(x, b, s5b);
                row += rowStep;
            }
        }

        Store(sums, s0a, s0b);
        Store(sums + (2 * R.Lanes), s1a, s1b);
        Store(sums + (4 * R.Lanes), s2a, s2b);
        Store(sums + (6 * R.Lanes), s3a, s3b);
        Store(sums + (8 * R.Lanes), s4a, s4b);
        Store(sums + (10 * R.Lanes), s5a, s5b);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void GatherRows1(
        TileSegment* segments, int count, float* weights, nint rowStep, float* sums)
    {
        R s0a = default;
        R s1a = default;
        R s2a = default;
        R s3a = default;
        R s4a = default;
        R s5a = default;
        for (var end = segments + count; segments < end; segments++)
        {
            var row = weights + (segments->FirstRow * rowStep);
            var length = segments->Length;
            var p0 = segments->Pixel0;
            var p1 = segments->Pixel1;
            var p2 = segments->Pixel2;
            var p3 = segments->Pixel3;
            var p4 = segments->Pixel4;
            var p5 = segments->Pixel5;
            for (nint k = 0; k < length; k++)
            {
                var a = R.Load(row);
                var x = R.Splat(p0[k]);
                s0a = R.MultiplyAdd(x, a, s0a);
                x = R.Splat(p1[k]);
                s1a = R.MultiplyAdd(x, a, s1a);
                x = R.Splat(p2[k]);
                s2a = R.MultiplyAdd(x, a, s2a);
                x = R.Splat(p3[k]);
                s3a = R.MultiplyAdd(x, a, s3a);
                x = R.Splat(p4[k]);
                s4a = R.MultiplyAdd(x, a, s4a);
                x = R.Splat(p5[k]);
                s5a = R.MultiplyAdd(x, a, s5a);
                row += rowStep;
            }
        }

        Store(sums, s0a);
        Store(sums + R.Lanes, s1a);
        Store(sums + (2 * R.Lanes), s2a);
        Store(sums + (3 * R.Lanes), s3a);
        Store(sums + (4 * R.Lanes), s4a);
        Store(sums + (5 * R.Lanes), s5a);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void GatherSteps2(
        TileStep* steps, int count, float* input, float* gradient, float* sums)
    {
        R s0a = default, s0b = default;
        R s1a = default, s1b = default;
        R s2a = default, s2b = default;
        R s3a = default, s3b = default;
        R s4a = default, s4b = default;
        R s5a = default, s5b = default;
        for (var end = steps + count; steps < end; steps++)
        {
            var p = input + steps->Input;
            var row = gradient + steps->Gradient;
            var a = R.Load(row);
            var b = R.Load(row + R.Lanes);
            var x = R.Splat(p[0]);
            s0a = R.MultiplyAdd(x, a, s0a);
            s0b = R.MultiplyAdd(x, b, s0b);
            x = R.Splat(p[1]);
            s1a = R.MultiplyAdd(x, a, s1a);
            s1b = R.MultiplyAdd(x, b, s1b);
            x = R.Splat(p[2]);
            s2a = R.MultiplyAdd(x, a, s2a);
            s2b = R.MultiplyAdd(x, b, s2b);
            x = R.Splat(p[3]);
            s3a = R.MultiplyAdd(x, a, s3a);
            s3b = R.MultiplyAdd(x, b, s3b);
            x = R.Splat(p[4]);
            s4a = R.MultiplyAdd(x, a, s4a);
            s4b = R.MultiplyAdd(x, b, s4b);
            x = R.Splat(p[5]);
            s5a = R.MultiplyAdd(x, a, s5a);
            s5b = R.MultiplyAdd(x, b, s5b);
        }

        Store(sums, s0a, s0b);
        Store(sums + (2 * R.Lanes), s1a, s1b);
        Store(sums + (4 * R.Lanes), s2a, s2b);
        Store(sums + (6 * R.Lanes), s3a, s3b);
        Store(sums + (8 * R.Lanes), s4a, s4b);
        Store(sums + (10 * R.Lanes), s5a, s5b);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void GatherSteps1(
        TileStep* steps, int count, float* input, float* gradient, float* sums)
    {
        R s0a = default;
        R s1a = default;
        R s2a = default;
        R s3a = default;
        R s4a = default;
        R s5a = default;
        for (var end = steps + count; steps < end; steps++)
        {
            var p = input + steps->Input;
            var row = gradient + steps->Gradient;
            var a = R.Load(row);
            var x = R.Splat(p[0]);
            s0a = R.MultiplyAdd(x, a, s0a);
            x = R.Splat(p[1]);
            s1a = R.MultiplyAdd(x, a, s1a);
            x = R.Splat(p[2]);
            s2a = R.MultiplyAdd(x, a, s2a);
            x = R.Splat(p[3]);
            s3a = R.MultiplyAdd(x, a, s3a);
            x = R.Splat(p[4]);
            s4a = R.MultiplyAdd(x, a, s4a);
            x = R.Splat(p[5]);
            s5a = R.MultiplyAdd(x, a, s5a);
        }

        Store(sums, s0a);
        Store(sums + R.Lanes, s1a);
        Store(sums + (2 * R.Lanes), s2a);
        Store(sums + (3 * R.Lanes), s3a);
        Store(sums + (4 * R.Lanes), s4a);
        Store(sums + (5 * R.Lanes), s5a);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* sums, R a) => R.Store(sums, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* sums, R a, R b)
    {
        R.Store(sums, a);
        R.Store(sums + R.Lanes, b);
    }
}

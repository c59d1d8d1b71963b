using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels;

/// <summary>
/// Tiles for machines with 32 vector registers: AVX-512 and Arm64. Eight rows of up to three registers are 24 sums;
/// with three weights and one input that is 28 registers, and 24 multiply-adds wait for 11 loads.
/// </summary>
/// <remarks>Spelled out because the compiler keeps an array of sums in memory, not in registers.</remarks>
internal readonly unsafe struct WideTiles<R> : ITiles where R : unmanaged, IRegister<R>
{
    public static TileShape Shape => new(8, R.Lanes, 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void GatherRows(
        int vectors, TileSegment* segments, int count, float* weights, nint rowStep, float* sums)
    {
        if (vectors == 3) GatherRows3(segments, count, weights, rowStep, sums);
        else if (vectors == 2) GatherRows2(segments, count, weights, rowStep, sums);
        else GatherRows1(segments, count, weights, rowStep, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void GatherSteps(
        int vectors, TileStep* steps, int count, float* input, float* gradient, float* sums)
    {
        if (vectors == 3) GatherSteps3(steps, count, input, gradient, sums);
        else if (vectors == 2) GatherSteps2(steps, count, input, gradient, sums);
        else GatherSteps1(steps, count, input, gradient, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void GatherRows3(
        TileSegment* segments, int count, float* weights, nint rowStep, float* sums)
    {
        R s0a = default, s0b = default, s0c = default;
        R s1a = default, s1b = default, s1c = default;
        R s2a = default, s2b = default, s2c = default;
        R s3a = default, s3b = default, s3c = default;
        R s4a = default, s4b = default, s4c = default;
        R s5a = default, s5b = default, s5c = default;
        R s6a = default, s6b = default, s6c = default;
        R s7a = default, s7b = default, s7c = default;
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
            var p6 = segments->Pixel6;
            var p7 = segments->Pixel7;
            for (nint k = 0; k < length; k++)
            {
                var a = R.Load(row);
                var b = R.Load(row + R.Lanes);
                var c = R.Load(row + (2 * R.Lanes));
                var x = R.Splat(p0[k]);
                s0a = R.MultiplyAdd(x, a, s0a);
                s0b = R.MultiplyAdd(x, b, s0b);
                s0c = R.MultiplyAdd(x, c, s0c);
                x = R.Splat(p1[k]);
                s1a = R.MultiplyAdd(x, a, s1a);
                s1b = R.MultiplyAdd(x, b, s1b);
                s1c = R.MultiplyAdd(x, c, s1c);
                x = R.Splat(p2[k]);
                s2a = R.MultiplyAdd(x, a, s2a);
                s2b = R.MultiplyAdd(x, b, s2b);
                s2c = R.MultiplyAdd(x, c, s2c);
                x = R.Splat(p3[k]);
                s3a = R.MultiplyAdd(x, a, s3a);
                s3b = R.MultiplyAdd(x, b, s3b);
                s3c = R.MultiplyAdd(x, c, s3c);
                x = R.Splat(p4[k]);
                s4a = R.MultiplyAdd(x, a, s4a);
                s4b = R.MultiplyAdd(x, b, s4b);
                s4c = R.MultiplyAdd(x, c, s4c);
                x = R.Splat(p5[k]);
                s5a = R.MultiplyAdd(x, a, s5a);
                s5b = R.MultiplyAdd(x, b, s5b);
                s5c = R.MultiplyAdd(x, c, s5c);
                x = R.Splat(p6[k]);
                s6a = R.MultiplyAdd(x, a, s6a);
                s6b = R.MultiplyAdd(x, b, s6b);
                s6c = R.MultiplyAdd(x, c, s6c);
                x = R.Splat(p7[k]);
                s7a = R.MultiplyAdd(x, a, s7a);
                s7b = R.MultiplyAdd(x, b, s7b);
                s7c = R.MultiplyAdd(x, c, s7c);
                row += rowStep;
            }
        }

        Store(sums, s0a, s0b, s0c);
        Store(sums + (3 * R.Lanes), s1a, s1b, s1c);
        Store(sums + (6 * R.Lanes), s2a, s2b, s2c);
        Store(sums + (9 * R.Lanes), s3a, s3b, s3c);
        Store(sums + (12 * R.Lanes), s4a, s4b, s4c);
        Store(sums + (15 * R.Lanes), s5a, s5b, s5c);
        Store(sums + (18 * R.Lanes), s6a, s6b, s6c);
        Store(sums + (21 * R.Lanes), s7a, s7b, s7c);
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
        R s6a = default, s6b = default;
        R s7a = default, s7b = default;
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
            var p6 = segments->Pixel6;
            var p7 = segments->Pixel7;
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
                x = R.Splat(p6[k]);
                s6a = R.MultiplyAdd(x, a, s6a);
                s6b = R.MultiplyAdd(x, b, s6b);
                x = R.Splat(p7[k]);
                s7a = R.MultiplyAdd(x, a, s7a);
                s7b = R.MultiplyAdd(x, b, s7b);
                row += rowStep;
            }
        }

        Store(sums, s0a, s0b);
        Store(sums + (2 * R.Lanes), s1a, s1b);
        Store(sums + (4 * R.Lanes), s2a, s2b);
        Store(sums + (6 * R.Lanes), s3a, s3b);
        Store(sums + (8 * R.Lanes), s4a, s4b);
        Store(sums + (10 * R.Lanes), s5a, s5b);
        Store(sums + (12 * R.Lanes), s6a, s6b);
        Store(sums + (14 * R.Lanes), s7a, s7b);
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
        R s6a = default;
        R s7a = default;
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
            var p6 = segments->Pixel6;
            var p7 = segments->Pixel7;
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
                x = R.Splat(p6[k]);
                s6a = R.MultiplyAdd(x, a, s6a);
                x = R.Splat(p7[k]);
                s7a = R.MultiplyAdd(x, a, s7a);
                row += rowStep;
            }
        }

        Store(sums, s0a);
        Store(sums + R.Lanes, s1a);
        Store(sums + (2 * R.Lanes), s2a);
        Store(sums + (3 * R.Lanes), s3a);
        Store(sums + (4 * R.Lanes), s4a);
        Store(sums + (5 * R.Lanes), s5a);
        Store(sums + (6 * R.Lanes), s6a);
        Store(sums + (7 * R.Lanes), s7a);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void GatherSteps3(
        TileStep* steps, int count, float* input, float* gradient, float* sums)
    {
        R s0a = default, s0b = default, s0c = default;
        R s1a = default, s1b = default, s1c = default;
        R s2a = default, s2b = default, s2c = default;
        R s3a = default, s3b = default, s3c = default;
        R s4a = default, s4b = default, s4c = default;
        R s5a = default, s5b = default, s5c = default;
        R s6a = default, s6b = default, s6c = default;
        R s7a = default, s7b = default, s7c = default;
        for (var end = steps + count; steps < end; steps++)
        {
            var p = input + steps->Input;
            var row = gradient + steps->Gradient;
            var a = R.Load(row);
            var b = R.Load(row + R.Lanes);
            var c = R.Load(row + (2 * R.Lanes));
            var x = R.Splat(p[0]);
            s0a = R.MultiplyAdd(x, a, s0a);
            s0b = R.MultiplyAdd(x, b, s0b);
            s0c = R.MultiplyAdd(x, c, s0c);
            x = R.Splat(p[1]);
            s1a = R.MultiplyAdd(x, a, s1a);
            s1b = R.MultiplyAdd(x, b, s1b);
            s1c = R.MultiplyAdd(x, c, s1c);
            x = R.Splat(p[2]);
            s2a = R.MultiplyAdd(x, a, s2a);
            s2b = R.MultiplyAdd(x, b, s2b);
            s2c = R.MultiplyAdd(x, c, s2c);
            x = R.Splat(p[3]);
            s3a = R.MultiplyAdd(x, a, s3a);
            s3b = R.MultiplyAdd(x, b, s3b);
            s3c = R.MultiplyAdd(x, c, s3c);
            x = R.Splat(p[4]);
            s4a = R.MultiplyAdd(x, a, s4a);
            s4b = R.MultiplyAdd(x, b, s4b);
            s4c = R.MultiplyAdd(x, c, s4c);
            x = R.Splat(p[5]);
            s5a = R.MultiplyAdd(x, a, s5a);
            s5b = R.MultiplyAdd(x, b, s5b);
            s5c = R.MultiplyAdd(x, c, s5c);
            x = R.Splat(p[6]);
            s6a = R.MultiplyAdd(x, a, s6a);
            s6b = R.MultiplyAdd(x, b, s6b);
            s6c = R.MultiplyAdd(x, c, s6c);
            x = R.Splat(p[7]);
            s7a = R.MultiplyAdd(x, a, s7a);
            s7b = R.MultiplyAdd(x, b, s7b);
            s7c = R.MultiplyAdd(x, c, s7c);
        }

        Store(sums, s0a, s0b, s0c);
        Store(sums + (3 * R.Lanes), s1a, s1b, s1c);
        Store(sums + (6 * R.Lanes), s2a, s2b, s2c);
        Store(sums + (9 * R.Lanes), s3a, s3b, s3c);
        Store(sums + (12 * R.Lanes), s4a, s4b, s4c);
        Store(sums + (15 * R.Lanes), s5a, s5b, s5c);
        Store(sums + (18 * R.Lanes), s6a, s6b, s6c);
        Store(sums + (21 * R.Lanes), s7a, s7b, s7c);
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
        R s6a = default, s6b = default;
        R s7a = default, s7b = default;
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
            x = R.Splat(p[6]);
            s6a = R.MultiplyAdd(x, a, s6a);
            s6b = R.MultiplyAdd(x, b, s6b);
            x = R.Splat(p[7]);
            s7a = R.MultiplyAdd(x, a, s7a);
            s7b = R.MultiplyAdd(x, b, s7b);
        }

        Store(sums, s0a, s0b);
        Store(sums + (2 * R.Lanes), s1a, s1b);
        Store(sums + (4 * R.Lanes), s2a, s2b);
        Store(sums + (6 * R.Lanes), s3a, s3b);
        Store(sums + (8 * R.Lanes), s4a, s4b);
        Store(sums + (10 * R.Lanes), s5a, s5b);
        Store(sums + (12 * R.Lanes), s6a, s6b);
        Store(sums + (14 * R.Lanes), s7a, s7b);
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
        R s6a = default;
        R s7a = default;
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
            x = R.Splat(p[6]);
            s6a = R.MultiplyAdd(x, a, s6a);
            x = R.Splat(p[7]);
            s7a = R.MultiplyAdd(x, a, s7a);
        }

        Store(sums, s0a);
        Store(sums + R.Lanes, s1a);
        Store(sums + (2 * R.Lanes), s2a);
        Store(sums + (3 * R.Lanes), s3a);
        Store(sums + (4 * R.Lanes), s4a);
        Store(sums + (5 * R.Lanes), s5a);
        Store(sums + (6 * R.Lanes), s6a);
        Store(sums + (7 * R.Lanes), s7a);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* sums, R a) => R.Store(sums, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* sums, R a, R b)
    {
        R.Store(sums, a);
        R.Store(sums + R.Lanes, b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* sums, R a, R b, R c)
    {
        R.Store(sums, a);
        R.Store(sums + R.Lanes, b);
        R.Store(sums + (2 * R.Lanes), c);
    }
}

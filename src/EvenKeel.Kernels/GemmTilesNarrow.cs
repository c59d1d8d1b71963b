using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels;

/// <summary>
/// Tiles for machines with 16 vector registers: AVX2 and SSE. Six rows of two registers are 12 sums; with two weights
/// and one input that is 15 registers, and 12 multiply-adds wait for 8 loads.
/// </summary>
/// <remarks>Spelled out because the compiler keeps an array of sums in memory, not in registers.</remarks>
internal readonly unsafe partial struct NarrowTiles<R, O> : ITiles
    where R : unmanaged
    where O : IRegisterOps<R>
{
    public static TileShape Shape => new(6, O.Lanes, 2);

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
            float* p0 = segments->Pixel0, p1 = segments->Pixel1;
            float* p2 = segments->Pixel2, p3 = segments->Pixel3;
            float* p4 = segments->Pixel4, p5 = segments->Pixel5;
            for (nint k = 0; k < length; k++)
            {
                var a = O.Load(row);
                var b = O.Load(row + O.Lanes);
                var x = O.Splat(p0[k]);
                s0a = O.MultiplyAdd(x, a, s0a);
                s0b = O.MultiplyAdd(x, b, s0b);
                x = O.Splat(p1[k]);
                s1a = O.MultiplyAdd(x, a, s1a);
                s1b = O.MultiplyAdd(x, b, s1b);
                x = O.Splat(p2[k]);
                s2a = O.MultiplyAdd(x, a, s2a);
                s2b = O.MultiplyAdd(x, b, s2b);
                x = O.Splat(p3[k]);
                s3a = O.MultiplyAdd(x, a, s3a);
                s3b = O.MultiplyAdd(x, b, s3b);
                x = O.Splat(p4[k]);
                s4a = O.MultiplyAdd(x, a, s4a);
                s4b = O.MultiplyAdd(x, b, s4b);
                x = O.Splat(p5[k]);
                s5a = O.MultiplyAdd(x, a, s5a);
                s5b = O.MultiplyAdd(x, b, s5b);
                row += rowStep;
            }
        }

        GemmStore.Write<R, O>(sums, s0a, s0b);
        GemmStore.Write<R, O>(sums + (2 * O.Lanes), s1a, s1b);
        GemmStore.Write<R, O>(sums + (4 * O.Lanes), s2a, s2b);
        GemmStore.Write<R, O>(sums + (6 * O.Lanes), s3a, s3b);
        GemmStore.Write<R, O>(sums + (8 * O.Lanes), s4a, s4b);
        GemmStore.Write<R, O>(sums + (10 * O.Lanes), s5a, s5b);
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
            float* p0 = segments->Pixel0, p1 = segments->Pixel1;
            float* p2 = segments->Pixel2, p3 = segments->Pixel3;
            float* p4 = segments->Pixel4, p5 = segments->Pixel5;
            for (nint k = 0; k < length; k++)
            {
                var a = O.Load(row);
                var x = O.Splat(p0[k]);
                s0a = O.MultiplyAdd(x, a, s0a);
                x = O.Splat(p1[k]);
                s1a = O.MultiplyAdd(x, a, s1a);
                x = O.Splat(p2[k]);
                s2a = O.MultiplyAdd(x, a, s2a);
                x = O.Splat(p3[k]);
                s3a = O.MultiplyAdd(x, a, s3a);
                x = O.Splat(p4[k]);
                s4a = O.MultiplyAdd(x, a, s4a);
                x = O.Splat(p5[k]);
                s5a = O.MultiplyAdd(x, a, s5a);
                row += rowStep;
            }
        }

        GemmStore.Write<R, O>(sums, s0a);
        GemmStore.Write<R, O>(sums + O.Lanes, s1a);
        GemmStore.Write<R, O>(sums + (2 * O.Lanes), s2a);
        GemmStore.Write<R, O>(sums + (3 * O.Lanes), s3a);
        GemmStore.Write<R, O>(sums + (4 * O.Lanes), s4a);
        GemmStore.Write<R, O>(sums + (5 * O.Lanes), s5a);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void GatherSteps2(TileStep* steps, int count, float* input, float* gradient, float* sums)
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
            var a = O.Load(row);
            var b = O.Load(row + O.Lanes);
            var x = O.Splat(p[0]);
            s0a = O.MultiplyAdd(x, a, s0a);
            s0b = O.MultiplyAdd(x, b, s0b);
            x = O.Splat(p[1]);
            s1a = O.MultiplyAdd(x, a, s1a);
            s1b = O.MultiplyAdd(x, b, s1b);
            x = O.Splat(p[2]);
            s2a = O.MultiplyAdd(x, a, s2a);
            s2b = O.MultiplyAdd(x, b, s2b);
            x = O.Splat(p[3]);
            s3a = O.MultiplyAdd(x, a, s3a);
            s3b = O.MultiplyAdd(x, b, s3b);
            x = O.Splat(p[4]);
            s4a = O.MultiplyAdd(x, a, s4a);
            s4b = O.MultiplyAdd(x, b, s4b);
            x = O.Splat(p[5]);
            s5a = O.MultiplyAdd(x, a, s5a);
            s5b = O.MultiplyAdd(x, b, s5b);
        }

        GemmStore.Add<R, O>(sums, s0a, s0b);
        GemmStore.Add<R, O>(sums + (2 * O.Lanes), s1a, s1b);
        GemmStore.Add<R, O>(sums + (4 * O.Lanes), s2a, s2b);
        GemmStore.Add<R, O>(sums + (6 * O.Lanes), s3a, s3b);
        GemmStore.Add<R, O>(sums + (8 * O.Lanes), s4a, s4b);
        GemmStore.Add<R, O>(sums + (10 * O.Lanes), s5a, s5b);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void GatherSteps1(TileStep* steps, int count, float* input, float* gradient, float* sums)
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
            var a = O.Load(row);
            var x = O.Splat(p[0]);
            s0a = O.MultiplyAdd(x, a, s0a);
            x = O.Splat(p[1]);
            s1a = O.MultiplyAdd(x, a, s1a);
            x = O.Splat(p[2]);
            s2a = O.MultiplyAdd(x, a, s2a);
            x = O.Splat(p[3]);
            s3a = O.MultiplyAdd(x, a, s3a);
            x = O.Splat(p[4]);
            s4a = O.MultiplyAdd(x, a, s4a);
            x = O.Splat(p[5]);
            s5a = O.MultiplyAdd(x, a, s5a);
        }

        GemmStore.Add<R, O>(sums, s0a);
        GemmStore.Add<R, O>(sums + O.Lanes, s1a);
        GemmStore.Add<R, O>(sums + (2 * O.Lanes), s2a);
        GemmStore.Add<R, O>(sums + (3 * O.Lanes), s3a);
        GemmStore.Add<R, O>(sums + (4 * O.Lanes), s4a);
        GemmStore.Add<R, O>(sums + (5 * O.Lanes), s5a);
    }
}

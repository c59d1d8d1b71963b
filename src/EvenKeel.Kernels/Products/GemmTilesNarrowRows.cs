using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels.Products;

// Two steps of the depth at once: their distances go into the addresses.
internal readonly unsafe partial struct NarrowTiles<R, O>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void GatherRows(
        int vectors, TileSegment* segments, int count, float* weights, nint rowStep, float* sums)
    {
        if (vectors == 2) GatherRows2(segments, count, weights, rowStep, sums);
        else GatherRows1(segments, count, weights, rowStep, sums);
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
            nint k = 0;
            if ((length & 1) != 0)
            {
                SixRows2(
                    p0, p1, p2, p3, p4, p5, row, ref s0a, ref s0b, ref s1a, ref s1b, ref s2a, ref s2b, ref s3a, ref s3b,
                    ref s4a, ref s4b, ref s5a, ref s5b);
                row += rowStep;
                k = 1;
            }

            for (; k < length; k += 2, row += 2 * rowStep)
            {
                SixRows2(
                    p0 + k, p1 + k, p2 + k, p3 + k, p4 + k, p5 + k, row, ref s0a, ref s0b, ref s1a, ref s1b, ref s2a,
                    ref s2b, ref s3a, ref s3b, ref s4a, ref s4b, ref s5a, ref s5b);
                SixRows2(
                    p0 + k + 1, p1 + k + 1, p2 + k + 1, p3 + k + 1, p4 + k + 1, p5 + k + 1, row + rowStep, ref s0a,
                    ref s0b, ref s1a, ref s1b, ref s2a, ref s2b, ref s3a, ref s3b, ref s4a, ref s4b, ref s5a, ref s5b);
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
            nint k = 0;
            if ((length & 1) != 0)
            {
                SixRows1(
                    p0, p1, p2, p3, p4, p5, row, ref s0a, ref s1a, ref s2a, ref s3a, ref s4a, ref s5a);
                row += rowStep;
                k = 1;
            }

            for (; k < length; k += 2, row += 2 * rowStep)
            {
                SixRows1(
                    p0 + k, p1 + k, p2 + k, p3 + k, p4 + k, p5 + k, row, ref s0a, ref s1a, ref s2a, ref s3a, ref s4a,
                    ref s5a);
                SixRows1(
                    p0 + k + 1, p1 + k + 1, p2 + k + 1, p3 + k + 1, p4 + k + 1, p5 + k + 1, row + rowStep, ref s0a,
                    ref s1a, ref s2a, ref s3a, ref s4a, ref s5a);
            }
        }

        GemmStore.Write<R, O>(sums, s0a);
        GemmStore.Write<R, O>(sums + O.Lanes, s1a);
        GemmStore.Write<R, O>(sums + (2 * O.Lanes), s2a);
        GemmStore.Write<R, O>(sums + (3 * O.Lanes), s3a);
        GemmStore.Write<R, O>(sums + (4 * O.Lanes), s4a);
        GemmStore.Write<R, O>(sums + (5 * O.Lanes), s5a);
    }
}

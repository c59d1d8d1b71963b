using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels.Products;

// Two steps of the depth at once: their distances go into the addresses.
internal readonly unsafe partial struct WideTiles<R, O>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void GatherRows(
        int vectors, TileSegment* segments, int count, float* weights, nint rowStep, float* sums)
    {
        if (vectors == 3) GatherRows3(segments, count, weights, rowStep, sums);
        else if (vectors == 2) GatherRows2(segments, count, weights, rowStep, sums);
        else GatherRows1(segments, count, weights, rowStep, sums);
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
            float* p0 = segments->Pixel0, p1 = segments->Pixel1;
            float* p2 = segments->Pixel2, p3 = segments->Pixel3;
            float* p4 = segments->Pixel4, p5 = segments->Pixel5;
            float* p6 = segments->Pixel6, p7 = segments->Pixel7;
            nint k = 0;
            if ((length & 1) != 0)
            {
                var wa = O.Load(row);
                var wb = O.Load(row + O.Lanes);
                var wc = O.Load(row + (2 * O.Lanes));
                FourRows3(
                    p0, p1, p2, p3, wa, wb, wc, ref s0a, ref s0b, ref s0c, ref s1a, ref s1b, ref s1c, ref s2a, ref s2b,
                    ref s2c, ref s3a, ref s3b, ref s3c);
                FourRows3(
                    p4, p5, p6, p7, wa, wb, wc, ref s4a, ref s4b, ref s4c, ref s5a, ref s5b, ref s5c, ref s6a, ref s6b,
                    ref s6c, ref s7a, ref s7b, ref s7c);
                row += rowStep;
                k = 1;
            }

            for (; k < length; k += 2, row += 2 * rowStep)
            {
                var wa = O.Load(row);
                var wb = O.Load(row + O.Lanes);
                var wc = O.Load(row + (2 * O.Lanes));
                FourRows3(
                    p0 + k, p1 + k, p2 + k, p3 + k, wa, wb, wc, ref s0a, ref s0b, ref s0c, ref s1a, ref s1b, ref s1c,
                    ref s2a, ref s2b, ref s2c, ref s3a, ref s3b, ref s3c);
                FourRows3(
                    p4 + k, p5 + k, p6 + k, p7 + k, wa, wb, wc, ref s4a, ref s4b, ref s4c, ref s5a, ref s5b, ref s5c,
                    ref s6a, ref s6b, ref s6c, ref s7a, ref s7b, ref s7c);
                wa = O.Load(row + rowStep);
                wb = O.Load(row + rowStep + O.Lanes);
                wc = O.Load(row + rowStep + (2 * O.Lanes));
                FourRows3(
                    p0 + k + 1, p1 + k + 1, p2 + k + 1, p3 + k + 1, wa, wb, wc, ref s0a, ref s0b, ref s0c, ref s1a,
                    ref s1b, ref s1c, ref s2a, ref s2b, ref s2c, ref s3a, ref s3b, ref s3c);
                FourRows3(
                    p4 + k + 1, p5 + k + 1, p6 + k + 1, p7 + k + 1, wa, wb, wc, ref s4a, ref s4b, ref s4c, ref s5a,
                    ref s5b, ref s5c, ref s6a, ref s6b, ref s6c, ref s7a, ref s7b, ref s7c);
            }
        }

        GemmStore.Write<R, O>(sums, s0a, s0b, s0c);
        GemmStore.Write<R, O>(sums + (3 * O.Lanes), s1a, s1b, s1c);
        GemmStore.Write<R, O>(sums + (6 * O.Lanes), s2a, s2b, s2c);
        GemmStore.Write<R, O>(sums + (9 * O.Lanes), s3a, s3b, s3c);
        GemmStore.Write<R, O>(sums + (12 * O.Lanes), s4a, s4b, s4c);
        GemmStore.Write<R, O>(sums + (15 * O.Lanes), s5a, s5b, s5c);
        GemmStore.Write<R, O>(sums + (18 * O.Lanes), s6a, s6b, s6c);
        GemmStore.Write<R, O>(sums + (21 * O.Lanes), s7a, s7b, s7c);
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
            float* p0 = segments->Pixel0, p1 = segments->Pixel1;
            float* p2 = segments->Pixel2, p3 = segments->Pixel3;
            float* p4 = segments->Pixel4, p5 = segments->Pixel5;
            float* p6 = segments->Pixel6, p7 = segments->Pixel7;
            nint k = 0;
            if ((length & 1) != 0)
            {
                var wa = O.Load(row);
                var wb = O.Load(row + O.Lanes);
                FourRows2(
                    p0, p1, p2, p3, wa, wb, ref s0a, ref s0b, ref s1a, ref s1b, ref s2a, ref s2b, ref s3a, ref s3b);
                FourRows2(
                    p4, p5, p6, p7, wa, wb, ref s4a, ref s4b, ref s5a, ref s5b, ref s6a, ref s6b, ref s7a, ref s7b);
                row += rowStep;
                k = 1;
            }

            for (; k < length; k += 2, row += 2 * rowStep)
            {
                var wa = O.Load(row);
                var wb = O.Load(row + O.Lanes);
                FourRows2(
                    p0 + k, p1 + k, p2 + k, p3 + k, wa, wb, ref s0a, ref s0b, ref s1a, ref s1b, ref s2a, ref s2b,
                    ref s3a, ref s3b);
                FourRows2(
                    p4 + k, p5 + k, p6 + k, p7 + k, wa, wb, ref s4a, ref s4b, ref s5a, ref s5b, ref s6a, ref s6b,
                    ref s7a, ref s7b);
                wa = O.Load(row + rowStep);
                wb = O.Load(row + rowStep + O.Lanes);
                FourRows2(
                    p0 + k + 1, p1 + k + 1, p2 + k + 1, p3 + k + 1, wa, wb, ref s0a, ref s0b, ref s1a, ref s1b, ref s2a,
                    ref s2b, ref s3a, ref s3b);
                FourRows2(
                    p4 + k + 1, p5 + k + 1, p6 + k + 1, p7 + k + 1, wa, wb, ref s4a, ref s4b, ref s5a, ref s5b, ref s6a,
                    ref s6b, ref s7a, ref s7b);
            }
        }

        GemmStore.Write<R, O>(sums, s0a, s0b);
        GemmStore.Write<R, O>(sums + (2 * O.Lanes), s1a, s1b);
        GemmStore.Write<R, O>(sums + (4 * O.Lanes), s2a, s2b);
        GemmStore.Write<R, O>(sums + (6 * O.Lanes), s3a, s3b);
        GemmStore.Write<R, O>(sums + (8 * O.Lanes), s4a, s4b);
        GemmStore.Write<R, O>(sums + (10 * O.Lanes), s5a, s5b);
        GemmStore.Write<R, O>(sums + (12 * O.Lanes), s6a, s6b);
        GemmStore.Write<R, O>(sums + (14 * O.Lanes), s7a, s7b);
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
            float* p0 = segments->Pixel0, p1 = segments->Pixel1;
            float* p2 = segments->Pixel2, p3 = segments->Pixel3;
            float* p4 = segments->Pixel4, p5 = segments->Pixel5;
            float* p6 = segments->Pixel6, p7 = segments->Pixel7;
            nint k = 0;
            if ((length & 1) != 0)
            {
                var wa = O.Load(row);
                FourRows1(
                    p0, p1, p2, p3, wa, ref s0a, ref s1a, ref s2a, ref s3a);
                FourRows1(
                    p4, p5, p6, p7, wa, ref s4a, ref s5a, ref s6a, ref s7a);
                row += rowStep;
                k = 1;
            }

            for (; k < length; k += 2, row += 2 * rowStep)
            {
                var wa = O.Load(row);
                FourRows1(
                    p0 + k, p1 + k, p2 + k, p3 + k, wa, ref s0a, ref s1a, ref s2a, ref s3a);
                FourRows1(
                    p4 + k, p5 + k, p6 + k, p7 + k, wa, ref s4a, ref s5a, ref s6a, ref s7a);
                wa = O.Load(row + rowStep);
                FourRows1(
                    p0 + k + 1, p1 + k + 1, p2 + k + 1, p3 + k + 1, wa, ref s0a, ref s1a, ref s2a, ref s3a);
                FourRows1(
                    p4 + k + 1, p5 + k + 1, p6 + k + 1, p7 + k + 1, wa, ref s4a, ref s5a, ref s6a, ref s7a);
            }
        }

        GemmStore.Write<R, O>(sums, s0a);
        GemmStore.Write<R, O>(sums + O.Lanes, s1a);
        GemmStore.Write<R, O>(sums + (2 * O.Lanes), s2a);
        GemmStore.Write<R, O>(sums + (3 * O.Lanes), s3a);
        GemmStore.Write<R, O>(sums + (4 * O.Lanes), s4a);
        GemmStore.Write<R, O>(sums + (5 * O.Lanes), s5a);
        GemmStore.Write<R, O>(sums + (6 * O.Lanes), s6a);
        GemmStore.Write<R, O>(sums + (7 * O.Lanes), s7a);
    }
}

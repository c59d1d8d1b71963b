using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels.Products;

internal readonly unsafe partial struct WideTiles<R, O>
{
    public static int TallRows => 24;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void MultiplyTall(DenseTile* tile)
    {
        R s0 = default, s1 = default, s2 = default, s3 = default;
        R s4 = default, s5 = default, s6 = default, s7 = default;
        R s8 = default, s9 = default, s10 = default, s11 = default;
        R s12 = default, s13 = default, s14 = default, s15 = default;
        R s16 = default, s17 = default, s18 = default, s19 = default;
        R s20 = default, s21 = default, s22 = default, s23 = default;
        if (tile->Initial != null)
        {
            var initial = tile->Initial;
            var initialStep = tile->InitialStep;
            s0 = O.Load(initial + (0 * initialStep));
            s1 = O.Load(initial + (1 * initialStep));
            s2 = O.Load(initial + (2 * initialStep));
            s3 = O.Load(initial + (3 * initialStep));
            s4 = O.Load(initial + (4 * initialStep));
            s5 = O.Load(initial + (5 * initialStep));
            s6 = O.Load(initial + (6 * initialStep));
            s7 = O.Load(initial + (7 * initialStep));
            s8 = O.Load(initial + (8 * initialStep));
            s9 = O.Load(initial + (9 * initialStep));
            s10 = O.Load(initial + (10 * initialStep));
            s11 = O.Load(initial + (11 * initialStep));
            s12 = O.Load(initial + (12 * initialStep));
            s13 = O.Load(initial + (13 * initialStep));
            s14 = O.Load(initial + (14 * initialStep));
            s15 = O.Load(initial + (15 * initialStep));
            s16 = O.Load(initial + (16 * initialStep));
            s17 = O.Load(initial + (17 * initialStep));
            s18 = O.Load(initial + (18 * initialStep));
            s19 = O.Load(initial + (19 * initialStep));
            s20 = O.Load(initial + (20 * initialStep));
            s21 = O.Load(initial + (21 * initialStep));
            s22 = O.Load(initial + (22 * initialStep));
            s23 = O.Load(initial + (23 * initialStep));
        }

        var step = tile->RowStep;
        var step2 = 2 * step;
        var step3 = 3 * step;
        var p0 = tile->A;
        var p1 = p0 + (4 * step);
        var p2 = p1 + (4 * step);
        var p3 = p2 + (4 * step);
        var p4 = p3 + (4 * step);
        var p5 = p4 + (4 * step);
        var b = tile->B;
        var depthStep = tile->DepthStep;
        var bStep = tile->BStep;
        for (var k = tile->Depth; k > 0; k--)
        {
            var w = O.Load(b);
            s0 = O.MultiplyAdd(O.Splat(*p0), w, s0);
            s1 = O.MultiplyAdd(O.Splat(p0[step]), w, s1);
            s2 = O.MultiplyAdd(O.Splat(p0[step2]), w, s2);
            s3 = O.MultiplyAdd(O.Splat(p0[step3]), w, s3);
            s4 = O.MultiplyAdd(O.Splat(*p1), w, s4);
            s5 = O.MultiplyAdd(O.Splat(p1[step]), w, s5);
            s6 = O.MultiplyAdd(O.Splat(p1[step2]), w, s6);
            s7 = O.MultiplyAdd(O.Splat(p1[step3]), w, s7);
            s8 = O.MultiplyAdd(O.Splat(*p2), w, s8);
            s9 = O.MultiplyAdd(O.Splat(p2[step]), w, s9);
            s10 = O.MultiplyAdd(O.Splat(p2[step2]), w, s10);
            s11 = O.MultiplyAdd(O.Splat(p2[step3]), w, s11);
            s12 = O.MultiplyAdd(O.Splat(*p3), w, s12);
            s13 = O.MultiplyAdd(O.Splat(p3[step]), w, s13);
            s14 = O.MultiplyAdd(O.Splat(p3[step2]), w, s14);
            s15 = O.MultiplyAdd(O.Splat(p3[step3]), w, s15);
            s16 = O.MultiplyAdd(O.Splat(*p4), w, s16);
            s17 = O.MultiplyAdd(O.Splat(p4[step]), w, s17);
            s18 = O.MultiplyAdd(O.Splat(p4[step2]), w, s18);
            s19 = O.MultiplyAdd(O.Splat(p4[step3]), w, s19);
            s20 = O.MultiplyAdd(O.Splat(*p5), w, s20);
            s21 = O.MultiplyAdd(O.Splat(p5[step]), w, s21);
            s22 = O.MultiplyAdd(O.Splat(p5[step2]), w, s22);
            s23 = O.MultiplyAdd(O.Splat(p5[step3]), w, s23);
            p0 += depthStep;
            p1 += depthStep;
            p2 += depthStep;
            p3 += depthStep;
            p4 += depthStep;
            p5 += depthStep;
            b += bStep;
        }

        var c = tile->C;
        var cStep = tile->CStep;
        O.Store(c + (0 * cStep), s0);
        O.Store(c + (1 * cStep), s1);
        O.Store(c + (2 * cStep), s2);
        O.Store(c + (3 * cStep), s3);
        O.Store(c + (4 * cStep), s4);
        O.Store(c + (5 * cStep), s5);
        O.Store(c + (6 * cStep), s6);
        O.Store(c + (7 * cStep), s7);
        O.Store(c + (8 * cStep), s8);
        O.Store(c + (9 * cStep), s9);
        O.Store(c + (10 * cStep), s10);
        O.Store(c + (11 * cStep), s11);
        O.Store(c + (12 * cStep), s12);
        O.Store(c + (13 * cStep), s13);
        O.Store(c + (14 * cStep), s14);
        O.Store(c + (15 * cStep), s15);
        O.Store(c + (16 * cStep), s16);
        O.Store(c + (17 * cStep), s17);
        O.Store(c + (18 * cStep), s18);
        O.Store(c + (19 * cStep), s19);
        O.Store(c + (20 * cStep), s20);
        O.Store(c + (21 * cStep), s21);
        O.Store(c + (22 * cStep), s22);
        O.Store(c + (23 * cStep), s23);
    }
}

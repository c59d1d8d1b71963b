using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels.Products;

internal readonly unsafe partial struct NarrowTiles<R, O>
{
    public static int TallRows => 12;

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void MultiplyTall(DenseTile* tile)
    {
        R s0 = default, s1 = default, s2 = default, s3 = default;
        R s4 = default, s5 = default, s6 = default, s7 = default;
        R s8 = default, s9 = default, s10 = default, s11 = default;
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
        }

        var step = tile->RowStep;
        var step2 = 2 * step;
        var p0 = tile->A;
        var p1 = p0 + (3 * step);
        var p2 = p1 + (3 * step);
        var p3 = p2 + (3 * step);
        var b = tile->B;
        var depthStep = tile->DepthStep;
        var bStep = tile->BStep;
        for (var k = tile->Depth; k > 0; k--)
        {
            var w = O.Load(b);
            s0 = O.MultiplyAdd(O.Splat(*p0), w, s0);
            s1 = O.MultiplyAdd(O.Splat(p0[step]), w, s1);
            s2 = O.MultiplyAdd(O.Splat(p0[step2]), w, s2);
            s3 = O.MultiplyAdd(O.Splat(*p1), w, s3);
            s4 = O.MultiplyAdd(O.Splat(p1[step]), w, s4);
            s5 = O.MultiplyAdd(O.Splat(p1[step2]), w, s5);
            s6 = O.MultiplyAdd(O.Splat(*p2), w, s6);
            s7 = O.MultiplyAdd(O.Splat(p2[step]), w, s7);
            s8 = O.MultiplyAdd(O.Splat(p2[step2]), w, s8);
            s9 = O.MultiplyAdd(O.Splat(*p3), w, s9);
            s10 = O.MultiplyAdd(O.Splat(p3[step]), w, s10);
            s11 = O.MultiplyAdd(O.Splat(p3[step2]), w, s11);
            p0 += depthStep;
            p1 += depthStep;
            p2 += depthStep;
            p3 += depthStep;
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
    }
}

using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels;

internal readonly unsafe partial struct NarrowTiles<R, O>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(int vectors, DenseTile* tile)
    {
        if (vectors == 2) Multiply2(tile);
        else Multiply1(tile);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Multiply2(DenseTile* tile)
    {
        R s0a = default, s0b = default;
        R s1a = default, s1b = default;
        R s2a = default, s2b = default;
        R s3a = default, s3b = default;
        R s4a = default, s4b = default;
        R s5a = default, s5b = default;
        var c = tile->C;
        var cStep = tile->CStep;
        if (tile->Initial != null)
        {
            var initial = tile->Initial;
            var initialStep = tile->InitialStep;
            GemmStore.Read<R, O>(initial + (0 * initialStep), out s0a, out s0b);
            GemmStore.Read<R, O>(initial + (1 * initialStep), out s1a, out s1b);
            GemmStore.Read<R, O>(initial + (2 * initialStep), out s2a, out s2b);
            GemmStore.Read<R, O>(initial + (3 * initialStep), out s3a, out s3b);
            GemmStore.Read<R, O>(initial + (4 * initialStep), out s4a, out s4b);
            GemmStore.Read<R, O>(initial + (5 * initialStep), out s5a, out s5b);
        }

        var near = tile->A;
        var step = tile->RowStep;
        var step2 = 2 * step;
        var far = near + (3 * step);
        var b = tile->B;
        var next = tile->Next;
        var depthStep = tile->DepthStep;
        var bStep = tile->BStep;
        for (var k = tile->Depth; k > 0; k--)
        {
            Prefetch.Line(next);
            var wa = O.Load(b);
            var wb = O.Load(b + O.Lanes);
            var x = O.Splat(*near);
            s0a = O.MultiplyAdd(x, wa, s0a);
            s0b = O.MultiplyAdd(x, wb, s0b);
            x = O.Splat(near[step]);
            s1a = O.MultiplyAdd(x, wa, s1a);
            s1b = O.MultiplyAdd(x, wb, s1b);
            x = O.Splat(near[step2]);
            s2a = O.MultiplyAdd(x, wa, s2a);
            s2b = O.MultiplyAdd(x, wb, s2b);
            x = O.Splat(*far);
            s3a = O.MultiplyAdd(x, wa, s3a);
            s3b = O.MultiplyAdd(x, wb, s3b);
            x = O.Splat(far[step]);
            s4a = O.MultiplyAdd(x, wa, s4a);
            s4b = O.MultiplyAdd(x, wb, s4b);
            x = O.Splat(far[step2]);
            s5a = O.MultiplyAdd(x, wa, s5a);
            s5b = O.MultiplyAdd(x, wb, s5b);
            near += depthStep;
            far += depthStep;
            b += bStep;
            next += 16;
        }

        GemmStore.Write<R, O>(c + (0 * cStep), s0a, s0b);
        GemmStore.Write<R, O>(c + (1 * cStep), s1a, s1b);
        GemmStore.Write<R, O>(c + (2 * cStep), s2a, s2b);
        GemmStore.Write<R, O>(c + (3 * cStep), s3a, s3b);
        GemmStore.Write<R, O>(c + (4 * cStep), s4a, s4b);
        GemmStore.Write<R, O>(c + (5 * cStep), s5a, s5b);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Multiply1(DenseTile* tile)
    {
        R s0a = default;
        R s1a = default;
        R s2a = default;
        R s3a = default;
        R s4a = default;
        R s5a = default;
        var c = tile->C;
        var cStep = tile->CStep;
        if (tile->Initial != null)
        {
            var initial = tile->Initial;
            var initialStep = tile->InitialStep;
            GemmStore.Read<R, O>(initial + (0 * initialStep), out s0a);
            GemmStore.Read<R, O>(initial + (1 * initialStep), out s1a);
            GemmStore.Read<R, O>(initial + (2 * initialStep), out s2a);
            GemmStore.Read<R, O>(initial + (3 * initialStep), out s3a);
            GemmStore.Read<R, O>(initial + (4 * initialStep), out s4a);
            GemmStore.Read<R, O>(initial + (5 * initialStep), out s5a);
        }

        var near = tile->A;
        var step = tile->RowStep;
        var step2 = 2 * step;
        var far = near + (3 * step);
        var b = tile->B;
        var next = tile->Next;
        var depthStep = tile->DepthStep;
        var bStep = tile->BStep;
        for (var k = tile->Depth; k > 0; k--)
        {
            Prefetch.Line(next);
            var wa = O.Load(b);
            var x = O.Splat(*near);
            s0a = O.MultiplyAdd(x, wa, s0a);
            x = O.Splat(near[step]);
            s1a = O.MultiplyAdd(x, wa, s1a);
            x = O.Splat(near[step2]);
            s2a = O.MultiplyAdd(x, wa, s2a);
            x = O.Splat(*far);
            s3a = O.MultiplyAdd(x, wa, s3a);
            x = O.Splat(far[step]);
            s4a = O.MultiplyAdd(x, wa, s4a);
            x = O.Splat(far[step2]);
            s5a = O.MultiplyAdd(x, wa, s5a);
            near += depthStep;
            far += depthStep;
            b += bStep;
            next += 16;
        }

        GemmStore.Write<R, O>(c + (0 * cStep), s0a);
        GemmStore.Write<R, O>(c + (1 * cStep), s1a);
        GemmStore.Write<R, O>(c + (2 * cStep), s2a);
        GemmStore.Write<R, O>(c + (3 * cStep), s3a);
        GemmStore.Write<R, O>(c + (4 * cStep), s4a);
        GemmStore.Write<R, O>(c + (5 * cStep), s5a);
    }
}

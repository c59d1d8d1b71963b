using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels;

internal readonly unsafe partial struct WideTiles<R, O>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(int vectors, DenseTile* tile)
    {
        if (vectors == 3) Multiply3(tile);
        else if (vectors == 2) Multiply2(tile);
        else Multiply1(tile);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Multiply3(DenseTile* tile)
    {
        R s0a = default, s0b = default, s0c = default;
        R s1a = default, s1b = default, s1c = default;
        R s2a = default, s2b = default, s2c = default;
        R s3a = default, s3b = default, s3c = default;
        R s4a = default, s4b = default, s4c = default;
        R s5a = default, s5b = default, s5c = default;
        R s6a = default, s6b = default, s6c = default;
        R s7a = default, s7b = default, s7c = default;
        var c = tile->C;
        var cStep = tile->CStep;
        if (tile->Initial != null)
        {
            var initial = tile->Initial;
            var initialStep = tile->InitialStep;
            GemmStore.Read<R, O>(initial + (0 * initialStep), out s0a, out s0b, out s0c);
            GemmStore.Read<R, O>(initial + (1 * initialStep), out s1a, out s1b, out s1c);
            GemmStore.Read<R, O>(initial + (2 * initialStep), out s2a, out s2b, out s2c);
            GemmStore.Read<R, O>(initial + (3 * initialStep), out s3a, out s3b, out s3c);
            GemmStore.Read<R, O>(initial + (4 * initialStep), out s4a, out s4b, out s4c);
            GemmStore.Read<R, O>(initial + (5 * initialStep), out s5a, out s5b, out s5c);
            GemmStore.Read<R, O>(initial + (6 * initialStep), out s6a, out s6b, out s6c);
            GemmStore.Read<R, O>(initial + (7 * initialStep), out s7a, out s7b, out s7c);
        }

        var near = tile->A;
        var step = tile->RowStep;
        var step2 = 2 * step;
        var step3 = 3 * step;
        var far = near + (4 * step);
        var b = tile->B;
        var next = tile->Next;
        var depthStep = tile->DepthStep;
        var bStep = tile->BStep;
        for (var k = tile->Depth; k > 0; k--)
        {
            Prefetch.Line(next);
            var wa = O.Load(b);
            var wb = O.Load(b + O.Lanes);
            var wc = O.Load(b + (2 * O.Lanes));
            var x = O.Splat(*near);
            s0a = O.MultiplyAdd(x, wa, s0a);
            s0b = O.MultiplyAdd(x, wb, s0b);
            s0c = O.MultiplyAdd(x, wc, s0c);
            x = O.Splat(near[step]);
            s1a = O.MultiplyAdd(x, wa, s1a);
            s1b = O.MultiplyAdd(x, wb, s1b);
            s1c = O.MultiplyAdd(x, wc, s1c);
            x = O.Splat(near[step2]);
            s2a = O.MultiplyAdd(x, wa, s2a);
            s2b = O.MultiplyAdd(x, wb, s2b);
            s2c = O.MultiplyAdd(x, wc, s2c);
            x = O.Splat(near[step3]);
            s3a = O.MultiplyAdd(x, wa, s3a);
            s3b = O.MultiplyAdd(x, wb, s3b);
            s3c = O.MultiplyAdd(x, wc, s3c);
            x = O.Splat(*far);
            s4a = O.MultiplyAdd(x, wa, s4a);
            s4b = O.MultiplyAdd(x, wb, s4b);
            s4c = O.MultiplyAdd(x, wc, s4c);
            x = O.Splat(far[step]);
            s5a = O.MultiplyAdd(x, wa, s5a);
            s5b = O.MultiplyAdd(x, wb, s5b);
            s5c = O.MultiplyAdd(x, wc, s5c);
            x = O.Splat(far[step2]);
            s6a = O.MultiplyAdd(x, wa, s6a);
            s6b = O.MultiplyAdd(x, wb, s6b);
            s6c = O.MultiplyAdd(x, wc, s6c);
            x = O.Splat(far[step3]);
            s7a = O.MultiplyAdd(x, wa, s7a);
            s7b = O.MultiplyAdd(x, wb, s7b);
            s7c = O.MultiplyAdd(x, wc, s7c);
            near += depthStep;
            far += depthStep;
            b += bStep;
            next += 16;
        }

        GemmStore.Write<R, O>(c + (0 * cStep), s0a, s0b, s0c);
        GemmStore.Write<R, O>(c + (1 * cStep), s1a, s1b, s1c);
        GemmStore.Write<R, O>(c + (2 * cStep), s2a, s2b, s2c);
        GemmStore.Write<R, O>(c + (3 * cStep), s3a, s3b, s3c);
        GemmStore.Write<R, O>(c + (4 * cStep), s4a, s4b, s4c);
        GemmStore.Write<R, O>(c + (5 * cStep), s5a, s5b, s5c);
        GemmStore.Write<R, O>(c + (6 * cStep), s6a, s6b, s6c);
        GemmStore.Write<R, O>(c + (7 * cStep), s7a, s7b, s7c);
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
        R s6a = default, s6b = default;
        R s7a = default, s7b = default;
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
            GemmStore.Read<R, O>(initial + (6 * initialStep), out s6a, out s6b);
            GemmStore.Read<R, O>(initial + (7 * initialStep), out s7a, out s7b);
        }

        var near = tile->A;
        var step = tile->RowStep;
        var step2 = 2 * step;
        var step3 = 3 * step;
        var far = near + (4 * step);
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
            x = O.Splat(near[step3]);
            s3a = O.MultiplyAdd(x, wa, s3a);
            s3b = O.MultiplyAdd(x, wb, s3b);
            x = O.Splat(*far);
            s4a = O.MultiplyAdd(x, wa, s4a);
            s4b = O.MultiplyAdd(x, wb, s4b);
            x = O.Splat(far[step]);
            s5a = O.MultiplyAdd(x, wa, s5a);
            s5b = O.MultiplyAdd(x, wb, s5b);
            x = O.Splat(far[step2]);
            s6a = O.MultiplyAdd(x, wa, s6a);
            s6b = O.MultiplyAdd(x, wb, s6b);
            x = O.Splat(far[step3]);
            s7a = O.MultiplyAdd(x, wa, s7a);
            s7b = O.MultiplyAdd(x, wb, s7b);
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
        GemmStore.Write<R, O>(c + (6 * cStep), s6a, s6b);
        GemmStore.Write<R, O>(c + (7 * cStep), s7a, s7b);
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
        R s6a = default;
        R s7a = default;
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
            GemmStore.Read<R, O>(initial + (6 * initialStep), out s6a);
            GemmStore.Read<R, O>(initial + (7 * initialStep), out s7a);
        }

        var near = tile->A;
        var step = tile->RowStep;
        var step2 = 2 * step;
        var step3 = 3 * step;
        var far = near + (4 * step);
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
            x = O.Splat(near[step3]);
            s3a = O.MultiplyAdd(x, wa, s3a);
            x = O.Splat(*far);
            s4a = O.MultiplyAdd(x, wa, s4a);
            x = O.Splat(far[step]);
            s5a = O.MultiplyAdd(x, wa, s5a);
            x = O.Splat(far[step2]);
            s6a = O.MultiplyAdd(x, wa, s6a);
            x = O.Splat(far[step3]);
            s7a = O.MultiplyAdd(x, wa, s7a);
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
        GemmStore.Write<R, O>(c + (6 * cStep), s6a);
        GemmStore.Write<R, O>(c + (7 * cStep), s7a);
    }
}

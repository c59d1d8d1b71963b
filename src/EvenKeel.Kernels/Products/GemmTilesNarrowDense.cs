using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Products;

internal readonly unsafe partial struct NarrowTiles<R, O>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(int vectors, DenseTile* tile)
    {
        if (tile->DepthStep == 1) Multiply<DeepRows>(vectors, tile);
        else Multiply<DeepColumns>(vectors, tile);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply<W>(int vectors, DenseTile* tile) where W : struct, ITileWalk
    {
        if (vectors == 2) Multiply2<W>(tile);
        else Multiply1<W>(tile);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Multiply2<W>(DenseTile* tile) where W : struct, ITileWalk
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
        var far = near + W.Far(tile);
        var step = tile->RowStep;
        var step2 = 2 * step;
        var step3 = 3 * step;
        var b = tile->B;
        var bStep = tile->BStep;
        var next = tile->Next;
        var depth = tile->Depth;
        if ((depth & 1) != 0)
        {
            Prefetch.Line(next);
            Step2<W>(
                near, far, step, step2, step3, 0, b, ref s0a, ref s0b, ref s1a, ref s1b, ref s2a, ref s2b, ref s3a,
                ref s3b, ref s4a, ref s4b, ref s5a, ref s5b);
            near += W.Distance(tile, 1);
            far += W.Distance(tile, 1);
            b += bStep;
            next += 16;
        }

        var deeper = W.Distance(tile, 2);
        for (depth >>= 1; depth > 0; depth--)
        {
            Prefetch.Line(next);
            Step2<W>(
                near, far, step, step2, step3, 0, b, ref s0a, ref s0b, ref s1a, ref s1b, ref s2a, ref s2b, ref s3a,
                ref s3b, ref s4a, ref s4b, ref s5a, ref s5b);
            Prefetch.Line(next + 16);
            Step2<W>(
                near, far, step, step2, step3, 1, b + bStep, ref s0a, ref s0b, ref s1a, ref s1b, ref s2a, ref s2b,
                ref s3a, ref s3b, ref s4a, ref s4b, ref s5a, ref s5b);
            near += deeper;
            far += deeper;
            b += 2 * bStep;
            next += 32;
        }

        GemmStore.Write<R, O>(c + (0 * cStep), s0a, s0b);
        GemmStore.Write<R, O>(c + (1 * cStep), s1a, s1b);
        GemmStore.Write<R, O>(c + (2 * cStep), s2a, s2b);
        GemmStore.Write<R, O>(c + (3 * cStep), s3a, s3b);
        GemmStore.Write<R, O>(c + (4 * cStep), s4a, s4b);
        GemmStore.Write<R, O>(c + (5 * cStep), s5a, s5b);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Multiply1<W>(DenseTile* tile) where W : struct, ITileWalk
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
        var far = near + W.Far(tile);
        var step = tile->RowStep;
        var step2 = 2 * step;
        var step3 = 3 * step;
        var b = tile->B;
        var bStep = tile->BStep;
        var next = tile->Next;
        var depth = tile->Depth;
        if ((depth & 1) != 0)
        {
            Prefetch.Line(next);
            Step1<W>(
                near, far, step, step2, step3, 0, b, ref s0a, ref s1a, ref s2a, ref s3a, ref s4a, ref s5a);
            near += W.Distance(tile, 1);
            far += W.Distance(tile, 1);
            b += bStep;
            next += 16;
        }

        var deeper = W.Distance(tile, 2);
        for (depth >>= 1; depth > 0; depth--)
        {
            Prefetch.Line(next);
            Step1<W>(
                near, far, step, step2, step3, 0, b, ref s0a, ref s1a, ref s2a, ref s3a, ref s4a, ref s5a);
            Prefetch.Line(next + 16);
            Step1<W>(
                near, far, step, step2, step3, 1, b + bStep, ref s0a, ref s1a, ref s2a, ref s3a, ref s4a, ref s5a);
            near += deeper;
            far += deeper;
            b += 2 * bStep;
            next += 32;
        }

        GemmStore.Write<R, O>(c + (0 * cStep), s0a);
        GemmStore.Write<R, O>(c + (1 * cStep), s1a);
        GemmStore.Write<R, O>(c + (2 * cStep), s2a);
        GemmStore.Write<R, O>(c + (3 * cStep), s3a);
        GemmStore.Write<R, O>(c + (4 * cStep), s4a);
        GemmStore.Write<R, O>(c + (5 * cStep), s5a);
    }
}

using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Products;

internal readonly unsafe partial struct WideTiles<R, O>
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
        if (vectors == 3) Multiply3<W>(tile);
        else if (vectors == 2) Multiply2<W>(tile);
        else Multiply1<W>(tile);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Multiply3<W>(DenseTile* tile) where W : struct, ITileWalk
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
            Step3<W>(
                near, far, step, step2, step3, 0, b, ref s0a, ref s0b, ref s0c, ref s1a, ref s1b, ref s1c, ref s2a,
                ref s2b, ref s2c, ref s3a, ref s3b, ref s3c, ref s4a, ref s4b, ref s4c, ref s5a, ref s5b, ref s5c,
                ref s6a, ref s6b, ref s6c, ref s7a, ref s7b, ref s7c);
            near += W.Distance(tile, 1);
            far += W.Distance(tile, 1);
            b += bStep;
            next += 16;
        }

        var deeper = W.Distance(tile, 2);
        for (depth >>= 1; depth > 0; depth--)
        {
            Prefetch.Line(next);
            Step3<W>(
                near, far, step, step2, step3, 0, b, ref s0a, ref s0b, ref s0c, ref s1a, ref s1b, ref s1c, ref s2a,
                ref s2b, ref s2c, ref s3a, ref s3b, ref s3c, ref s4a, ref s4b, ref s4c, ref s5a, ref s5b, ref s5c,
                ref s6a, ref s6b, ref s6c, ref s7a, ref s7b, ref s7c);
            Prefetch.Line(next + 16);
            Step3<W>(
                near, far, step, step2, step3, 1, b + bStep, ref s0a, ref s0b, ref s0c, ref s1a, ref s1b, ref s1c,
                ref s2a, ref s2b, ref s2c, ref s3a, ref s3b, ref s3c, ref s4a, ref s4b, ref s4c, ref s5a, ref s5b,
                ref s5c, ref s6a, ref s6b, ref s6c, ref s7a, ref s7b, ref s7c);
            near += deeper;
            far += deeper;
            b += 2 * bStep;
            next += 32;
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
    private static void Multiply2<W>(DenseTile* tile) where W : struct, ITileWalk
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
                ref s3b, ref s4a, ref s4b, ref s5a, ref s5b, ref s6a, ref s6b, ref s7a, ref s7b);
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
                ref s3b, ref s4a, ref s4b, ref s5a, ref s5b, ref s6a, ref s6b, ref s7a, ref s7b);
            Prefetch.Line(next + 16);
            Step2<W>(
                near, far, step, step2, step3, 1, b + bStep, ref s0a, ref s0b, ref s1a, ref s1b, ref s2a, ref s2b,
                ref s3a, ref s3b, ref s4a, ref s4b, ref s5a, ref s5b, ref s6a, ref s6b, ref s7a, ref s7b);
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
        GemmStore.Write<R, O>(c + (6 * cStep), s6a, s6b);
        GemmStore.Write<R, O>(c + (7 * cStep), s7a, s7b);
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
                near, far, step, step2, step3, 0, b, ref s0a, ref s1a, ref s2a, ref s3a, ref s4a, ref s5a, ref s6a,
                ref s7a);
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
                near, far, step, step2, step3, 0, b, ref s0a, ref s1a, ref s2a, ref s3a, ref s4a, ref s5a, ref s6a,
                ref s7a);
            Prefetch.Line(next + 16);
            Step1<W>(
                near, far, step, step2, step3, 1, b + bStep, ref s0a, ref s1a, ref s2a, ref s3a, ref s4a, ref s5a,
                ref s6a, ref s7a);
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
        GemmStore.Write<R, O>(c + (6 * cStep), s6a);
        GemmStore.Write<R, O>(c + (7 * cStep), s7a);
    }
}

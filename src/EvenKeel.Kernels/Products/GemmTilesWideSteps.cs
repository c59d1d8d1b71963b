using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels.Products;

// One step of the depth, from rows at even distances, or from four pointers at a time: the compiler inlines no call of
// more than 32 arguments. The sums are passed by reference, which leaves them in registers once this is inlined.
internal readonly unsafe partial struct WideTiles<R, O>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step3<W>(
        float* near, float* far, nint step, nint step2, nint step3, int deeper, float* b,
        ref R s0a, ref R s0b, ref R s0c, ref R s1a, ref R s1b, ref R s1c, ref R s2a, ref R s2b, ref R s2c, ref R s3a,
        ref R s3b, ref R s3c, ref R s4a, ref R s4b, ref R s4c, ref R s5a, ref R s5b, ref R s5c, ref R s6a, ref R s6b,
        ref R s6c, ref R s7a, ref R s7b, ref R s7c)
        where W : struct, ITileWalk
    {
        var wa = O.Load(b);
        var wb = O.Load(b + O.Lanes);
        var wc = O.Load(b + (2 * O.Lanes));
        var x = O.Splat(W.At(near, far, step, step2, step3, 0, deeper));
        s0a = O.MultiplyAdd(x, wa, s0a);
        s0b = O.MultiplyAdd(x, wb, s0b);
        s0c = O.MultiplyAdd(x, wc, s0c);
        x = O.Splat(W.At(near, far, step, step2, step3, 1, deeper));
        s1a = O.MultiplyAdd(x, wa, s1a);
        s1b = O.MultiplyAdd(x, wb, s1b);
        s1c = O.MultiplyAdd(x, wc, s1c);
        x = O.Splat(W.At(near, far, step, step2, step3, 2, deeper));
        s2a = O.MultiplyAdd(x, wa, s2a);
        s2b = O.MultiplyAdd(x, wb, s2b);
        s2c = O.MultiplyAdd(x, wc, s2c);
        x = O.Splat(W.At(near, far, step, step2, step3, 3, deeper));
        s3a = O.MultiplyAdd(x, wa, s3a);
        s3b = O.MultiplyAdd(x, wb, s3b);
        s3c = O.MultiplyAdd(x, wc, s3c);
        x = O.Splat(W.At(near, far, step, step2, step3, 4, deeper));
        s4a = O.MultiplyAdd(x, wa, s4a);
        s4b = O.MultiplyAdd(x, wb, s4b);
        s4c = O.MultiplyAdd(x, wc, s4c);
        x = O.Splat(W.At(near, far, step, step2, step3, 5, deeper));
        s5a = O.MultiplyAdd(x, wa, s5a);
        s5b = O.MultiplyAdd(x, wb, s5b);
        s5c = O.MultiplyAdd(x, wc, s5c);
        x = O.Splat(W.At(near, far, step, step2, step3, 6, deeper));
        s6a = O.MultiplyAdd(x, wa, s6a);
        s6b = O.MultiplyAdd(x, wb, s6b);
        s6c = O.MultiplyAdd(x, wc, s6c);
        x = O.Splat(W.At(near, far, step, step2, step3, 7, deeper));
        s7a = O.MultiplyAdd(x, wa, s7a);
        s7b = O.MultiplyAdd(x, wb, s7b);
        s7c = O.MultiplyAdd(x, wc, s7c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step2<W>(
        float* near, float* far, nint step, nint step2, nint step3, int deeper, float* b,
        ref R s0a, ref R s0b, ref R s1a, ref R s1b, ref R s2a, ref R s2b, ref R s3a, ref R s3b, ref R s4a, ref R s4b,
        ref R s5a, ref R s5b, ref R s6a, ref R s6b, ref R s7a, ref R s7b)
        where W : struct, ITileWalk
    {
        var wa = O.Load(b);
        var wb = O.Load(b + O.Lanes);
        var x = O.Splat(W.At(near, far, step, step2, step3, 0, deeper));
        s0a = O.MultiplyAdd(x, wa, s0a);
        s0b = O.MultiplyAdd(x, wb, s0b);
        x = O.Splat(W.At(near, far, step, step2, step3, 1, deeper));
        s1a = O.MultiplyAdd(x, wa, s1a);
        s1b = O.MultiplyAdd(x, wb, s1b);
        x = O.Splat(W.At(near, far, step, step2, step3, 2, deeper));
        s2a = O.MultiplyAdd(x, wa, s2a);
        s2b = O.MultiplyAdd(x, wb, s2b);
        x = O.Splat(W.At(near, far, step, step2, step3, 3, deeper));
        s3a = O.MultiplyAdd(x, wa, s3a);
        s3b = O.MultiplyAdd(x, wb, s3b);
        x = O.Splat(W.At(near, far, step, step2, step3, 4, deeper));
        s4a = O.MultiplyAdd(x, wa, s4a);
        s4b = O.MultiplyAdd(x, wb, s4b);
        x = O.Splat(W.At(near, far, step, step2, step3, 5, deeper));
        s5a = O.MultiplyAdd(x, wa, s5a);
        s5b = O.MultiplyAdd(x, wb, s5b);
        x = O.Splat(W.At(near, far, step, step2, step3, 6, deeper));
        s6a = O.MultiplyAdd(x, wa, s6a);
        s6b = O.MultiplyAdd(x, wb, s6b);
        x = O.Splat(W.At(near, far, step, step2, step3, 7, deeper));
        s7a = O.MultiplyAdd(x, wa, s7a);
        s7b = O.MultiplyAdd(x, wb, s7b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step1<W>(
        float* near, float* far, nint step, nint step2, nint step3, int deeper, float* b,
        ref R s0a, ref R s1a, ref R s2a, ref R s3a, ref R s4a, ref R s5a, ref R s6a, ref R s7a)
        where W : struct, ITileWalk
    {
        var wa = O.Load(b);
        var x = O.Splat(W.At(near, far, step, step2, step3, 0, deeper));
        s0a = O.MultiplyAdd(x, wa, s0a);
        x = O.Splat(W.At(near, far, step, step2, step3, 1, deeper));
        s1a = O.MultiplyAdd(x, wa, s1a);
        x = O.Splat(W.At(near, far, step, step2, step3, 2, deeper));
        s2a = O.MultiplyAdd(x, wa, s2a);
        x = O.Splat(W.At(near, far, step, step2, step3, 3, deeper));
        s3a = O.MultiplyAdd(x, wa, s3a);
        x = O.Splat(W.At(near, far, step, step2, step3, 4, deeper));
        s4a = O.MultiplyAdd(x, wa, s4a);
        x = O.Splat(W.At(near, far, step, step2, step3, 5, deeper));
        s5a = O.MultiplyAdd(x, wa, s5a);
        x = O.Splat(W.At(near, far, step, step2, step3, 6, deeper));
        s6a = O.MultiplyAdd(x, wa, s6a);
        x = O.Splat(W.At(near, far, step, step2, step3, 7, deeper));
        s7a = O.MultiplyAdd(x, wa, s7a);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourRows3(
        float* p0, float* p1, float* p2, float* p3, R wa, R wb, R wc, ref R s0a, ref R s0b, ref R s0c, ref R s1a,
        ref R s1b, ref R s1c, ref R s2a, ref R s2b, ref R s2c, ref R s3a, ref R s3b, ref R s3c)
    {
        var x = O.Splat(*p0);
        s0a = O.MultiplyAdd(x, wa, s0a);
        s0b = O.MultiplyAdd(x, wb, s0b);
        s0c = O.MultiplyAdd(x, wc, s0c);
        x = O.Splat(*p1);
        s1a = O.MultiplyAdd(x, wa, s1a);
        s1b = O.MultiplyAdd(x, wb, s1b);
        s1c = O.MultiplyAdd(x, wc, s1c);
        x = O.Splat(*p2);
        s2a = O.MultiplyAdd(x, wa, s2a);
        s2b = O.MultiplyAdd(x, wb, s2b);
        s2c = O.MultiplyAdd(x, wc, s2c);
        x = O.Splat(*p3);
        s3a = O.MultiplyAdd(x, wa, s3a);
        s3b = O.MultiplyAdd(x, wb, s3b);
        s3c = O.MultiplyAdd(x, wc, s3c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourRows2(
        float* p0, float* p1, float* p2, float* p3, R wa, R wb, ref R s0a, ref R s0b, ref R s1a, ref R s1b, ref R s2a,
        ref R s2b, ref R s3a, ref R s3b)
    {
        var x = O.Splat(*p0);
        s0a = O.MultiplyAdd(x, wa, s0a);
        s0b = O.MultiplyAdd(x, wb, s0b);
        x = O.Splat(*p1);
        s1a = O.MultiplyAdd(x, wa, s1a);
        s1b = O.MultiplyAdd(x, wb, s1b);
        x = O.Splat(*p2);
        s2a = O.MultiplyAdd(x, wa, s2a);
        s2b = O.MultiplyAdd(x, wb, s2b);
        x = O.Splat(*p3);
        s3a = O.MultiplyAdd(x, wa, s3a);
        s3b = O.MultiplyAdd(x, wb, s3b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourRows1(
        float* p0, float* p1, float* p2, float* p3, R wa, ref R s0a, ref R s1a, ref R s2a, ref R s3a)
    {
        var x = O.Splat(*p0);
        s0a = O.MultiplyAdd(x, wa, s0a);
        x = O.Splat(*p1);
        s1a = O.MultiplyAdd(x, wa, s1a);
        x = O.Splat(*p2);
        s2a = O.MultiplyAdd(x, wa, s2a);
        x = O.Splat(*p3);
        s3a = O.MultiplyAdd(x, wa, s3a);
    }
}

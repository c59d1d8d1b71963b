using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels.Products;

// One step of the depth, from rows at even distances or from pointers. The sums are passed by reference, which leaves
// them in registers once this is inlined.
internal readonly unsafe partial struct NarrowTiles<R, O>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step2<W>(
        float* near, float* far, nint step, nint step2, nint step3, int deeper, float* b,
        ref R s0a, ref R s0b, ref R s1a, ref R s1b, ref R s2a, ref R s2b, ref R s3a, ref R s3b, ref R s4a, ref R s4b,
        ref R s5a, ref R s5b)
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
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step1<W>(
        float* near, float* far, nint step, nint step2, nint step3, int deeper, float* b,
        ref R s0a, ref R s1a, ref R s2a, ref R s3a, ref R s4a, ref R s5a)
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
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SixRows2(
        float* p0, float* p1, float* p2, float* p3, float* p4, float* p5, float* row,
        ref R s0a, ref R s0b, ref R s1a, ref R s1b, ref R s2a, ref R s2b, ref R s3a, ref R s3b, ref R s4a, ref R s4b,
        ref R s5a, ref R s5b)
    {
        var wa = O.Load(row);
        var wb = O.Load(row + O.Lanes);
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
        x = O.Splat(*p4);
        s4a = O.MultiplyAdd(x, wa, s4a);
        s4b = O.MultiplyAdd(x, wb, s4b);
        x = O.Splat(*p5);
        s5a = O.MultiplyAdd(x, wa, s5a);
        s5b = O.MultiplyAdd(x, wb, s5b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SixRows1(
        float* p0, float* p1, float* p2, float* p3, float* p4, float* p5, float* row,
        ref R s0a, ref R s1a, ref R s2a, ref R s3a, ref R s4a, ref R s5a)
    {
        var wa = O.Load(row);
        var x = O.Splat(*p0);
        s0a = O.MultiplyAdd(x, wa, s0a);
        x = O.Splat(*p1);
        s1a = O.MultiplyAdd(x, wa, s1a);
        x = O.Splat(*p2);
        s2a = O.MultiplyAdd(x, wa, s2a);
        x = O.Splat(*p3);
        s3a = O.MultiplyAdd(x, wa, s3a);
        x = O.Splat(*p4);
        s4a = O.MultiplyAdd(x, wa, s4a);
        x = O.Splat(*p5);
        s5a = O.MultiplyAdd(x, wa, s5a);
    }
}

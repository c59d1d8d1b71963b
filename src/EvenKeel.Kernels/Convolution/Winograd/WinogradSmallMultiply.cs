using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Products;

namespace EvenKeel.Kernels.Convolution.Winograd;

internal static unsafe partial class WinogradSmall
{
    /// <summary>At every frequency, replaces a block's source channels by its result channels.</summary>
    /// <param name="tiles">[36][12 tiles][pitch].</param>
    /// <param name="weights">[36][source channel][result channel].</param>
    /// <param name="depth">Source channels.</param>
    /// <param name="columns">Result channels: 16 or 32.</param>
    /// <param name="ahead">What is asked for meanwhile.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Multiply<R, O, P>(float* tiles, float* weights, nint depth, int columns, ref MemoryAhead ahead)
        where R : unmanaged
        where O : IRegisterOps<R>
        where P : struct, IPitch
    {
        var beside = stackalloc float[HalfBlock * MostChannels];
        for (var point = 0; point < Filtering.Points; point++, tiles += Block * P.Floats, weights += depth * columns)
        {
            ahead.Ask();
            if (O.Lanes == 16)
            {
                if (columns == 16) Twelve<R, O, P>(tiles, weights, depth);
                else TwelvePairs<R, O, P>(tiles, weights, depth);
                continue;
            }

            for (var row = 0; row < Block; row += HalfBlock)
            {
                // What is replaced last may go where it belongs; the rest waits beside until nothing needs its place.
                var rows = tiles + (row * P.Floats);
                var last = columns - (2 * O.Lanes);
                for (var column = 0; column < last; column += 2 * O.Lanes)
                    SixPairs<R, O, P>(rows, weights + column, columns, depth, beside + column, MostChannels);
                SixPairs<R, O, P>(rows, weights + last, columns, depth, rows + last, P.Floats);
                for (var i = 0; i < HalfBlock; i++)
                    for (var column = 0; column < last; column += O.Lanes)
                        O.Store(rows + (i * P.Floats) + column, O.Load(beside + (i * MostChannels) + column));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Twelve<R, O, P>(float* v, float* w, nint depth)
        where R : unmanaged
        where O : IRegisterOps<R>
        where P : struct, IPitch
    {
        R s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default;
        R s6 = default, s7 = default, s8 = default, s9 = default, s10 = default, s11 = default;
        var p = v;
        for (var k = depth; k > 0; k--, p++, w += 16)
        {
            var b = O.Load(w);
            s0 = O.MultiplyAdd(O.Splat(*p), b, s0);
            s1 = O.MultiplyAdd(O.Splat(p[1 * P.Floats]), b, s1);
            s2 = O.MultiplyAdd(O.Splat(p[2 * P.Floats]), b, s2);
            s3 = O.MultiplyAdd(O.Splat(p[3 * P.Floats]), b, s3);
            s4 = O.MultiplyAdd(O.Splat(p[4 * P.Floats]), b, s4);
            s5 = O.MultiplyAdd(O.Splat(p[5 * P.Floats]), b, s5);
            s6 = O.MultiplyAdd(O.Splat(p[6 * P.Floats]), b, s6);
            s7 = O.MultiplyAdd(O.Splat(p[7 * P.Floats]), b, s7);
            s8 = O.MultiplyAdd(O.Splat(p[8 * P.Floats]), b, s8);
            s9 = O.MultiplyAdd(O.Splat(p[9 * P.Floats]), b, s9);
            s10 = O.MultiplyAdd(O.Splat(p[10 * P.Floats]), b, s10);
            s11 = O.MultiplyAdd(O.Splat(p[11 * P.Floats]), b, s11);
        }

        O.Store(v, s0);
        O.Store(v + (1 * P.Floats), s1);
        O.Store(v + (2 * P.Floats), s2);
        O.Store(v + (3 * P.Floats), s3);
        O.Store(v + (4 * P.Floats), s4);
        O.Store(v + (5 * P.Floats), s5);
        O.Store(v + (6 * P.Floats), s6);
        O.Store(v + (7 * P.Floats), s7);
        O.Store(v + (8 * P.Floats), s8);
        O.Store(v + (9 * P.Floats), s9);
        O.Store(v + (10 * P.Floats), s10);
        O.Store(v + (11 * P.Floats), s11);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TwelvePairs<R, O, P>(float* v, float* w, nint depth)
        where R : unmanaged
        where O : IRegisterOps<R>
        where P : struct, IPitch
    {
        R s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default;
        R s6 = default, s7 = default, s8 = default, s9 = default, s10 = default, s11 = default;
        R t0 = default, t1 = default, t2 = default, t3 = default, t4 = default, t5 = default;
        R t6 = default, t7 = default, t8 = default, t9 = default, t10 = default, t11 = default;
        var p = v;
        for (var k = depth; k > 0; k--, p++, w += 32)
        {
            var b = O.Load(w);
            var c = O.Load(w + O.Lanes);
            var a0 = O.Splat(*p);
            s0 = O.MultiplyAdd(a0, b, s0);
            t0 = O.MultiplyAdd(a0, c, t0);
            var a1 = O.Splat(p[1 * P.Floats]);
            s1 = O.MultiplyAdd(a1, b, s1);
            t1 = O.MultiplyAdd(a1, c, t1);
            var a2 = O.Splat(p[2 * P.Floats]);
            s2 = O.MultiplyAdd(a2, b, s2);
            t2 = O.MultiplyAdd(a2, c, t2);
            var a3 = O.Splat(p[3 * P.Floats]);
            s3 = O.MultiplyAdd(a3, b, s3);
            t3 = O.MultiplyAdd(a3, c, t3);
            var a4 = O.Splat(p[4 * P.Floats]);
            s4 = O.MultiplyAdd(a4, b, s4);
            t4 = O.MultiplyAdd(a4, c, t4);
            var a5 = O.Splat(p[5 * P.Floats]);
            s5 = O.MultiplyAdd(a5, b, s5);
            t5 = O.MultiplyAdd(a5, c, t5);
            var a6 = O.Splat(p[6 * P.Floats]);
            s6 = O.MultiplyAdd(a6, b, s6);
            t6 = O.MultiplyAdd(a6, c, t6);
            var a7 = O.Splat(p[7 * P.Floats]);
            s7 = O.MultiplyAdd(a7, b, s7);
            t7 = O.MultiplyAdd(a7, c, t7);
            var a8 = O.Splat(p[8 * P.Floats]);
            s8 = O.MultiplyAdd(a8, b, s8);
            t8 = O.MultiplyAdd(a8, c, t8);
            var a9 = O.Splat(p[9 * P.Floats]);
            s9 = O.MultiplyAdd(a9, b, s9);
            t9 = O.MultiplyAdd(a9, c, t9);
            var a10 = O.Splat(p[10 * P.Floats]);
            s10 = O.MultiplyAdd(a10, b, s10);
            t10 = O.MultiplyAdd(a10, c, t10);
            var a11 = O.Splat(p[11 * P.Floats]);
            s11 = O.MultiplyAdd(a11, b, s11);
            t11 = O.MultiplyAdd(a11, c, t11);
        }

        O.Store(v, s0);
        O.Store(v + O.Lanes, t0);
        O.Store(v + (1 * P.Floats), s1);
        O.Store(v + (1 * P.Floats) + O.Lanes, t1);
        O.Store(v + (2 * P.Floats), s2);
        O.Store(v + (2 * P.Floats) + O.Lanes, t2);
        O.Store(v + (3 * P.Floats), s3);
        O.Store(v + (3 * P.Floats) + O.Lanes, t3);
        O.Store(v + (4 * P.Floats), s4);
        O.Store(v + (4 * P.Floats) + O.Lanes, t4);
        O.Store(v + (5 * P.Floats), s5);
        O.Store(v + (5 * P.Floats) + O.Lanes, t5);
        O.Store(v + (6 * P.Floats), s6);
        O.Store(v + (6 * P.Floats) + O.Lanes, t6);
        O.Store(v + (7 * P.Floats), s7);
        O.Store(v + (7 * P.Floats) + O.Lanes, t7);
        O.Store(v + (8 * P.Floats), s8);
        O.Store(v + (8 * P.Floats) + O.Lanes, t8);
        O.Store(v + (9 * P.Floats), s9);
        O.Store(v + (9 * P.Floats) + O.Lanes, t9);
        O.Store(v + (10 * P.Floats), s10);
        O.Store(v + (10 * P.Floats) + O.Lanes, t10);
        O.Store(v + (11 * P.Floats), s11);
        O.Store(v + (11 * P.Floats) + O.Lanes, t11);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SixPairs<R, O, P>(float* v, float* w, nint columns, nint depth, float* result, nint step)
        where R : unmanaged
        where O : IRegisterOps<R>
        where P : struct, IPitch
    {
        R s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default;
        R t0 = default, t1 = default, t2 = default, t3 = default, t4 = default, t5 = default;
        var p = v;
        for (var k = depth; k > 0; k--, p++, w += columns)
        {
            var b = O.Load(w);
            var c = O.Load(w + O.Lanes);
            var a0 = O.Splat(*p);
            s0 = O.MultiplyAdd(a0, b, s0);
            t0 = O.MultiplyAdd(a0, c, t0);
            var a1 = O.Splat(p[1 * P.Floats]);
            s1 = O.MultiplyAdd(a1, b, s1);
            t1 = O.MultiplyAdd(a1, c, t1);
            var a2 = O.Splat(p[2 * P.Floats]);
            s2 = O.MultiplyAdd(a2, b, s2);
            t2 = O.MultiplyAdd(a2, c, t2);
            var a3 = O.Splat(p[3 * P.Floats]);
            s3 = O.MultiplyAdd(a3, b, s3);
            t3 = O.MultiplyAdd(a3, c, t3);
            var a4 = O.Splat(p[4 * P.Floats]);
            s4 = O.MultiplyAdd(a4, b, s4);
            t4 = O.MultiplyAdd(a4, c, t4);
            var a5 = O.Splat(p[5 * P.Floats]);
            s5 = O.MultiplyAdd(a5, b, s5);
            t5 = O.MultiplyAdd(a5, c, t5);
        }

        O.Store(result, s0);
        O.Store(result + O.Lanes, t0);
        O.Store(result + step, s1);
        O.Store(result + step + O.Lanes, t1);
        O.Store(result + (2 * step), s2);
        O.Store(result + (2 * step) + O.Lanes, t2);
        O.Store(result + (3 * step), s3);
        O.Store(result + (3 * step) + O.Lanes, t3);
        O.Store(result + (4 * step), s4);
        O.Store(result + (4 * step) + O.Lanes, t4);
        O.Store(result + (5 * step), s5);
        O.Store(result + (5 * step) + O.Lanes, t5);
    }
}

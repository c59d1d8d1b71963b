using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Products;

namespace EvenKeel.Kernels.Convolution.Winograd;

internal static unsafe partial class WinogradSmall
{
    /// <summary>At every frequency, adds the products of a block's input with its output gradient, summed over tiles.</summary>
    /// <param name="input">[36][24 tiles][pitch].</param>
    /// <param name="gradient">[36][24 tiles][pitch].</param>
    /// <param name="sums">[36][source channel][result channel].</param>
    /// <param name="channels">Source channels.</param>
    /// <param name="columns">Result channels: 16 or 32.</param>
    /// <param name="ahead">What is asked for meanwhile.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Accumulate<R, O, P>(
        float* input, float* gradient, float* sums, int channels, int columns, ref MemoryAhead ahead)
        where R : unmanaged
        where O : IRegisterOps<R>
        where P : struct, IPitch
    {
        for (var point = 0; point < Filtering.Points; point++, input += GradientBlock * P.Floats, gradient += GradientBlock * P.Floats)
        {
            ahead.Ask();
            if (O.Lanes == 16 && columns == 16)
            {
                for (var c = 0; c < channels; c += 16, sums += 16 * columns) Sixteen<R, O, P>(input + c, gradient, sums, columns);
            }
            else if (O.Lanes == 16)
            {
                for (var c = 0; c < channels; c += 8, sums += 8 * columns) EightPairs<R, O, P>(input + c, gradient, sums, columns);
            }
            else
            {
                for (var c = 0; c < channels; c += 4, sums += 4 * columns)
                    for (var column = 0; column < columns; column += 2 * O.Lanes)
                        FourPairs<R, O, P>(input + c, gradient + column, sums + column, columns);
            }
        }
    }

    // Sums of 16 channels with a register of columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sixteen<R, O, P>(float* v, float* z, float* sums, nint columns)
        where R : unmanaged
        where O : IRegisterOps<R>
        where P : struct, IPitch
    {
        var s0 = O.Load(sums);
        var s1 = O.Load(sums + columns);
        var s2 = O.Load(sums + (2 * columns));
        var s3 = O.Load(sums + (3 * columns));
        var s4 = O.Load(sums + (4 * columns));
        var s5 = O.Load(sums + (5 * columns));
        var s6 = O.Load(sums + (6 * columns));
        var s7 = O.Load(sums + (7 * columns));
        var s8 = O.Load(sums + (8 * columns));
        var s9 = O.Load(sums + (9 * columns));
        var s10 = O.Load(sums + (10 * columns));
        var s11 = O.Load(sums + (11 * columns));
        var s12 = O.Load(sums + (12 * columns));
        var s13 = O.Load(sums + (13 * columns));
        var s14 = O.Load(sums + (14 * columns));
        var s15 = O.Load(sums + (15 * columns));
        for (var tile = GradientBlock; tile > 0; tile--, v += P.Floats, z += P.Floats)
        {
            var b = O.Load(z);
            s0 = O.MultiplyAdd(O.Splat(*v), b, s0);
            s1 = O.MultiplyAdd(O.Splat(v[1]), b, s1);
            s2 = O.MultiplyAdd(O.Splat(v[2]), b, s2);
            s3 = O.MultiplyAdd(O.Splat(v[3]), b, s3);
            s4 = O.MultiplyAdd(O.Splat(v[4]), b, s4);
            s5 = O.MultiplyAdd(O.Splat(v[5]), b, s5);
            s6 = O.MultiplyAdd(O.Splat(v[6]), b, s6);
            s7 = O.MultiplyAdd(O.Splat(v[7]), b, s7);
            s8 = O.MultiplyAdd(O.Splat(v[8]), b, s8);
            s9 = O.MultiplyAdd(O.Splat(v[9]), b, s9);
            s10 = O.MultiplyAdd(O.Splat(v[10]), b, s10);
            s11 = O.MultiplyAdd(O.Splat(v[11]), b, s11);
            s12 = O.MultiplyAdd(O.Splat(v[12]), b, s12);
            s13 = O.MultiplyAdd(O.Splat(v[13]), b, s13);
            s14 = O.MultiplyAdd(O.Splat(v[14]), b, s14);
            s15 = O.MultiplyAdd(O.Splat(v[15]), b, s15);
        }

        O.Store(sums, s0);
        O.Store(sums + columns, s1);
        O.Store(sums + (2 * columns), s2);
        O.Store(sums + (3 * columns), s3);
        O.Store(sums + (4 * columns), s4);
        O.Store(sums + (5 * columns), s5);
        O.Store(sums + (6 * columns), s6);
        O.Store(sums + (7 * columns), s7);
        O.Store(sums + (8 * columns), s8);
        O.Store(sums + (9 * columns), s9);
        O.Store(sums + (10 * columns), s10);
        O.Store(sums + (11 * columns), s11);
        O.Store(sums + (12 * columns), s12);
        O.Store(sums + (13 * columns), s13);
        O.Store(sums + (14 * columns), s14);
        O.Store(sums + (15 * columns), s15);
    }

    // Sums of 8 channels with two registers of columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EightPairs<R, O, P>(float* v, float* z, float* sums, nint columns)
        where R : unmanaged
        where O : IRegisterOps<R>
        where P : struct, IPitch
    {
        var s0 = O.Load(sums);
        var t0 = O.Load(sums + O.Lanes);
        var s1 = O.Load(sums + columns);
        var t1 = O.Load(sums + columns + O.Lanes);
        var s2 = O.Load(sums + (2 * columns));
        var t2 = O.Load(sums + (2 * columns) + O.Lanes);
        var s3 = O.Load(sums + (3 * columns));
        var t3 = O.Load(sums + (3 * columns) + O.Lanes);
        var s4 = O.Load(sums + (4 * columns));
        var t4 = O.Load(sums + (4 * columns) + O.Lanes);
        var s5 = O.Load(sums + (5 * columns));
        var t5 = O.Load(sums + (5 * columns) + O.Lanes);
        var s6 = O.Load(sums + (6 * columns));
        var t6 = O.Load(sums + (6 * columns) + O.Lanes);
        var s7 = O.Load(sums + (7 * columns));
        var t7 = O.Load(sums + (7 * columns) + O.Lanes);
        for (var tile = GradientBlock; tile > 0; tile--, v += P.Floats, z += P.Floats)
        {
            var b = O.Load(z);
            var c = O.Load(z + O.Lanes);
            var a0 = O.Splat(*v);
            s0 = O.MultiplyAdd(a0, b, s0);
            t0 = O.MultiplyAdd(a0, c, t0);
            var a1 = O.Splat(v[1]);
            s1 = O.MultiplyAdd(a1, b, s1);
            t1 = O.MultiplyAdd(a1, c, t1);
            var a2 = O.Splat(v[2]);
            s2 = O.MultiplyAdd(a2, b, s2);
            t2 = O.MultiplyAdd(a2, c, t2);
            var a3 = O.Splat(v[3]);
            s3 = O.MultiplyAdd(a3, b, s3);
            t3 = O.MultiplyAdd(a3, c, t3);
            var a4 = O.Splat(v[4]);
            s4 = O.MultiplyAdd(a4, b, s4);
            t4 = O.MultiplyAdd(a4, c, t4);
            var a5 = O.Splat(v[5]);
            s5 = O.MultiplyAdd(a5, b, s5);
            t5 = O.MultiplyAdd(a5, c, t5);
            var a6 = O.Splat(v[6]);
            s6 = O.MultiplyAdd(a6, b, s6);
            t6 = O.MultiplyAdd(a6, c, t6);
            var a7 = O.Splat(v[7]);
            s7 = O.MultiplyAdd(a7, b, s7);
            t7 = O.MultiplyAdd(a7, c, t7);
        }

        O.Store(sums, s0);
        O.Store(sums + O.Lanes, t0);
        O.Store(sums + columns, s1);
        O.Store(sums + columns + O.Lanes, t1);
        O.Store(sums + (2 * columns), s2);
        O.Store(sums + (2 * columns) + O.Lanes, t2);
        O.Store(sums + (3 * columns), s3);
        O.Store(sums + (3 * columns) + O.Lanes, t3);
        O.Store(sums + (4 * columns), s4);
        O.Store(sums + (4 * columns) + O.Lanes, t4);
        O.Store(sums + (5 * columns), s5);
        O.Store(sums + (5 * columns) + O.Lanes, t5);
        O.Store(sums + (6 * columns), s6);
        O.Store(sums + (6 * columns) + O.Lanes, t6);
        O.Store(sums + (7 * columns), s7);
        O.Store(sums + (7 * columns) + O.Lanes, t7);
    }

    // Sums of 4 channels with two registers of columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourPairs<R, O, P>(float* v, float* z, float* sums, nint columns)
        where R : unmanaged
        where O : IRegisterOps<R>
        where P : struct, IPitch
    {
        var s0 = O.Load(sums);
        var t0 = O.Load(sums + O.Lanes);
        var s1 = O.Load(sums + columns);
        var t1 = O.Load(sums + columns + O.Lanes);
        var s2 = O.Load(sums + (2 * columns));
        var t2 = O.Load(sums + (2 * columns) + O.Lanes);
        var s3 = O.Load(sums + (3 * columns));
        var t3 = O.Load(sums + (3 * columns) + O.Lanes);
        for (var tile = GradientBlock; tile > 0; tile--, v += P.Floats, z += P.Floats)
        {
            var b = O.Load(z);
            var c = O.Load(z + O.Lanes);
            var a0 = O.Splat(*v);
            s0 = O.MultiplyAdd(a0, b, s0);
            t0 = O.MultiplyAdd(a0, c, t0);
            var a1 = O.Splat(v[1]);
            s1 = O.MultiplyAdd(a1, b, s1);
            t1 = O.MultiplyAdd(a1, c, t1);
            var a2 = O.Splat(v[2]);
            s2 = O.MultiplyAdd(a2, b, s2);
            t2 = O.MultiplyAdd(a2, c, t2);
            var a3 = O.Splat(v[3]);
            s3 = O.MultiplyAdd(a3, b, s3);
            t3 = O.MultiplyAdd(a3, c, t3);
        }

        O.Store(sums, s0);
        O.Store(sums + O.Lanes, t0);
        O.Store(sums + columns, s1);
        O.Store(sums + columns + O.Lanes, t1);
        O.Store(sums + (2 * columns), s2);
        O.Store(sums + (2 * columns) + O.Lanes, t2);
        O.Store(sums + (3 * columns), s3);
        O.Store(sums + (3 * columns) + O.Lanes, t3);
    }
}

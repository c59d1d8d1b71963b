using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Rows;

/// <summary>A number of channels known to the compiler, which makes one piece of machine code for each.</summary>
internal interface IChannelCount
{
    static abstract int Value { get; }
}

/// <summary>16 channels.</summary>
internal readonly struct Channels16 : IChannelCount
{
    public static int Value => 16;
}

/// <summary>32 channels.</summary>
internal readonly struct Channels32 : IChannelCount
{
    public static int Value => 32;
}

/// <summary>Operands of a tile of <see cref="RowTiles"/>: copied rows of a strip, and what they meet.</summary>
internal unsafe struct RowTile
{
    /// <summary>The tile's first pixel in the copied strip.</summary>
    public float* Source;

    /// <summary>Floats from a copied row to the next.</summary>
    public nint Pitch;

    /// <summary>Weights, or the output gradient.</summary>
    public float* Other;

    /// <summary>Floats from a row of weights or a pixel of the gradient to the next.</summary>
    public nint OtherStep;

    /// <summary>Floats from a row of pixels of the gradient to the next.</summary>
    public nint OtherPitch;

    /// <summary>Kernel rows of a product, rows of pixels of a gradient.</summary>
    public int Rows;

    /// <summary>Pixels of a row.</summary>
    public int Pixels;

    /// <summary>Receives the sums.</summary>
    public float* Sums;

    /// <summary>Floats from a row of sums to the next.</summary>
    public nint SumStep;

    /// <summary>Memory wanted soon.</summary>
    public float* Next;
}

/// <summary>Tiles one AVX-512 register wide over a copied strip (<see cref="ConvRows"/>). Numbers to multiply with come
/// from memory within the multiply-add itself, at fixed distances behind one pointer: two instructions for each, or
/// addresses of two registers, would be more than the processor begins in a cycle.</summary>
/// <remarks>Spelled out because the compiler keeps an array of sums in memory, not in registers.</remarks>
internal static unsafe class RowTiles
{
    /// <summary>Input channels whose sums a tile of the weight gradient holds, for each of three kernel columns.</summary>
    public const int GradientChannels = 8;

    /// <summary>Sixteen result pixels of 16 channels each, over all kernel rows; <typeparamref name="C"/> source channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Product<C>(RowTile* tile) where C : struct, IChannelCount
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
        Vector512<float> s4 = default, s5 = default, s6 = default, s7 = default;
        Vector512<float> s8 = default, s9 = default, s10 = default, s11 = default;
        Vector512<float> s12 = default, s13 = default, s14 = default, s15 = default;
        var weights = tile->Other;
        var step = tile->OtherStep;
        var next = tile->Next;
        var line = tile->Source;
        for (var row = tile->Rows; row > 0; row--)
        {
            for (var i = 0; i < 6; i++, next += 16) Prefetch.Line(next);
            var x = line;
            for (var k = ConvRows.Columns * C.Value; k > 0; k--)
            {
                var w = Vector512.Load(weights);
                s0 = Vector512.FusedMultiplyAdd(Vector512.Create(*x), w, s0);
                s1 = Vector512.FusedMultiplyAdd(Vector512.Create(x[1 * C.Value]), w, s1);
                s2 = Vector512.FusedMultiplyAdd(Vector512.Create(x[2 * C.Value]), w, s2);
                s3 = Vector512.FusedMultiplyAdd(Vector512.Create(x[3 * C.Value]), w, s3);
                s4 = Vector512.FusedMultiplyAdd(Vector512.Create(x[4 * C.Value]), w, s4);
                s5 = Vector512.FusedMultiplyAdd(Vector512.Create(x[5 * C.Value]), w, s5);
                s6 = Vector512.FusedMultiplyAdd(Vector512.Create(x[6 * C.Value]), w, s6);
                s7 = Vector512.FusedMultiplyAdd(Vector512.Create(x[7 * C.Value]), w, s7);
                s8 = Vector512.FusedMultiplyAdd(Vector512.Create(x[8 * C.Value]), w, s8);
                s9 = Vector512.FusedMultiplyAdd(Vector512.Create(x[9 * C.Value]), w, s9);
                s10 = Vector512.FusedMultiplyAdd(Vector512.Create(x[10 * C.Value]), w, s10);
                s11 = Vector512.FusedMultiplyAdd(Vector512.Create(x[11 * C.Value]), w, s11);
                s12 = Vector512.FusedMultiplyAdd(Vector512.Create(x[12 * C.Value]), w, s12);
                s13 = Vector512.FusedMultiplyAdd(Vector512.Create(x[13 * C.Value]), w, s13);
                s14 = Vector512.FusedMultiplyAdd(Vector512.Create(x[14 * C.Value]), w, s14);
                s15 = Vector512.FusedMultiplyAdd(Vector512.Create(x[15 * C.Value]), w, s15);
                weights += step;
                x++;
            }

            line += tile->Pitch;
        }

        var sums = tile->Sums;
        var sumStep = tile->SumStep;
        s0.Store(sums + (0 * sumStep));
        s1.Store(sums + (1 * sumStep));
        s2.Store(sums + (2 * sumStep));
        s3.Store(sums + (3 * sumStep));
        s4.Store(sums + (4 * sumStep));
        s5.Store(sums + (5 * sumStep));
        s6.Store(sums + (6 * sumStep));
        s7.Store(sums + (7 * sumStep));
        s8.Store(sums + (8 * sumStep));
        s9.Store(sums + (9 * sumStep));
        s10.Store(sums + (10 * sumStep));
        s11.Store(sums + (11 * sumStep));
        s12.Store(sums + (12 * sumStep));
        s13.Store(sums + (13 * sumStep));
        s14.Store(sums + (14 * sumStep));
        s15.Store(sums + (15 * sumStep));
    }

    /// <summary>Adds a strip to the weight gradient of three kernel columns, <see cref="GradientChannels"/> input channels
    /// and 16 output channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Gradient<C>(RowTile* tile) where C : struct, IChannelCount
    {
        var step = tile->SumStep;
        var first = tile->Sums;
        var second = first + (C.Value * step);
        var third = second + (C.Value * step);
        var a0 = Vector512.Load(first + (0 * step));
        var a1 = Vector512.Load(first + (1 * step));
        var a2 = Vector512.Load(first + (2 * step));
        var a3 = Vector512.Load(first + (3 * step));
        var a4 = Vector512.Load(first + (4 * step));
        var a5 = Vector512.Load(first + (5 * step));
        var a6 = Vector512.Load(first + (6 * step));
        var a7 = Vector512.Load(first + (7 * step));
        var b0 = Vector512.Load(second + (0 * step));
        var b1 = Vector512.Load(second + (1 * step));
        var b2 = Vector512.Load(second + (2 * step));
        var b3 = Vector512.Load(second + (3 * step));
        var b4 = Vector512.Load(second + (4 * step));
        var b5 = Vector512.Load(second + (5 * step));
        var b6 = Vector512.Load(second + (6 * step));
        var b7 = Vector512.Load(second + (7 * step));
        var c0 = Vector512.Load(third + (0 * step));
        var c1 = Vector512.Load(third + (1 * step));
        var c2 = Vector512.Load(third + (2 * step));
        var c3 = Vector512.Load(third + (3 * step));
        var c4 = Vector512.Load(third + (4 * step));
        var c5 = Vector512.Load(third + (5 * step));
        var c6 = Vector512.Load(third + (6 * step));
        var c7 = Vector512.Load(third + (7 * step));
        var next = tile->Next;
        var line = tile->Source;
        var gradients = tile->Other;
        var gradientStep = tile->OtherStep;
        for (var row = tile->Rows; row > 0; row--)
        {
            var x = line;
            var dy = gradients;
            for (var pixel = tile->Pixels; pixel > 0; pixel--)
            {
                Prefetch.Line(next);
                var d = Vector512.Load(dy);
                a0 = Vector512.FusedMultiplyAdd(Vector512.Create(*x), d, a0);
                a1 = Vector512.FusedMultiplyAdd(Vector512.Create(x[1]), d, a1);
                a2 = Vector512.FusedMultiplyAdd(Vector512.Create(x[2]), d, a2);
                a3 = Vector512.FusedMultiplyAdd(Vector512.Create(x[3]), d, a3);
                a4 = Vector512.FusedMultiplyAdd(Vector512.Create(x[4]), d, a4);
                a5 = Vector512.FusedMultiplyAdd(Vector512.Create(x[5]), d, a5);
                a6 = Vector512.FusedMultiplyAdd(Vector512.Create(x[6]), d, a6);
                a7 = Vector512.FusedMultiplyAdd(Vector512.Create(x[7]), d, a7);
                b0 = Vector512.FusedMultiplyAdd(Vector512.Create(x[C.Value]), d, b0);
                b1 = Vector512.FusedMultiplyAdd(Vector512.Create(x[C.Value + 1]), d, b1);
                b2 = Vector512.FusedMultiplyAdd(Vector512.Create(x[C.Value + 2]), d, b2);
                b3 = Vector512.FusedMultiplyAdd(Vector512.Create(x[C.Value + 3]), d, b3);
                b4 = Vector512.FusedMultiplyAdd(Vector512.Create(x[C.Value + 4]), d, b4);
                b5 = Vector512.FusedMultiplyAdd(Vector512.Create(x[C.Value + 5]), d, b5);
                b6 = Vector512.FusedMultiplyAdd(Vector512.Create(x[C.Value + 6]), d, b6);
                b7 = Vector512.FusedMultiplyAdd(Vector512.Create(x[C.Value + 7]), d, b7);
                c0 = Vector512.FusedMultiplyAdd(Vector512.Create(x[2 * C.Value]), d, c0);
                c1 = Vector512.FusedMultiplyAdd(Vector512.Create(x[(2 * C.Value) + 1]), d, c1);
                c2 = Vector512.FusedMultiplyAdd(Vector512.Create(x[(2 * C.Value) + 2]), d, c2);
                c3 = Vector512.FusedMultiplyAdd(Vector512.Create(x[(2 * C.Value) + 3]), d, c3);
                c4 = Vector512.FusedMultiplyAdd(Vector512.Create(x[(2 * C.Value) + 4]), d, c4);
                c5 = Vector512.FusedMultiplyAdd(Vector512.Create(x[(2 * C.Value) + 5]), d, c5);
                c6 = Vector512.FusedMultiplyAdd(Vector512.Create(x[(2 * C.Value) + 6]), d, c6);
                c7 = Vector512.FusedMultiplyAdd(Vector512.Create(x[(2 * C.Value) + 7]), d, c7);
                dy += gradientStep;
                x += C.Value;
                next += 16;
            }

            line += tile->Pitch;
            gradients += tile->OtherPitch;
        }

        a0.Store(first + (0 * step));
        a1.Store(first + (1 * step));
        a2.Store(first + (2 * step));
        a3.Store(first + (3 * step));
        a4.Store(first + (4 * step));
        a5.Store(first + (5 * step));
        a6.Store(first + (6 * step));
        a7.Store(first + (7 * step));
        b0.Store(second + (0 * step));
        b1.Store(second + (1 * step));
        b2.Store(second + (2 * step));
        b3.Store(second + (3 * step));
        b4.Store(second + (4 * step));
        b5.Store(second + (5 * step));
        b6.Store(second + (6 * step));
        b7.Store(second + (7 * step));
        c0.Store(third + (0 * step));
        c1.Store(third + (1 * step));
        c2.Store(third + (2 * step));
        c3.Store(third + (3 * step));
        c4.Store(third + (4 * step));
        c5.Store(third + (5 * step));
        c6.Store(third + (6 * step));
        c7.Store(third + (7 * step));
    }
}

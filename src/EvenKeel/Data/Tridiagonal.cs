using EvenKeel.Kernels;
using EvenKeel.Kernels.Products;

namespace EvenKeel.Data;

/// <summary>
/// A symmetric matrix as Q·T·Qᵀ with T tridiagonal and Q a product of Householder reflectors, reduced in blocks so
/// that half of the work is matrix products.
/// </summary>
/// <remarks>Source: Dongarra, Hammarling, Sorensen, "Block reduction of matrices to condensed forms", 1989.</remarks>
internal sealed class Tridiagonal
{
    /// <summary>Reflectors per block: four column panels of <see cref="DoubleProduct"/>.</summary>
    public const int Block = 48;

    private Tridiagonal(int size, double[] reflectors) =>
        (Size, Reflectors, Factors, Diagonal, Off) = (size, reflectors, new double[size], new double[size], new double[size]);

    /// <summary>Rows of the matrix.</summary>
    public int Size { get; }

    /// <summary>T's diagonal.</summary>
    public double[] Diagonal { get; }

    /// <summary>T's elements beside the diagonal: [i] is at (i, i+1).</summary>
    public double[] Off { get; }

    /// <summary>[n, n]: row i holds reflector i right of its diagonal; reflector i leaves elements 0 to i alone.</summary>
    public double[] Reflectors { get; }

    /// <summary>H = I - factor·v·vᵀ.</summary>
    public double[] Factors { get; }

    /// <summary>Reduces a matrix, which is overwritten by the reflectors.</summary>
    /// <param name="workers">Threads.</param>
    /// <param name="matrix">[n, n], symmetric, both halves filled.</param>
    /// <param name="size">n.</param>
    /// <param name="progress">Told the share that is done.</param>
    public static Tridiagonal Reduce(Workers workers, double[] matrix, int size, Action<double> progress)
    {
        var result = new Tridiagonal(size, matrix);
        var v = new double[Block * size];
        var w = new double[Block * size];
        for (var first = 0; first < size - 2; first += Block)
        {
            var count = Math.Min(Block, size - 2 - first);
            for (var j = 0; j < count; j++) result.Eliminate(workers, first + j, j, v, w);
            result.UpdateRest(workers, first + count, count, v, w);
            var left = 1 - (first + count) / (double)size;
            progress(1 - left * left * left);
        }

        for (var i = Math.Max(0, size - 2); i < size; i++)
        {
            result.Diagonal[i] = matrix[i * size + i];
            if (i + 1 < size) result.Off[i] = matrix[i * size + i + 1];
        }

        return result;
    }

    // Column c as it would be after the block's earlier reflectors, its reflector, and what that does to the rest:
    // A - v·wᵀ - w·vᵀ, not carried out until the block is complete.
    private void Eliminate(Workers workers, int c, int j, double[] v, double[] w)
    {
        var n = Size;
        var rest = n - c - 1;
        var column = Reflectors.AsSpan(c * n + c, rest + 1);
        for (var i = 0; i < j; i++)
        {
            DoubleProduct.AddScaled(-w[i * n + c], v.AsSpan(i * n + c, rest + 1), column);
            DoubleProduct.AddScaled(-v[i * n + c], w.AsSpan(i * n + c, rest + 1), column);
        }

        Diagonal[c] = column[0];
        var reflector = column[1..];
        Factors[c] = MakeReflector(reflector, out Off[c]);
        var vj = v.AsSpan(j * n, n);
        var wj = w.AsSpan(j * n, n);
        vj[..(c + 1)].Clear();
        wj[..(c + 1)].Clear();
        reflector.CopyTo(vj[(c + 1)..]);
        var vr = vj[(c + 1)..];
        var wr = wj[(c + 1)..];
        DoubleProduct.Multiply(workers, rest, rest, Reflectors.AsSpan((c + 1) * n + c + 1), n, vr, wr);
        for (var i = 0; i < j; i++)
        {
            var vi = v.AsSpan(i * n + c + 1, rest);
            var wi = w.AsSpan(i * n + c + 1, rest);
            var (alongV, alongW) = (DoubleProduct.Dot(vi, vr), DoubleProduct.Dot(wi, vr));
            DoubleProduct.AddScaled(-alongW, vi, wr);
            DoubleProduct.AddScaled(-alongV, wi, wr);
        }

        for (var i = 0; i < rest; i++) wr[i] *= Factors[c];
        DoubleProduct.AddScaled(-0.5 * Factors[c] * DoubleProduct.Dot(wr, vr), vr, wr);
    }

    // Turns x into v with v[0] = 1 so that (I - factor·v·vᵀ)·x = (length, 0, ...); the sign avoids cancellation.
    private static double MakeReflector(Span<double> x, out double length)
    {
        var head = x[0];
        var tail = Math.Sqrt(DoubleProduct.Dot(x[1..], x[1..]));
        if (tail == 0)
        {
            length = head;
            x[0] = 1;
            return 0;
        }

        length = -Math.CopySign(Math.Sqrt(head * head + tail * tail), head);
        var scale = 1 / (head - length);
        x[0] = 1;
        for (var i = 1; i < x.Length; i++) x[i] *= scale;
        return (length - head) / length;
    }

    private void UpdateRest(Workers workers, int from, int count, double[] v, double[] w)
    {
        var n = Size;
        var rest = n - from;
        var columns = new double[rest * count];
        var target = Reflectors.AsSpan(from * n + from);
        Matrices.Transpose(count, rest, v.AsSpan(from), n, columns, count);
        DoubleProduct.Add(workers, rest, rest, count, -1, columns, count, w.AsSpan(from), n, target, n);
        Matrices.Transpose(count, rest, w.AsSpan(from), n, columns, count);
        DoubleProduct.Add(workers, rest, rest, count, -1, columns, count, v.AsSpan(from), n, target, n);
    }
}

/// <summary>Rearrangement of row-major matrices.</summary>
internal static class Matrices
{
    /// <summary>target[j, i] = source[i, j], in squares that fit the cache.</summary>
    public static void Transpose(
        int rows, int columns, ReadOnlySpan<double> source, int sourceStride, Span<double> target, int targetStride)
    {
        const int Square = 32;
        for (var top = 0; top < rows; top += Square)
        {
            for (var left = 0; left < columns; left += Square)
            {
                for (var i = top; i < Math.Min(rows, top + Square); i++)
                {
                    for (var j = left; j < Math.Min(columns, left + Square); j++)
                        target[j * targetStride + i] = source[i * sourceStride + j];
                }
            }
        }
    }
}

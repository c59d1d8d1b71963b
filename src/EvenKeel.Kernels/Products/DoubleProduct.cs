using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Products;

/// <summary>
/// Products of row-major double matrices with any row stride, for fits that need more than float (whitening).
/// 256-bit vectors on every path, so that the bits do not depend on the path.
/// </summary>
internal static unsafe class DoubleProduct
{
    private const int Rows = 4;
    private const int Columns = 12;
    private const int RowsPerChunk = 64;

    /// <summary>c += alpha·a·b.</summary>
    /// <param name="workers">Threads.</param>
    /// <param name="m">Rows of a and c.</param>
    /// <param name="n">Columns of b and c.</param>
    /// <param name="k">Columns of a, rows of b.</param>
    /// <param name="alpha">Factor.</param>
    /// <param name="a">[m, k], rows <paramref name="aStride"/> apart.</param>
    /// <param name="aStride">Row stride of a.</param>
    /// <param name="b">[k, n], rows <paramref name="bStride"/> apart.</param>
    /// <param name="bStride">Row stride of b.</param>
    /// <param name="c">[m, n], rows <paramref name="cStride"/> apart; must not overlap a or b.</param>
    /// <param name="cStride">Row stride of c.</param>
    public static void Add(
        Workers workers, int m, int n, int k, double alpha, ReadOnlySpan<double> a, int aStride, ReadOnlySpan<double> b,
        int bStride, Span<double> c, int cStride)
    {
        Check(a, m, k, aStride);
        Check(b, k, n, bStride);
        Check(c, m, n, cStride);
        if (m == 0 || n == 0 || k == 0) return;
        var panels = (n + Columns - 1) / Columns;
        fixed (double* pa = a, pb = b, pc = c)
        {
            var packed = (double*)workers.SharedScratch(checked((nuint)panels * Columns * (nuint)k * 2));
            Pack(n, k, pb, bStride, packed);
            var job = new ProductJob
            {
                M = m,
                N = n,
                K = k,
                Alpha = alpha,
                A = pa,
                AStride = aStride,
                Packed = packed,
                C = pc,
                CStride = cStride,
            };
            workers.Run(WorkSplit.Chunks(m, RowsPerChunk), ref job);
        }
    }

    /// <summary>y = a·x.</summary>
    /// <param name="workers">Threads.</param>
    /// <param name="m">Rows of a.</param>
    /// <param name="n">Columns of a.</param>
    /// <param name="a">[m, n], rows <paramref name="aStride"/> apart.</param>
    /// <param name="aStride">Row stride of a.</param>
    /// <param name="x">[n].</param>
    /// <param name="y">Receives [m].</param>
    public static void Multiply(
        Workers workers, int m, int n, ReadOnlySpan<double> a, int aStride, ReadOnlySpan<double> x, Span<double> y)
    {
        Check(a, m, n, aStride);
        Check(x, 1, n, n);
        Check(y, 1, m, m);
        fixed (double* pa = a, px = x, py = y)
        {
            var job = new VectorJob { M = m, N = n, A = pa, AStride = aStride, X = px, Y = py };
            workers.Run(WorkSplit.Chunks(m, RowsPerChunk), ref job);
        }
    }

    /// <summary>Sum of x·y.</summary>
    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        Check(y, 1, x.Length, x.Length);
        fixed (double* px = x, py = y) return Dot(px, py, x.Length);
    }

    /// <summary>y += alpha·x.</summary>
    public static void AddScaled(double alpha, ReadOnlySpan<double> x, Span<double> y)
    {
        Check(y, 1, x.Length, x.Length);
        fixed (double* px = x, py = y)
        {
            var i = 0;
            var factor = Vector256.Create(alpha);
            for (; i + 4 <= x.Length; i += 4)
                Vector256.FusedMultiplyAdd(factor, Vector256.Load(px + i), Vector256.Load(py + i)).Store(py + i);
            for (; i < x.Length; i++) py[i] = Math.FusedMultiplyAdd(alpha, px[i], py[i]);
        }
    }

    private static double Dot(double* x, double* y, int length)
    {
        var (s0, s1, s2, s3) = (Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero);
        var i = 0;
        for (; i + 16 <= length; i += 16)
        {
            s0 = Vector256.FusedMultiplyAdd(Vector256.Load(x + i), Vector256.Load(y + i), s0);
            s1 = Vector256.FusedMultiplyAdd(Vector256.Load(x + i + 4), Vector256.Load(y + i + 4), s1);
            s2 = Vector256.FusedMultiplyAdd(Vector256.Load(x + i + 8), Vector256.Load(y + i + 8), s2);
            s3 = Vector256.FusedMultiplyAdd(Vector256.Load(x + i + 12), Vector256.Load(y + i + 12), s3);
        }

        s0 = s0 + s2 + (s1 + s3);
        var sum = s0[0] + s0[2] + (s0[1] + s0[3]);
        for (; i < length; i++) sum = Math.FusedMultiplyAdd(x[i], y[i], sum);
        return sum;
    }

    // Twelve columns of b one after another, rows below rows; missing columns are zero.
    private static void Pack(int n, int k, double* b, int stride, double* packed)
    {
        for (var left = 0; left < n; left += Columns)
        {
            var columns = Math.Min(Columns, n - left);
            for (var p = 0; p < k; p++, packed += Columns)
            {
                var row = b + (long)p * stride + left;
                for (var j = 0; j < columns; j++) packed[j] = row[j];
                for (var j = columns; j < Columns; j++) packed[j] = 0;
            }
        }
    }

    private static void Check(ReadOnlySpan<double> span, int rows, int columns, int stride)
    {
        if (rows < 0 || columns < 0 || stride < columns || (rows > 0 && span.Length < (long)(rows - 1) * stride + columns))
            throw new ArgumentException($"A matrix of {rows}x{columns}, stride {stride}, does not fit {span.Length} doubles.");
    }

    private struct ProductJob : ILaneJob
    {
        public int M, N, K, AStride, CStride;
        public double Alpha;
        public double* A, Packed, C;

        public readonly void Run<V>(int chunk, int worker)
            where V : unmanaged, ILanes<V>
        {
            var last = Math.Min(M, (chunk + 1) * RowsPerChunk);
            var packed = Packed;
            for (var left = 0; left < N; left += Columns, packed += (long)Columns * K)
            {
                var columns = Math.Min(Columns, N - left);
                var row = chunk * RowsPerChunk;
                for (; row + Rows <= last; row += Rows) Tile(row, packed, left, columns);
                for (; row < last; row++) Line(row, packed, left, columns);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Tile(int row, double* b, int left, int columns)
        {
            var a0 = A + (long)row * AStride;
            var a1 = a0 + AStride;
            var a2 = a1 + AStride;
            var a3 = a2 + AStride;
            Vector256<double> c00, c01, c02, c10, c11, c12, c20, c21, c22, c30, c31, c32;
            c00 = c01 = c02 = c10 = c11 = c12 = c20 = c21 = c22 = c30 = c31 = c32 = Vector256<double>.Zero;
            for (var p = 0; p < K; p++, b += Columns)
            {
                var b0 = Vector256.Load(b);
                var b1 = Vector256.Load(b + 4);
                var b2 = Vector256.Load(b + 8);
                var v = Vector256.Create(a0[p]);
                c00 = Vector256.FusedMultiplyAdd(v, b0, c00);
                c01 = Vector256.FusedMultiplyAdd(v, b1, c01);
                c02 = Vector256.FusedMultiplyAdd(v, b2, c02);
                v = Vector256.Create(a1[p]);
                c10 = Vector256.FusedMultiplyAdd(v, b0, c10);
                c11 = Vector256.FusedMultiplyAdd(v, b1, c11);
                c12 = Vector256.FusedMultiplyAdd(v, b2, c12);
                v = Vector256.Create(a2[p]);
                c20 = Vector256.FusedMultiplyAdd(v, b0, c20);
                c21 = Vector256.FusedMultiplyAdd(v, b1, c21);
                c22 = Vector256.FusedMultiplyAdd(v, b2, c22);
                v = Vector256.Create(a3[p]);
                c30 = Vector256.FusedMultiplyAdd(v, b0, c30);
                c31 = Vector256.FusedMultiplyAdd(v, b1, c31);
                c32 = Vector256.FusedMultiplyAdd(v, b2, c32);
            }

            var c = C + (long)row * CStride + left;
            Store(c, c00, c01, c02, columns);
            Store(c + CStride, c10, c11, c12, columns);
            Store(c + 2L * CStride, c20, c21, c22, columns);
            Store(c + 3L * CStride, c30, c31, c32, columns);
        }

        private readonly void Line(int row, double* b, int left, int columns)
        {
            var a = A + (long)row * AStride;
            var (c0, c1, c2) = (Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero);
            for (var p = 0; p < K; p++, b += Columns)
            {
                var v = Vector256.Create(a[p]);
                c0 = Vector256.FusedMultiplyAdd(v, Vector256.Load(b), c0);
                c1 = Vector256.FusedMultiplyAdd(v, Vector256.Load(b + 4), c1);
                c2 = Vector256.FusedMultiplyAdd(v, Vector256.Load(b + 8), c2);
            }

            Store(C + (long)row * CStride + left, c0, c1, c2, columns);
        }

        private readonly void Store(double* c, Vector256<double> v0, Vector256<double> v1, Vector256<double> v2, int columns)
        {
            var alpha = Vector256.Create(Alpha);
            if (columns == Columns)
            {
                Vector256.FusedMultiplyAdd(alpha, v0, Vector256.Load(c)).Store(c);
                Vector256.FusedMultiplyAdd(alpha, v1, Vector256.Load(c + 4)).Store(c + 4);
                Vector256.FusedMultiplyAdd(alpha, v2, Vector256.Load(c + 8)).Store(c + 8);
                return;
            }

            var buffer = stackalloc double[Columns];
            v0.Store(buffer);
            v1.Store(buffer + 4);
            v2.Store(buffer + 8);
            for (var j = 0; j < columns; j++) c[j] = Math.FusedMultiplyAdd(Alpha, buffer[j], c[j]);
        }
    }

    private struct VectorJob : ILaneJob
    {
        public int M, N, AStride;
        public double* A, X, Y;

        public readonly void Run<V>(int chunk, int worker)
            where V : unmanaged, ILanes<V>
        {
            var last = Math.Min(M, (chunk + 1) * RowsPerChunk);
            for (var row = chunk * RowsPerChunk; row < last; row++) Y[row] = Dot(A + (long)row * AStride, X, N);
        }
    }
}

using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using EvenKeel.Kernels;
using EvenKeel.Kernels.Products;

namespace EvenKeel.Data;

/// <summary>
/// (A + shift·I)^(-1/2) of a symmetric matrix without negative eigenvalues, to about 1e-12, without eigenvectors.
/// </summary>
/// <remarks>
/// A = Q·T·Qᵀ with T tridiagonal, so the root of A is Q times the root of T times Qᵀ. The root of T is the integral
/// X^(-1/2) = 2/π·∫ (X + t²·I)^(-1) dt from 0 to infinity; with t = e^u the trapezoid rule with step h errs by
/// 2·exp(-π²/h), relative, for every eigenvalue alike. The inverse of a tridiagonal matrix costs a few operations an
/// element. At 3,072 rows that is several times less work than an eigen-decomposition.
/// </remarks>
internal static class InverseRoot
{
    private const double Step = 0.35;

    // The integrand falls by e for each unit beyond the eigenvalues' range: e^-28 is 7e-13.
    private const double Reach = 28;
    private const int ColumnsPerChunk = 64;

    /// <summary>Computes the root; the matrix is overwritten.</summary>
    /// <param name="workers">Threads.</param>
    /// <param name="matrix">[n, n], symmetric, both halves filled.</param>
    /// <param name="size">n.</param>
    /// <param name="shift">Added to the diagonal; above 0.</param>
    /// <param name="progress">Told the share that is done.</param>
    public static double[] Compute(Workers workers, double[] matrix, int size, double shift, Action<double> progress)
    {
        var reduced = Tridiagonal.Reduce(workers, matrix, size, share => progress(0.5 * share));
        var root = new double[matrix.Length];
        RootOfTridiagonal(reduced, shift, workers.Threads, root);
        Restore(workers, reduced, root, share => progress(0.6 + 0.4 * share));
        return root;
    }

    private static void RootOfTridiagonal(Tridiagonal t, double shift, int threads, double[] root)
    {
        var n = t.Size;
        var largest = shift;
        for (var i = 0; i < n; i++)
            largest = Math.Max(largest, shift + t.Diagonal[i] + Math.Abs(t.Off[i]) + (i > 0 ? Math.Abs(t.Off[i - 1]) : 0));
        var from = 0.5 * Math.Log(shift) - Reach;
        var nodes = (int)Math.Ceiling((0.5 * Math.Log(largest) + Reach - from) / Step) + 1;
        var terms = new Term[nodes];
        for (var i = 0; i < nodes; i++)
        {
            var point = Math.Exp(from + i * Step);
            terms[i] = new Term(t, shift + point * point, 2 / Math.PI * Step * point);
        }

        Parallel.For(
            0, (n + ColumnsPerChunk - 1) / ColumnsPerChunk, new ParallelOptions { MaxDegreeOfParallelism = threads },
            chunk => SumColumns(terms, n, chunk * ColumnsPerChunk, root));
        for (var i = 0; i < n; i++)
        {
            for (var j = i + 1; j < n; j++) root[i * n + j] = root[j * n + i];
        }
    }

    // Below the diagonal each row of an inverse is a multiple of the row above: one running row a term.
    private static void SumColumns(Term[] terms, int n, int left, double[] root)
    {
        var columns = Math.Min(ColumnsPerChunk, n - left);
        var rows = new double[terms.Length * ColumnsPerChunk];
        var alive = Enumerable.Range(0, terms.Length).ToArray();
        var count = alive.Length;
        var sum = new double[ColumnsPerChunk];
        for (var j = left; j < n; j++)
        {
            Array.Clear(sum);
            for (var a = 0; a < count; a++)
            {
                var term = terms[alive[a]];
                var row = rows.AsSpan(alive[a] * ColumnsPerChunk, ColumnsPerChunk);
                ScaleAndAdd(row, j > left ? term.Ratio[j] : 0, sum, term.Weight);
                if (j >= left + columns) continue;
                row[j - left] = term.Diagonal[j];
                sum[j - left] = Math.FusedMultiplyAdd(term.Weight, term.Diagonal[j], sum[j - left]);
            }

            // Elements decay away from the diagonal. Terms that have vanished are dropped before they reach the
            // subnormal numbers, which are slow.
            if (j >= left + columns && j % 8 == 0)
            {
                var kept = 0;
                for (var a = 0; a < count; a++)
                {
                    if (Largest(rows.AsSpan(alive[a] * ColumnsPerChunk, columns)) > 1e-100) alive[kept++] = alive[a];
                }

                count = kept;
            }

            sum.AsSpan(0, Math.Min(columns, j - left + 1)).CopyTo(root.AsSpan(j * n + left));
        }
    }

    private static void ScaleAndAdd(Span<double> row, double ratio, Span<double> sum, double weight)
    {
        var (factor, share) = (Vector256.Create(ratio), Vector256.Create(weight));
        ref var r = ref MemoryMarshal.GetReference(row);
        ref var s = ref MemoryMarshal.GetReference(sum);
        for (nuint i = 0; i < ColumnsPerChunk; i += 4)
        {
            var value = Vector256.LoadUnsafe(ref r, i) * factor;
            value.StoreUnsafe(ref r, i);
            Vector256.FusedMultiplyAdd(share, value, Vector256.LoadUnsafe(ref s, i)).StoreUnsafe(ref s, i);
        }
    }

    private static double Largest(ReadOnlySpan<double> row)
    {
        var largest = 0.0;
        foreach (var value in row) largest = Math.Max(largest, Math.Abs(value));
        return largest;
    }

    // M becomes H·M·Hᵀ for each block H = I - V·S·Vᵀ, last block first: with P = M·V·Sᵀ and Y = P - V·(S·Vᵀ·P)/2 that
    // is M - V·Yᵀ - Y·Vᵀ.
    private static void Restore(Workers workers, Tridiagonal t, double[] m, Action<double> progress)
    {
        var n = t.Size;
        var reflectors = Math.Max(0, n - 2);
        for (var first = (reflectors - 1) / Tridiagonal.Block * Tridiagonal.Block; first >= 0 && reflectors > 0; first -= Tridiagonal.Block)
        {
            var count = Math.Min(Tridiagonal.Block, reflectors - first);
            var from = first + 1;
            var rest = n - from;

            // Rows of reflectors, cut to their common support; each starts with zeros, then a one.
            var v = new double[count * rest];
            for (var i = 0; i < count; i++) t.Reflectors.AsSpan((first + i) * n + from + i, rest - i).CopyTo(v.AsSpan(i * rest + i));
            var columns = new double[rest * count];
            Matrices.Transpose(count, rest, v, rest, columns, count);
            var s = Triangle(v, rest, count, t.Factors.AsSpan(first, count));

            var mv = new double[n * count];
            DoubleProduct.Add(workers, n, count, rest, 1, m.AsSpan(from), n, columns, count, mv, count);
            var p = new double[n * count];
            var transposed = new double[count * count];
            Matrices.Transpose(count, count, s, count, transposed, count);
            DoubleProduct.Add(workers, n, count, count, 1, mv, count, transposed, count, p, count);

            var vp = new double[count * count];
            DoubleProduct.Add(workers, count, count, rest, 1, v, rest, p.AsSpan(from * count), count, vp, count);
            var svp = new double[count * count];
            DoubleProduct.Add(workers, count, count, count, 1, s, count, vp, count, svp, count);
            DoubleProduct.Add(workers, rest, count, count, -0.5, columns, count, svp, count, p.AsSpan(from * count), count);

            var y = new double[count * n];
            Matrices.Transpose(n, count, p, count, y, n);
            DoubleProduct.Add(workers, rest, n, count, -1, columns, count, y, n, m.AsSpan(from * n), n);
            DoubleProduct.Add(workers, n, rest, count, -1, p, count, v, rest, m.AsSpan(from), n);
            var done = 1 - first / (double)n;
            progress(done * done);
        }
    }

    // H1·H2···Hk = I - V·S·Vᵀ with S upper triangular.
    private static double[] Triangle(double[] v, int rest, int count, ReadOnlySpan<double> factors)
    {
        var s = new double[count * count];
        var along = new double[count];
        for (var i = 0; i < count; i++)
        {
            s[i * count + i] = factors[i];
            for (var j = 0; j < i; j++) along[j] = DoubleProduct.Dot(v.AsSpan(j * rest, rest), v.AsSpan(i * rest, rest));
            for (var j = 0; j < i; j++)
            {
                var sum = 0.0;
                for (var l = j; l < i; l++) sum += s[j * count + l] * along[l];
                s[j * count + i] = -factors[i] * sum;
            }
        }

        return s;
    }

    /// <summary>One inverse (T + shift·I)^(-1) in the sum, by the pivots of elimination from both ends.</summary>
    private sealed class Term
    {
        public Term(Tridiagonal t, double shift, double weight)
        {
            var n = t.Size;
            Weight = weight;
            Diagonal = new double[n];
            Ratio = new double[n];
            var below = new double[n];
            for (var i = n - 1; i >= 0; i--)
            {
                below[i] = t.Diagonal[i] + shift - (i + 1 < n ? t.Off[i] * t.Off[i] / below[i + 1] : 0);
                if (i + 1 < n) Ratio[i + 1] = -t.Off[i] / below[i + 1];
            }

            var above = 0.0;
            for (var i = 0; i < n; i++)
            {
                var own = t.Diagonal[i] + shift;
                above = own - (i > 0 ? t.Off[i - 1] * t.Off[i - 1] / above : 0);
                Diagonal[i] = 1 / (above + below[i] - own);
            }
        }

        public double Weight { get; }

        public double[] Diagonal { get; }

        /// <summary>[i]: a row i of the inverse, left of the diagonal, over row i-1.</summary>
        public double[] Ratio { get; }
    }
}

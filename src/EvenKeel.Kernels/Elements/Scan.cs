using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Elements;

/// <summary>Questions to a whole array with one answer.</summary>
internal static unsafe class Scan
{
    // Several independent sets of sums hide the latency of an addition.
    private const int Sets = 4;

    /// <summary>Index of the first NaN or infinity, or −1.</summary>
    public static long FirstNonFinite(Workers workers, ReadOnlySpan<float> x)
    {
        var chunks = Chunk.Cover(x.Length);
        var found = (int*)workers.SharedScratch((nuint)chunks);
        fixed (float* xp = x)
        {
            var job = new FiniteJob(xp, x.Length, found);
            workers.Run(chunks, ref job);
        }

        for (var chunk = 0; chunk < chunks; chunk++)
        {
            if (found[chunk] >= 0) return found[chunk];
        }

        return -1;
    }

    /// <summary>Σ x², each square exact and added in double, in one order whatever the number of threads.</summary>
    public static double SumOfSquares(Workers workers, ReadOnlySpan<float> x) => Reduce(workers, x, squares: true);

    /// <summary>Σ x, added in double, in one order whatever the number of threads.</summary>
    public static double Sum(Workers workers, ReadOnlySpan<float> x) => Reduce(workers, x, squares: false);

    private static double Reduce(Workers workers, ReadOnlySpan<float> x, bool squares)
    {
        var chunks = Chunk.Cover(x.Length);
        var partial = (double*)workers.SharedScratch(2 * (nuint)chunks);
        fixed (float* xp = x)
        {
            var job = new SumJob(xp, x.Length, partial, squares);
            workers.Run(chunks, ref job);
        }

        var sum = 0.0;
        for (var chunk = 0; chunk < chunks; chunk++) sum += partial[chunk];
        return sum;
    }

    private readonly struct FiniteJob(float* x, int length, int* found) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            found[chunk] = -1;
            if (!MayHold<V>(x + start, count)) return;
            for (var i = start; i < start + count; i++)
            {
                if (float.IsFinite(x[i])) continue;
                found[chunk] = i;
                return;
            }
        }

        // Zero times a finite number is zero; times anything else it is NaN, and stays NaN in the sum.
        private static bool MayHold<V>(float* x, int count) where V : unmanaged, ILanes<V>
        {
            V a = V.Zero, b = V.Zero;
            var i = 0;
            for (; i <= count - 32; i += 32)
            {
                a = V.FusedMultiplyAdd(V.Load(x + i), V.Zero, a);
                b = V.FusedMultiplyAdd(V.Load(x + i + 16), V.Zero, b);
            }

            var rest = 0f;
            for (; i < count; i++) rest += x[i] * 0f;
            return float.IsNaN(V.Sum(a + b) + rest);
        }
    }

    private readonly struct SumJob(float* x, int length, double* partial, bool squares) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            var source = x + start;
            var sums = stackalloc double[16 * Sets];
            new Span<double>(sums, 16 * Sets).Clear();
            var i = 0;
            if (squares)
            {
                for (; i <= count - 16; i += 16) V.AddSquaresWide(sums + i % (16 * Sets), V.Load(source + i));
                for (var lane = 0; i < count; i++, lane++) sums[lane] += (double)source[i] * source[i];
            }
            else
            {
                for (; i <= count - 16; i += 16) V.AddWide(sums + i % (16 * Sets), V.Load(source + i));
                for (var lane = 0; i < count; i++, lane++) sums[lane] += source[i];
            }

            for (var lane = 16; lane < 16 * Sets; lane++) sums[lane % 16] += sums[lane];
            partial[chunk] = WideSums.Fold(sums);
        }
    }
}

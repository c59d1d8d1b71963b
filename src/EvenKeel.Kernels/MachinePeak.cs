using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EvenKeel.Kernels;

/// <summary>What this machine can do at most, measured, to judge kernels by.</summary>
internal static unsafe class MachinePeak
{
    /// <summary>Multiply-adds a second in registers alone, on all threads and the vector path of
    /// <paramref name="workers"/>: the best of many short rounds.</summary>
    /// <returns>GFLOP/s, a multiply-add being two operations.</returns>
    public static double MeasureFma(Workers workers, double seconds)
    {
        var sink = workers.SharedScratch((nuint)(workers.Threads * FmaRounds.SinkLength));
        var job = new FmaRounds { Sink = sink };
        var lanes = TileShape.Of(workers.Path).Lanes;
        var operations = 2.0 * workers.Threads * FmaRounds.Steps * FmaRounds.Chains * lanes;
        return Best(workers, workers.Threads, ref job, operations, seconds) / 1e9;
    }

    /// <summary>Memory traffic a second of a = b + s·c on arrays far larger than any cache, on all threads, counting
    /// two reads and one write: the best of the rounds that fit the time.</summary>
    /// <returns>GB/s.</returns>
    public static double MeasureBandwidth(Workers workers, double seconds)
    {
        const nuint bytes = (nuint)Triad.Length * sizeof(float);
        var a = (float*)NativeMemory.AlignedAlloc(3 * bytes, 64);
        try
        {
            new Span<float>(a, 3 * Triad.Length).Fill(1f);
            var job = new Triad { A = a, B = a + Triad.Length, C = a + (2 * Triad.Length) };
            return Best(workers, Triad.Chunks, ref job, 3.0 * bytes, seconds) / 1e9;
        }
        finally
        {
            NativeMemory.AlignedFree(a);
        }
    }

    private static double Best<TJob>(Workers workers, int chunks, ref TJob job, double amount, double seconds)
        where TJob : unmanaged, ILaneJob
    {
        var best = 0.0;
        var start = Stopwatch.GetTimestamp();
        do
        {
            var round = Stopwatch.GetTimestamp();
            workers.Run(chunks, ref job);
            best = Math.Max(best, amount / Stopwatch.GetElapsedTime(round).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        return best;
    }

    private struct FmaRounds : ILaneJob, ITileJob
    {
        public const int Chains = 12;
        public const int Steps = 100_000;
        public const int SinkLength = 16;

        public float* Sink;

        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V> =>
            TileDispatch.Run<V, FmaRounds>(ref this, chunk, worker);

        public readonly void Run<T, R, O>(int chunk, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R> =>
            Multiply<R, O>(Sink + (chunk * SinkLength));

        // Twelve independent chains cover four or five cycles of latency on two units; x = 0.5·x + 0.5 stays at 1.
        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private static void Multiply<R, O>(float* sink)
        where R : unmanaged
        where O : IRegisterOps<R>
        {
            var x = O.Splat(0.5f);
            var y = O.Splat(0.5f);
            R a = O.Splat(1f), b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a, l = a;
            for (var step = 0; step < Steps; step++)
            {
                a = O.MultiplyAdd(a, x, y);
                b = O.MultiplyAdd(b, x, y);
                c = O.MultiplyAdd(c, x, y);
                d = O.MultiplyAdd(d, x, y);
                e = O.MultiplyAdd(e, x, y);
                f = O.MultiplyAdd(f, x, y);
                g = O.MultiplyAdd(g, x, y);
                h = O.MultiplyAdd(h, x, y);
                i = O.MultiplyAdd(i, x, y);
                j = O.MultiplyAdd(j, x, y);
                k = O.MultiplyAdd(k, x, y);
                l = O.MultiplyAdd(l, x, y);
            }

            a = O.Add(O.Add(O.Add(a, b), O.Add(c, d)), O.Add(O.Add(e, f), O.Add(g, h)));
            O.Store(sink, O.Add(a, O.Add(O.Add(i, j), O.Add(k, l))));
        }
    }

    private struct Triad : ILaneJob
    {
        public const int Length = 24 * 1024 * 1024;
        public const int Chunks = Length / PerChunk;
        private const int PerChunk = 64 * 1024;

        public float* A;
        public float* B;
        public float* C;

        public readonly void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V> =>
            Add<V>(A + (chunk * (nint)PerChunk), B + (chunk * (nint)PerChunk), C + (chunk * (nint)PerChunk));

        [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
        private static void Add<V>(float* a, float* b, float* c) where V : unmanaged, ILanes<V>
        {
            var scale = V.Splat(0.5f);
            for (var i = 0; i < PerChunk; i += ILanes<V>.Count)
                V.Store(a + i, V.FusedMultiplyAdd(scale, V.Load(c + i), V.Load(b + i)));
        }
    }
}

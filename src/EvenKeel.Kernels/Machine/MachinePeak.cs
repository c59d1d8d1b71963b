using System.Diagnostics;
using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Machine;

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

    /// <summary>Memory traffic a second: <see cref="MemoryTraffic"/> used once.</summary>
    /// <returns>GB/s.</returns>
    public static double MeasureBandwidth(Workers workers, double seconds)
    {
        using var traffic = new MemoryTraffic();
        return traffic.Measure(workers, seconds);
    }

    /// <summary>What a job does a second, by the best of the rounds that fit the time; one at least.</summary>
    /// <param name="workers">Where it runs.</param>
    /// <param name="chunks">Chunks of a round.</param>
    /// <param name="job">The job.</param>
    /// <param name="amount">What a round comes to.</param>
    /// <param name="seconds">How long to go on.</param>
    public static double Best<TJob>(Workers workers, int chunks, ref TJob job, double amount, double seconds)
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
}

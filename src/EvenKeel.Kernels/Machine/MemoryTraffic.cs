using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Machine;

/// <summary>How fast memory is read and written: a = b + s·c on arrays far larger than any cache, which stay until this is
/// disposed.</summary>
internal sealed unsafe class MemoryTraffic : IDisposable
{
    private readonly AlignedBuffer _arrays = new(3L * Triad.Length);

    public MemoryTraffic() => Values.Fill(1f);

    private Span<float> Values => _arrays.Slice(0, 3 * Triad.Length);

    /// <summary>Traffic a second on all threads, counting two reads and one write: the best of the rounds that fit the
    /// time.</summary>
    /// <returns>GB/s.</returns>
    public double Measure(Workers workers, double seconds)
    {
        fixed (float* values = Values)
        {
            var job = new Triad { A = values, B = values + Triad.Length, C = values + (2 * Triad.Length) };
            return MachinePeak.Best(workers, Triad.Chunks, ref job, 3.0 * Triad.Length * sizeof(float), seconds) / 1e9;
        }
    }

    public void Dispose() => _arrays.Dispose();

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

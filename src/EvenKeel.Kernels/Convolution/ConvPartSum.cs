using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution;

/// <summary>Adds the parts of a weight gradient in order.</summary>
internal unsafe struct ConvPartSum : ILaneJob
{
    public float* Parts;
    public float* Result;
    public nint Length;
    public int Count;
    public bool Accumulate;

    public readonly int Chunks => Split.Count;

    private readonly EvenSplit Split => new(Length, WorkSplit.ElementsPerChunk, 16);

    public readonly void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
    {
        var i = (nint)Split.First(chunk);
        var end = (nint)Split.End(chunk);
        for (; i + ILanes<V>.Count <= end; i += ILanes<V>.Count)
        {
            var sum = Accumulate ? V.Load(Result + i) : V.Zero;
            for (var part = 0; part < Count; part++) sum += V.Load(Parts + (part * Length) + i);
            V.Store(Result + i, sum);
        }

        for (; i < end; i++)
        {
            var sum = Accumulate ? Result[i] : 0f;
            for (var part = 0; part < Count; part++) sum += Parts[(part * Length) + i];
            Result[i] = sum;
        }
    }
}

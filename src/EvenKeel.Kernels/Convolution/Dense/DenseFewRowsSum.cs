using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Dense;

/// <summary>Adds the chunks' sums of a forward pass with few rows in order, then bias and activation.</summary>
internal unsafe struct DenseFewRowsSum : ILaneJob
{
    public float* Sums;
    public int Parts;
    public int Rows;
    public int Outputs;
    public float* Bias;
    public float Slope;
    public float* Result;

    public readonly void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
    {
        var length = Rows * (nint)Outputs;
        var result = Result + (chunk * (nint)Outputs);
        var sums = Sums + (chunk * (nint)Outputs);
        var slope = V.Splat(Slope);
        nint j = 0;
        for (; j + ILanes<V>.Count <= Outputs; j += ILanes<V>.Count)
        {
            var sum = V.Zero;
            for (var part = 0; part < Parts; part++) sum += V.Load(sums + (part * length) + j);
            if (Bias != null) sum += V.Load(Bias + j);
            V.Store(result + j, V.Select(V.Greater(sum, V.Zero), sum, slope * sum));
        }

        for (; j < Outputs; j++)
        {
            var sum = 0f;
            for (var part = 0; part < Parts; part++) sum += sums[(part * length) + j];
            if (Bias != null) sum += Bias[j];
            result[j] = sum > 0f ? sum : Slope * sum;
        }
    }
}

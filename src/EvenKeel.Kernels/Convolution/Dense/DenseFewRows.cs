using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Dense;

/// <summary>
/// Dense layers with so few rows that reading the weights is all the work: each weight is read, or its gradient
/// written, once and in the order of memory. A chunk is some rows of the weights.
/// </summary>
internal unsafe struct DenseFewRows : ILaneJob
{
    /// <summary>What is computed.</summary>
    public enum Pass
    {
        /// <summary>Sums of a chunk's weight rows, to be added up chunk by chunk.</summary>
        Forward,

        /// <summary>Gradient of the input.</summary>
        InputGradient,

        /// <summary>Gradient of the weights.</summary>
        WeightGradient,
    }

    /// <summary>More rows than this keep the arithmetic busy enough for tiles.</summary>
    public const int MostRows = 7;

    private const int WantedChunks = 16;
    private const int FewestWeights = 4096;

    public Pass Kind;
    public int Rows;
    public int Inputs;
    public int Outputs;

    /// <summary>Input [row][in], or the gradient of the input.</summary>
    public float* Input;

    /// <summary>Weights [in][out], or their gradient.</summary>
    public float* Weights;

    /// <summary>Output gradient [row][out]; in a forward pass the chunks' sums [chunk][row][out].</summary>
    public float* Output;
    public bool Accumulate;

    public readonly int Chunks => Split.Count;

    private readonly EvenSplit Split =>
        new(Inputs, Math.Max(WorkSplit.Chunks(Inputs, WantedChunks), WorkSplit.Chunks(FewestWeights, Outputs)));

    public readonly void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
    {
        var first = (int)Split.First(chunk);
        var end = (int)Split.End(chunk);
        if (Kind == Pass.Forward) Forward<V>(first, end, Output + (chunk * (nint)Rows * Outputs));
        else if (Kind == Pass.InputGradient) InputGradient<V>(first, end);
        else WeightGradient<V>(first, end);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Forward<V>(int first, int end, float* sums) where V : unmanaged, ILanes<V>
    {
        new Span<float>(sums, Rows * Outputs).Clear();
        for (nint i = first; i < end; i++)
        {
            var weights = Weights + (i * Outputs);
            for (var row = 0; row < Rows; row++)
            {
                var sum = sums + (row * (nint)Outputs);
                var x = Input[(row * (nint)Inputs) + i];
                var splat = V.Splat(x);
                var j = 0;
                for (; j + ILanes<V>.Count <= Outputs; j += ILanes<V>.Count)
                    V.Store(sum + j, V.FusedMultiplyAdd(splat, V.Load(weights + j), V.Load(sum + j)));
                for (; j < Outputs; j++) sum[j] = MathF.FusedMultiplyAdd(x, weights[j], sum[j]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void InputGradient<V>(int first, int end) where V : unmanaged, ILanes<V>
    {
        for (nint i = first; i < end; i++)
        {
            var weights = Weights + (i * Outputs);
            for (var row = 0; row < Rows; row++)
            {
                var gradient = Output + (row * (nint)Outputs);
                var sums = V.Zero;
                var j = 0;
                for (; j + ILanes<V>.Count <= Outputs; j += ILanes<V>.Count)
                    sums = V.FusedMultiplyAdd(V.Load(weights + j), V.Load(gradient + j), sums);
                var sum = V.Sum(sums);
                for (; j < Outputs; j++) sum = MathF.FusedMultiplyAdd(weights[j], gradient[j], sum);
                var result = Input + (row * (nint)Inputs) + i;
                *result = Accumulate ? *result + sum : sum;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void WeightGradient<V>(int first, int end) where V : unmanaged, ILanes<V>
    {
        for (nint i = first; i < end; i++)
        {
            var result = Weights + (i * Outputs);
            var j = 0;
            for (; j + ILanes<V>.Count <= Outputs; j += ILanes<V>.Count)
            {
                var sum = Accumulate ? V.Load(result + j) : V.Zero;
                for (var row = 0; row < Rows; row++)
                    sum = V.FusedMultiplyAdd(V.Splat(Input[(row * (nint)Inputs) + i]), V.Load(Output + (row * (nint)Outputs) + j), sum);
                V.Store(result + j, sum);
            }

            for (; j < Outputs; j++)
            {
                var sum = Accumulate ? result[j] : 0f;
                for (var row = 0; row < Rows; row++)
                    sum = MathF.FusedMultiplyAdd(Input[(row * (nint)Inputs) + i], Output[(row * (nint)Outputs) + j], sum);
                result[j] = sum;
            }
        }
    }
}

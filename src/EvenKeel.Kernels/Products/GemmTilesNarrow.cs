using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels.Products;

/// <summary>
/// Tiles for machines with 16 vector registers: AVX2 and SSE. Six rows of two registers are 12 sums; with two weights
/// and one input that is 15 registers, and 12 multiply-adds wait for 8 loads.
/// </summary>
/// <remarks>Spelled out because the compiler keeps an array of sums in memory, not in registers.</remarks>
internal readonly unsafe partial struct NarrowTiles<R, O> : ITiles
    where R : unmanaged
    where O : IRegisterOps<R>
{
    public static TileShape Shape => new(6, O.Lanes, 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void GatherSteps(
        int vectors, TileStep* steps, int count, float* input, float* gradient, float* sums)
    {
        if (vectors == 2) GatherSteps2(steps, count, input, gradient, sums);
        else GatherSteps1(steps, count, input, gradient, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void GatherSteps2(TileStep* steps, int count, float* input, float* gradient, float* sums)
    {
        R s0a = default, s0b = default;
        R s1a = default, s1b = default;
        R s2a = default, s2b = default;
        R s3a = default, s3b = default;
        R s4a = default, s4b = default;
        R s5a = default, s5b = default;
        for (var end = steps + count; steps < end; steps++)
        {
            var p = input + steps->Input;
            Step2<DeepColumns>(
                p, p, 0, 0, 0, 0, gradient + steps->Gradient, ref s0a, ref s0b, ref s1a, ref s1b, ref s2a, ref s2b,
                ref s3a, ref s3b, ref s4a, ref s4b, ref s5a, ref s5b);
        }

        GemmStore.Add<R, O>(sums, s0a, s0b);
        GemmStore.Add<R, O>(sums + (2 * O.Lanes), s1a, s1b);
        GemmStore.Add<R, O>(sums + (4 * O.Lanes), s2a, s2b);
        GemmStore.Add<R, O>(sums + (6 * O.Lanes), s3a, s3b);
        GemmStore.Add<R, O>(sums + (8 * O.Lanes), s4a, s4b);
        GemmStore.Add<R, O>(sums + (10 * O.Lanes), s5a, s5b);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void GatherSteps1(TileStep* steps, int count, float* input, float* gradient, float* sums)
    {
        R s0a = default;
        R s1a = default;
        R s2a = default;
        R s3a = default;
        R s4a = default;
        R s5a = default;
        for (var end = steps + count; steps < end; steps++)
        {
            var p = input + steps->Input;
            Step1<DeepColumns>(
                p, p, 0, 0, 0, 0, gradient + steps->Gradient, ref s0a, ref s1a, ref s2a, ref s3a, ref s4a, ref s5a);
        }

        GemmStore.Add<R, O>(sums, s0a);
        GemmStore.Add<R, O>(sums + O.Lanes, s1a);
        GemmStore.Add<R, O>(sums + (2 * O.Lanes), s2a);
        GemmStore.Add<R, O>(sums + (3 * O.Lanes), s3a);
        GemmStore.Add<R, O>(sums + (4 * O.Lanes), s4a);
        GemmStore.Add<R, O>(sums + (5 * O.Lanes), s5a);
    }
}

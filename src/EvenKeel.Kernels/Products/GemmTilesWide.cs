using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels.Products;

/// <summary>
/// Tiles for machines with 32 vector registers: AVX-512 and Arm64. Eight rows of up to three registers are 24 sums;
/// with three weights and one input that is 28 registers, and 24 multiply-adds wait for 11 loads.
/// </summary>
/// <remarks>Spelled out because the compiler keeps an array of sums in memory, not in registers.</remarks>
internal readonly unsafe partial struct WideTiles<R, O> : ITiles
    where R : unmanaged
    where O : IRegisterOps<R>
{
    public static TileShape Shape => new(8, O.Lanes, 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void GatherSteps(
        int vectors, TileStep* steps, int count, float* input, float* gradient, float* sums)
    {
        if (vectors == 3) GatherSteps3(steps, count, input, gradient, sums);
        else if (vectors == 2) GatherSteps2(steps, count, input, gradient, sums);
        else GatherSteps1(steps, count, input, gradient, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void GatherSteps3(TileStep* steps, int count, float* input, float* gradient, float* sums)
    {
        R s0a = default, s0b = default, s0c = default;
        R s1a = default, s1b = default, s1c = default;
        R s2a = default, s2b = default, s2c = default;
        R s3a = default, s3b = default, s3c = default;
        R s4a = default, s4b = default, s4c = default;
        R s5a = default, s5b = default, s5c = default;
        R s6a = default, s6b = default, s6c = default;
        R s7a = default, s7b = default, s7c = default;
        var end = steps + count;
        if ((count & 1) != 0)
        {
            var near = input + steps->Input;
            var far = near;
            Step3<DeepColumns>(
                near, far, 0, 0, 0, 0, gradient + steps->Gradient, ref s0a, ref s0b, ref s0c, ref s1a, ref s1b, ref s1c,
                ref s2a, ref s2b, ref s2c, ref s3a, ref s3b, ref s3c, ref s4a, ref s4b, ref s4c, ref s5a, ref s5b,
                ref s5c, ref s6a, ref s6b, ref s6c, ref s7a, ref s7b, ref s7c);
            steps++;
        }

        for (; steps < end; steps += 2)
        {
            var near = input + steps->Input;
            var far = input + steps[1].Input;
            Step3<DeepColumns>(
                near, far, 0, 0, 0, 0, gradient + steps->Gradient, ref s0a, ref s0b, ref s0c, ref s1a, ref s1b, ref s1c,
                ref s2a, ref s2b, ref s2c, ref s3a, ref s3b, ref s3c, ref s4a, ref s4b, ref s4c, ref s5a, ref s5b,
                ref s5c, ref s6a, ref s6b, ref s6c, ref s7a, ref s7b, ref s7c);
            Step3<DeepColumns>(
                near, far, 0, 0, 0, 1, gradient + steps[1].Gradient, ref s0a, ref s0b, ref s0c, ref s1a, ref s1b,
                ref s1c, ref s2a, ref s2b, ref s2c, ref s3a, ref s3b, ref s3c, ref s4a, ref s4b, ref s4c, ref s5a,
                ref s5b, ref s5c, ref s6a, ref s6b, ref s6c, ref s7a, ref s7b, ref s7c);
        }

        GemmStore.Add<R, O>(sums, s0a, s0b, s0c);
        GemmStore.Add<R, O>(sums + (3 * O.Lanes), s1a, s1b, s1c);
        GemmStore.Add<R, O>(sums + (6 * O.Lanes), s2a, s2b, s2c);
        GemmStore.Add<R, O>(sums + (9 * O.Lanes), s3a, s3b, s3c);
        GemmStore.Add<R, O>(sums + (12 * O.Lanes), s4a, s4b, s4c);
        GemmStore.Add<R, O>(sums + (15 * O.Lanes), s5a, s5b, s5c);
        GemmStore.Add<R, O>(sums + (18 * O.Lanes), s6a, s6b, s6c);
        GemmStore.Add<R, O>(sums + (21 * O.Lanes), s7a, s7b, s7c);
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
        R s6a = default, s6b = default;
        R s7a = default, s7b = default;
        var end = steps + count;
        if ((count & 1) != 0)
        {
            var near = input + steps->Input;
            var far = near;
            Step2<DeepColumns>(
                near, far, 0, 0, 0, 0, gradient + steps->Gradient, ref s0a, ref s0b, ref s1a, ref s1b, ref s2a, ref s2b,
                ref s3a, ref s3b, ref s4a, ref s4b, ref s5a, ref s5b, ref s6a, ref s6b, ref s7a, ref s7b);
            steps++;
        }

        for (; steps < end; steps += 2)
        {
            var near = input + steps->Input;
            var far = input + steps[1].Input;
            Step2<DeepColumns>(
                near, far, 0, 0, 0, 0, gradient + steps->Gradient, ref s0a, ref s0b, ref s1a, ref s1b, ref s2a, ref s2b,
                ref s3a, ref s3b, ref s4a, ref s4b, ref s5a, ref s5b, ref s6a, ref s6b, ref s7a, ref s7b);
            Step2<DeepColumns>(
                near, far, 0, 0, 0, 1, gradient + steps[1].Gradient, ref s0a, ref s0b, ref s1a, ref s1b, ref s2a,
                ref s2b, ref s3a, ref s3b, ref s4a, ref s4b, ref s5a, ref s5b, ref s6a, ref s6b, ref s7a, ref s7b);
        }

        GemmStore.Add<R, O>(sums, s0a, s0b);
        GemmStore.Add<R, O>(sums + (2 * O.Lanes), s1a, s1b);
        GemmStore.Add<R, O>(sums + (4 * O.Lanes), s2a, s2b);
        GemmStore.Add<R, O>(sums + (6 * O.Lanes), s3a, s3b);
        GemmStore.Add<R, O>(sums + (8 * O.Lanes), s4a, s4b);
        GemmStore.Add<R, O>(sums + (10 * O.Lanes), s5a, s5b);
        GemmStore.Add<R, O>(sums + (12 * O.Lanes), s6a, s6b);
        GemmStore.Add<R, O>(sums + (14 * O.Lanes), s7a, s7b);
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
        R s6a = default;
        R s7a = default;
        var end = steps + count;
        if ((count & 1) != 0)
        {
            var near = input + steps->Input;
            var far = near;
            Step1<DeepColumns>(
                near, far, 0, 0, 0, 0, gradient + steps->Gradient, ref s0a, ref s1a, ref s2a, ref s3a, ref s4a, ref s5a,
                ref s6a, ref s7a);
            steps++;
        }

        for (; steps < end; steps += 2)
        {
            var near = input + steps->Input;
            var far = input + steps[1].Input;
            Step1<DeepColumns>(
                near, far, 0, 0, 0, 0, gradient + steps->Gradient, ref s0a, ref s1a, ref s2a, ref s3a, ref s4a, ref s5a,
                ref s6a, ref s7a);
            Step1<DeepColumns>(
                near, far, 0, 0, 0, 1, gradient + steps[1].Gradient, ref s0a, ref s1a, ref s2a, ref s3a, ref s4a,
                ref s5a, ref s6a, ref s7a);
        }

        GemmStore.Add<R, O>(sums, s0a);
        GemmStore.Add<R, O>(sums + O.Lanes, s1a);
        GemmStore.Add<R, O>(sums + (2 * O.Lanes), s2a);
        GemmStore.Add<R, O>(sums + (3 * O.Lanes), s3a);
        GemmStore.Add<R, O>(sums + (4 * O.Lanes), s4a);
        GemmStore.Add<R, O>(sums + (5 * O.Lanes), s5a);
        GemmStore.Add<R, O>(sums + (6 * O.Lanes), s6a);
        GemmStore.Add<R, O>(sums + (7 * O.Lanes), s7a);
    }
}

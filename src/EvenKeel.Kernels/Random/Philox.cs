using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels.Random;

/// <summary>
/// Philox4x32-10: four random words as a pure function of a 128-bit counter and a 64-bit key. No state, so any
/// element of any stream can be drawn by any thread in any order.
/// </summary>
/// <remarks>Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 3.
/// The counter is laid out as (element, element high, step, use).</remarks>
public static class Philox
{
    internal const uint Multiplier0 = 0xD2511F53;
    internal const uint Multiplier1 = 0xCD9E8D57;
    internal const uint Weyl0 = 0x9E3779B9;
    internal const uint Weyl1 = 0xBB67AE85;

    /// <summary>The four words of one counter value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (uint A, uint B, uint C, uint D) Block(uint c0, uint c1, uint c2, uint c3, uint key0, uint key1)
    {
        for (var round = 0; round < 10; round++)
        {
            var p0 = (ulong)Multiplier0 * c0;
            var p1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ key0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ key1, (uint)p0);
            key0 += Weyl0;
            key1 += Weyl1;
        }

        return (c0, c1, c2, c3);
    }
}

/// <summary>
/// A stream of random numbers, named by what it is for: the seed of the run, the use (a layer, the shuffle, an
/// initial weight) and the step. Element i of a stream is the same bits on every machine.
/// </summary>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Use">What the numbers are for; different uses never share numbers.</param>
/// <param name="Step">Training step, epoch, or 0 where there is none.</param>
public readonly record struct RandomStream(ulong Seed, uint Use, uint Step = 0)
{
    /// <summary>The 32 random bits of element <paramref name="index"/>.</summary>
    public uint Bits(ulong index)
    {
        var block = index >> 2;
        var (a, b, c, d) = Philox.Block((uint)block, (uint)(block >> 32), Step, Use, (uint)Seed, (uint)(Seed >> 32));
        return (index & 3) switch { 0 => a, 1 => b, 2 => c, _ => d };
    }

    /// <summary>Uniform in [0, 1): the top 24 bits, so every value is exact in float.</summary>
    public float Uniform(ulong index) => (Bits(index) >> 8) * (1f / 16_777_216f);

    /// <summary>Uniform integer in [0, <paramref name="bound"/>) by multiply-and-shift; the bias is below bound/2^32.</summary>
    public int Below(ulong index, int bound) => (int)(((ulong)Bits(index) * (ulong)bound) >> 32);

    /// <summary>A seeded permutation of 0 to <paramref name="count"/>-1 (Fisher-Yates).</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++) order[i] = i;
        for (var i = count - 1; i > 0; i--)
        {
            var j = Below((ulong)i, i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace EvenKeel.Kernels.Random;

/// <summary>Philox for many blocks: the words of <see cref="Philox.Block"/> in the order of the stream.</summary>
/// <remarks>A word sits in the lower half of a 64-bit lane. The multiplication reads only that half, so the halves of
/// a product need no masking between rounds.</remarks>
internal static unsafe class PhiloxLanes
{
    /// <summary>Words written by one call.</summary>
    public const int Words = 64;

    /// <summary>What to put on the stack for <see cref="Align"/>.</summary>
    public const int BufferWords = Words + 16;

    private const int Blocks = Words / 4;

    /// <summary>The first cache line boundary in a buffer: vectors that straddle two lines cost double.</summary>
    public static uint* Align(uint* buffer) => (uint*)(((nuint)buffer + 63) & ~(nuint)63);

    /// <summary>Writes words 4·firstBlock to 4·firstBlock + 63 of the stream.</summary>
    // Not inlined: with it, a kernel exceeds what the compiler is willing to inline, and the rest becomes calls.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Fill<W>(uint* destination, in RandomStream stream, ulong firstBlock)
        where W : unmanaged, IWordLanes<W>
    {
        // Two independent groups a turn hide the latency of the multiplications.
        for (var block = 0; block < Blocks; block += 2 * W.Count)
        {
            var a0 = W.Numbered(firstBlock + (ulong)block);
            var b0 = W.Numbered(firstBlock + (ulong)(block + W.Count));
            var a1 = W.High(a0);
            var b1 = W.High(b0);
            var a2 = W.Splat(stream.Step);
            var b2 = a2;
            var a3 = W.Splat(stream.Use);
            var b3 = a3;
            var m0 = W.Splat(Philox.Multiplier0);
            var m1 = W.Splat(Philox.Multiplier1);
            var key0 = (uint)stream.Seed;
            var key1 = (uint)(stream.Seed >> 32);
            for (var round = 0; round < 10; round++)
            {
                var k0 = W.Splat(key0);
                var k1 = W.Splat(key1);
                var pa = W.Multiply(a0, m0);
                var qa = W.Multiply(a2, m1);
                var pb = W.Multiply(b0, m0);
                var qb = W.Multiply(b2, m1);
                a0 = W.Xor(W.High(qa), a1, k0);
                a2 = W.Xor(W.High(pa), a3, k1);
                b0 = W.Xor(W.High(qb), b1, k0);
                b2 = W.Xor(W.High(pb), b3, k1);
                a1 = qa;
                a3 = pa;
                b1 = qb;
                b3 = pb;
                key0 += Philox.Weyl0;
                key1 += Philox.Weyl1;
            }

            W.Store(destination + 4 * block, a0, a1, a2, a3);
            W.Store(destination + 4 * (block + W.Count), b0, b1, b2, b3);
        }
    }
}

/// <summary>32-bit words in the lower halves of 64-bit lanes, one lane for each Philox block.</summary>
internal unsafe interface IWordLanes<W> where W : unmanaged, IWordLanes<W>
{
    /// <summary>Blocks in a vector.</summary>
    static abstract int Count { get; }

    static abstract W Splat(uint word);

    /// <summary>Block numbers from <paramref name="first"/> on, in the order that <see cref="Store"/> undoes.</summary>
    static abstract W Numbered(ulong first);

    /// <summary>Product of the lower halves.</summary>
    static abstract W Multiply(W a, W b);

    /// <summary>The upper half of each lane, moved down.</summary>
    static abstract W High(W a);

    static abstract W Xor(W a, W b, W c);

    /// <summary>Writes the four words of each block one after the other, block after block.</summary>
    static abstract void Store(uint* destination, W word0, W word1, W word2, W word3);
}

/// <summary>Eight blocks (AVX-512).</summary>
internal readonly unsafe struct Words512(Vector512<ulong> v) : IWordLanes<Words512>
{
    private readonly Vector512<ulong> _v = v;

    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words512 Splat(uint word) => new(Vector512.Create((ulong)word));

    // Interleaving takes even lanes first, then odd ones: number them so that the blocks come out in order.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words512 Numbered(ulong first) =>
        new(Vector512.Create(first) + Vector512.Create(0ul, 4, 1, 5, 2, 6, 3, 7));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words512 Multiply(Words512 a, Words512 b) =>
        new(Avx512F.Multiply(a._v.AsUInt32(), b._v.AsUInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words512 High(Words512 a) => new(a._v >> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words512 Xor(Words512 a, Words512 b, Words512 c) => new(a._v ^ b._v ^ c._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(uint* destination, Words512 word0, Words512 word1, Words512 word2, Words512 word3)
    {
        var lower = Vector512.Create(0xFFFF_FFFFul);
        var first = (word0._v & lower) | (word1._v << 32);
        var second = (word2._v & lower) | (word3._v << 32);
        Avx512F.UnpackLow(first, second).AsUInt32().Store(destination);
        Avx512F.UnpackHigh(first, second).AsUInt32().Store(destination + 16);
    }
}

/// <summary>Four blocks (AVX2).</summary>
internal readonly unsafe struct Words256(Vector256<ulong> v) : IWordLanes<Words256>
{
    private readonly Vector256<ulong> _v = v;

    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words256 Splat(uint word) => new(Vector256.Create((ulong)word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words256 Numbered(ulong first) => new(Vector256.Create(first) + Vector256.Create(0ul, 2, 1, 3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words256 Multiply(Words256 a, Words256 b) => new(Avx2.Multiply(a._v.AsUInt32(), b._v.AsUInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words256 High(Words256 a) => new(a._v >> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words256 Xor(Words256 a, Words256 b, Words256 c) => new(a._v ^ b._v ^ c._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(uint* destination, Words256 word0, Words256 word1, Words256 word2, Words256 word3)
    {
        var lower = Vector256.Create(0xFFFF_FFFFul);
        var first = (word0._v & lower) | (word1._v << 32);
        var second = (word2._v & lower) | (word3._v << 32);
        Avx2.UnpackLow(first, second).AsUInt32().Store(destination);
        Avx2.UnpackHigh(first, second).AsUInt32().Store(destination + 8);
    }
}

/// <summary>Two blocks (SSE2, Arm64 AdvSimd, or plain software).</summary>
internal readonly unsafe struct Words128(Vector128<ulong> v) : IWordLanes<Words128>
{
    private readonly Vector128<ulong> _v = v;

    public static int Count => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words128 Splat(uint word) => new(Vector128.Create((ulong)word));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words128 Numbered(ulong first) => new(Vector128.Create(first) + Vector128.Create(0ul, 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words128 Multiply(Words128 a, Words128 b)
    {
        if (Sse2.IsSupported) return new(Sse2.Multiply(a._v.AsUInt32(), b._v.AsUInt32()));
        if (AdvSimd.IsSupported)
        {
            return new(AdvSimd.MultiplyWideningLower(
                AdvSimd.ExtractNarrowingLower(a._v), AdvSimd.ExtractNarrowingLower(b._v)));
        }

        var lower = Vector128.Create(0xFFFF_FFFFul);
        return new((a._v & lower) * (b._v & lower));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words128 High(Words128 a) => new(a._v >> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Words128 Xor(Words128 a, Words128 b, Words128 c) => new(a._v ^ b._v ^ c._v);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(uint* destination, Words128 word0, Words128 word1, Words128 word2, Words128 word3)
    {
        var lower = Vector128.Create(0xFFFF_FFFFul);
        var first = (word0._v & lower) | (word1._v << 32);
        var second = (word2._v & lower) | (word3._v << 32);
        Vector128.Create(first.GetLower(), second.GetLower()).AsUInt32().Store(destination);
        Vector128.Create(first.GetUpper(), second.GetUpper()).AsUInt32().Store(destination + 4);
    }
}

using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels;

/// <summary>
/// Random numbers written or added in one pass, generated in registers. Element i depends on the stream and on i
/// alone: the same bits on any thread count, vector path and machine.
/// </summary>
/// <remarks>
/// <para>Uniform: element i is <see cref="RandomStream.Uniform"/>(i).</para>
/// <para>Gaussian (Box and Muller, "A note on the generation of random normal deviates", Annals of Mathematical
/// Statistics 29, 1958): the stream is taken in groups of 32; element i with i mod 32 &lt; 16 and element i + 16 are
/// r·cos φ and r·sin φ, with r = √(−2 log u), u = (⌊Bits(i)/2⌋ + ½)/2^31 in float and φ from Bits(i + 16), so that
/// no lane ever moves. The largest possible value is 6.66.</para>
/// </remarks>
internal static unsafe class Noise
{
    /// <summary>y = mean + deviation·n with n from the standard normal distribution.</summary>
    public static void Gaussian(Workers workers, RandomStream stream, float mean, float deviation, Span<float> y)
    {
        fixed (float* yp = y)
        {
            var job = new Job(stream, null, yp, y.Length, mean, deviation, gaussian: true);
            workers.Run(Chunk.Cover(y.Length), ref job);
        }
    }

    /// <summary>y = x + sigma·n with n from the standard normal distribution; y may be the same span as x.</summary>
    public static void AddGaussian(
        Workers workers, RandomStream stream, float sigma, ReadOnlySpan<float> x, Span<float> y)
    {
        Require.Length(y, x.Length);
        fixed (float* xp = x, yp = y)
        {
            var job = new Job(stream, xp, yp, y.Length, 0f, sigma, gaussian: true);
            workers.Run(Chunk.Cover(y.Length), ref job);
        }
    }

    /// <summary>y uniform in [low, high).</summary>
    public static void Uniform(Workers workers, RandomStream stream, float low, float high, Span<float> y)
    {
        fixed (float* yp = y)
        {
            var job = new Job(stream, null, yp, y.Length, low, high - low, gaussian: false);
            workers.Run(Chunk.Cover(y.Length), ref job);
        }
    }

    /// <summary>y = x + u with u uniform in [−halfWidth, halfWidth); y may be the same span as x.</summary>
    public static void AddUniform(
        Workers workers, RandomStream stream, float halfWidth, ReadOnlySpan<float> x, Span<float> y)
    {
        Require.Length(y, x.Length);
        fixed (float* xp = x, yp = y)
        {
            var job = new Job(stream, xp, yp, y.Length, -halfWidth, 2f * halfWidth, gaussian: false);
            workers.Run(Chunk.Cover(y.Length), ref job);
        }
    }

    /// <summary>Sixteen words as uniform floats in [0, 1): the top 24 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V ToUniform<V>(uint* words) where V : unmanaged, ILanes<V> =>
        V.ToFloat(V.ShiftRight(V.Load((float*)words), 8)) * V.Splat(1f / 16_777_216f);

    /// <summary>Thirty-two words as standard normal floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V Cosines, V Sines) ToGaussian<V>(uint* words) where V : unmanaged, ILanes<V>
    {
        var u = (V.ToFloat(V.ShiftRight(V.Load((float*)words), 1)) + V.Splat(0.5f)) * V.Splat(1f / 2_147_483_648f);
        var radius = V.Sqrt(LaneMath.Log(u) * V.Splat(-2f));

        // 30 bits choose the angle within a quarter turn about 0, one turns it by a quarter, one by a half.
        var turn = V.Load((float*)(words + 16));
        var (c, s) = LaneMath.SinCosSmall(V.ToFloat(V.ShiftLeft(turn, 2)) * V.Splat(MathF.PI / 4f / 2_147_483_648f));
        var half = V.And(turn, V.SplatBits(0x8000_0000));
        var quarter = V.ShiftRightSigned(V.ShiftLeft(turn, 1), 31);
        var cosine = V.Select(quarter, V.Zero - s, c);
        var sine = V.Select(quarter, c, s);
        return (V.Xor(cosine, half) * radius, V.Xor(sine, half) * radius);
    }

    // y = x + offset + factor·number, where x may be absent.
    private readonly struct Job(
        RandomStream stream, float* x, float* y, int length, float offset, float factor, bool gaussian) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            var words = stackalloc uint[PhiloxLanes.Words];
            var numbers = (float*)words;
            V o = V.Splat(offset), f = V.Splat(factor);
            var source = stream;
            for (var i = 0; i < count; i += PhiloxLanes.Words)
            {
                V.RandomWords(words, source, (ulong)(start + i) / 4);
                if (gaussian)
                {
                    for (var j = 0; j < PhiloxLanes.Words; j += 32)
                    {
                        var (cosines, sines) = ToGaussian<V>(words + j);
                        V.Store(numbers + j, cosines);
                        V.Store(numbers + j + 16, sines);
                    }
                }
                else
                {
                    for (var j = 0; j < PhiloxLanes.Words; j += 16) V.Store(numbers + j, ToUniform<V>(words + j));
                }

                Write(start + i, Math.Min(PhiloxLanes.Words, count - i), numbers, o, f);
            }
        }

        private void Write<V>(int at, int count, float* numbers, V offset, V factor) where V : unmanaged, ILanes<V>
        {
            var target = y + at;
            var source = x == null ? null : x + at;
            var j = 0;
            for (; j <= count - 16; j += 16)
            {
                var v = V.FusedMultiplyAdd(V.Load(numbers + j), factor, offset);
                V.Store(target + j, source == null ? v : V.Load(source + j) + v);
            }

            if (j == count) return;
            var rest = V.FusedMultiplyAdd(V.Load(numbers + j), factor, offset);
            if (source != null) rest = LaneTails.LoadPartial<V>(source + j, count - j) + rest;
            LaneTails.StorePartial(target + j, rest, count - j);
        }
    }
}

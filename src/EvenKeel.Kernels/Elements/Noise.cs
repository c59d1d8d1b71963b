using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Random;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Elements;

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
            var buffer = stackalloc uint[PhiloxLanes.BufferWords];
            var words = PhiloxLanes.Align(buffer);
            V o = V.Splat(offset), f = V.Splat(factor);
            var source = stream;
            var normal = gaussian;
            for (var i = 0; i < count; i += PhiloxLanes.Words)
            {
                V.RandomWords(words, source, (ulong)(start + i) / 4);
                var xp = x == null ? null : x + start + i;
                var yp = y + start + i;
                if (count - i >= PhiloxLanes.Words) Write(words, normal, xp, yp, f, o);
                else Rest(words, normal, xp, yp, count - i, f, o);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Write<V>(uint* words, bool gaussian, float* x, float* y, V factor, V offset)
            where V : unmanaged, ILanes<V>
        {
            for (var j = 0; j < PhiloxLanes.Words; j += 32)
            {
                V a, b;
                if (gaussian) (a, b) = ToGaussian<V>(words + j);
                else (a, b) = (ToUniform<V>(words + j), ToUniform<V>(words + j + 16));
                a = V.FusedMultiplyAdd(a, factor, offset);
                b = V.FusedMultiplyAdd(b, factor, offset);
                if (x != null)
                {
                    a = V.Load(x + j) + a;
                    b = V.Load(x + j + 16) + b;
                }

                V.Store(y + j, a);
                V.Store(y + j + 16, b);
            }
        }

        private static void Rest<V>(uint* words, bool gaussian, float* x, float* y, int count, V factor, V offset)
            where V : unmanaged, ILanes<V>
        {
            var whole = stackalloc float[PhiloxLanes.Words];
            var target = new Span<float>(whole, PhiloxLanes.Words);
            target.Clear();
            if (x != null) new ReadOnlySpan<float>(x, count).CopyTo(target);
            Write(words, gaussian, x == null ? null : whole, whole, factor, offset);
            target[..count].CopyTo(new Span<float>(y, count));
        }
    }
}

using EvenKeel.Kernels.Random;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Elements;

/// <summary>Dropout without a stored mask: the backward pass draws the same numbers again.</summary>
internal static unsafe class Dropout
{
    /// <summary>
    /// y = x/(1 − rate) where <see cref="RandomStream.Uniform"/>(i) ≥ rate, else 0; added to y if
    /// <paramref name="accumulate"/>. On the gradient of the output with the same stream and rate it is the backward
    /// pass. y may be the same span as x.
    /// </summary>
    /// <remarks>1/(1 − rate) is rounded to float once, then multiplied. Dropped means 0 even where x is NaN.</remarks>
    public static void Apply(
        Workers workers, RandomStream stream, float rate, ReadOnlySpan<float> x, Span<float> y, bool accumulate)
    {
        Require.That(rate >= 0f && rate < 1f, $"the dropout rate is {rate}: expected 0 or more and less than 1.");
        Require.Length(y, x.Length);
        fixed (float* xp = x, yp = y)
        {
            var job = new Job(stream, rate, (float)(1.0 / (1.0 - rate)), xp, yp, y.Length, accumulate);
            workers.Run(Chunk.Cover(y.Length), ref job);
        }
    }

    private readonly struct Job(
        RandomStream stream, float rate, float scale, float* x, float* y, int length, bool accumulate) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            var buffer = stackalloc uint[PhiloxLanes.BufferWords];
            var words = PhiloxLanes.Align(buffer);
            V threshold = V.Splat(rate), factor = V.Splat(scale);
            var source = stream;
            var add = accumulate;
            for (var i = 0; i < count; i += PhiloxLanes.Words)
            {
                V.RandomWords(words, source, (ulong)(start + i) / 4);
                float* xp = x + start + i, yp = y + start + i;
                var here = Math.Min(PhiloxLanes.Words, count - i);
                var j = 0;
                for (; j <= here - 16; j += 16)
                {
                    var dropped = V.Greater(threshold, Noise.ToUniform<V>(words + j));
                    var v = V.Select(dropped, V.Zero, V.Load(xp + j) * factor);
                    V.Store(yp + j, add ? V.Load(yp + j) + v : v);
                }

                for (; j < here; j++)
                {
                    var v = rate > (words[j] >> 8) * (1f / 16_777_216f) ? 0f : xp[j] * scale;
                    yp[j] = add ? yp[j] + v : v;
                }
            }
        }
    }
}

using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Elements;

/// <summary>Optimizer steps over flat parameters. Gradients are read only; no two spans may overlap.</summary>
/// <remarks>Settings are double, so that 1 − β is rounded to float once, after the subtraction. An average that a weight
/// without gradients lets decay ends as zero: below 2⁻¹⁰⁰ a mean or velocity counts as zero, and a mean square below
/// 2⁻¹²⁶. Divided by an ε of 10⁻¹⁵ and more neither moves a weight, and with a smaller one nothing is dropped; but numbers
/// too small for full precision take a processor many times as long, and rounding would keep them above zero for
/// ever.</remarks>
internal static unsafe partial class Update
{
    // 2⁻¹⁰⁰: times a rate, still a number of full precision.
    private const float LeastMean = 7.88860905e-31f;

    // 2⁻¹²⁶, the least number of full precision.
    private const float LeastSquare = 1.17549435e-38f;

    // Far above the root of the least square.
    private const double LeastDivisor = 1e-15;

    /// <summary>
    /// g' = g + decay·p; buffer = momentum·buffer + g'; p −= rate·(nesterov ? g' + momentum·buffer : buffer).
    /// With an empty buffer: p −= rate·g'.
    /// </summary>
    public static void Sgd(
        Workers workers, Span<float> p, ReadOnlySpan<float> g, Span<float> buffer, double learningRate,
        double momentum, bool nesterov, double decay)
    {
        Require.Length(g, p.Length);
        Require.That(
            !buffer.IsEmpty || p.IsEmpty || momentum == 0.0,
            $"momentum is {momentum} but no buffer came: expected {p.Length} values.");
        if (!buffer.IsEmpty) Require.Length(buffer, p.Length);
        fixed (float* pp = p, gp = g, bp = buffer)
        {
            var job = new SgdJob(pp, gp, bp, p.Length, (float)learningRate, (float)momentum, nesterov, (float)decay);
            workers.Run(Chunk.Cover(p.Length), ref job);
        }
    }

    // Zero for what is smaller than the least; NaN stays.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V FlushBelow<V>(V value, float least) where V : unmanaged, ILanes<V> =>
        V.Select(V.Greater(V.Splat(least), V.Abs(value)), V.Zero, value);

    private readonly struct SgdJob(
        float* p, float* g, float* buffer, int length, float rate, float momentum, bool nesterov, float decay)
        : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            float* pp = p + start, gp = g + start, bp = buffer == null ? null : buffer + start;
            V r = V.Splat(-rate), mu = V.Splat(momentum), lambda = V.Splat(decay);
            var ahead = nesterov;
            var i = 0;
            for (; i <= count - 16; i += 16) Step(pp + i, gp + i, bp == null ? null : bp + i, r, mu, lambda, ahead);
            if (i == count) return;
            var rest = count - i;
            var tail = stackalloc float[48];
            V.Store(tail, LaneTails.LoadPartial<V>(pp + i, rest));
            V.Store(tail + 16, LaneTails.LoadPartial<V>(gp + i, rest));
            if (bp != null) V.Store(tail + 32, LaneTails.LoadPartial<V>(bp + i, rest));
            Step(tail, tail + 16, bp == null ? null : tail + 32, r, mu, lambda, ahead);
            LaneTails.StorePartial(pp + i, V.Load(tail), rest);
            if (bp != null) LaneTails.StorePartial(bp + i, V.Load(tail + 32), rest);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Step<V>(float* p, float* g, float* buffer, V rate, V momentum, V decay, bool ahead)
            where V : unmanaged, ILanes<V>
        {
            var value = V.Load(p);
            var gradient = V.FusedMultiplyAdd(decay, value, V.Load(g));
            if (buffer != null)
            {
                var velocity = FlushBelow(V.FusedMultiplyAdd(momentum, V.Load(buffer), gradient), LeastMean);
                V.Store(buffer, velocity);
                gradient = ahead ? V.FusedMultiplyAdd(momentum, velocity, gradient) : velocity;
            }

            V.Store(p, V.FusedMultiplyAdd(rate, gradient, value));
        }
    }
}

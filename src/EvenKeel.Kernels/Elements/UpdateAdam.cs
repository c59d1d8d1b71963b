using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Elements;

/// <summary>The settings of one step of Adam and its relatives.</summary>
internal readonly struct AdamStep
{
    public required double LearningRate { get; init; }

    public required double Beta1 { get; init; }

    public required double Beta2 { get; init; }

    public required double Epsilon { get; init; }

    /// <summary>√(v̂ + ε) instead of √v̂ + ε.</summary>
    public bool EpsilonInsideRoot { get; init; }

    /// <summary>g += decay·p before anything else.</summary>
    public double CoupledDecay { get; init; }

    /// <summary>p ·= 1 − learning rate·decay before the step (AdamW).</summary>
    public double DecoupledDecay { get; init; }

    /// <summary>1 − β1^t, t counted from 1.</summary>
    public required double Correction1 { get; init; }

    /// <summary>1 − β2^t; Adamax has no use for it.</summary>
    public double Correction2 { get; init; }
}

internal static unsafe partial class Update
{
    /// <summary>
    /// m = β1·m + (1−β1)·g', v = β2·v + (1−β2)·g'², m̂ = m/correction1, v̂ = v/correction2,
    /// p −= rate·m̂/(√v̂ + ε), or over √(v̂ + ε), with g' = g + coupled decay·p.
    /// </summary>
    /// <remarks>Kingma and Ba, "Adam", arXiv 1412.6980, algorithm 1; decoupled decay: Loshchilov and Hutter,
    /// arXiv 1711.05101.</remarks>
    public static void Adam(
        Workers workers, Span<float> p, ReadOnlySpan<float> g, Span<float> m, Span<float> v, in AdamStep step)
    {
        Require.Length(g, p.Length);
        Require.Length(m, p.Length);
        Require.Length(v, p.Length);
        fixed (float* pp = p, gp = g, mp = m, vp = v)
        {
            var job = new AdamJob(pp, gp, mp, vp, p.Length, new Factors(step), step.EpsilonInsideRoot, largest: false);
            workers.Run(Chunk.Cover(p.Length), ref job);
        }
    }

    /// <summary>
    /// m = β1·m + (1−β1)·g', u = max(β2·u, |g'| + ε), p −= rate/correction1·m/u, with g' = g + coupled decay·p.
    /// </summary>
    /// <remarks>Kingma and Ba, arXiv 1412.6980, algorithm 2; ε keeps u from being zero. Decoupled decay as in
    /// <see cref="Adam"/>.</remarks>
    public static void Adamax(
        Workers workers, Span<float> p, ReadOnlySpan<float> g, Span<float> m, Span<float> u, in AdamStep step)
    {
        Require.Length(g, p.Length);
        Require.Length(m, p.Length);
        Require.Length(u, p.Length);
        fixed (float* pp = p, gp = g, mp = m, up = u)
        {
            var job = new AdamJob(pp, gp, mp, up, p.Length, new Factors(step), inside: false, largest: true);
            workers.Run(Chunk.Cover(p.Length), ref job);
        }
    }

    // What the steps multiply by, each rounded to float once.
    private readonly struct Factors(in AdamStep step)
    {
        public readonly float Rate1 = (float)(-step.LearningRate / step.Correction1);
        public readonly float Correction2 = (float)(1.0 / step.Correction2);
        public readonly float Beta1 = (float)step.Beta1;
        public readonly float Beta2 = (float)step.Beta2;
        public readonly float New1 = (float)(1.0 - step.Beta1);
        public readonly float New2 = (float)(1.0 - step.Beta2);
        public readonly float Epsilon = (float)step.Epsilon;

        // A much smaller epsilon would leave the step to what these drop.
        public readonly float LeastMean = HasFloor(step) ? Update.LeastMean : 0f;
        public readonly float LeastSquare = HasFloor(step) ? Update.LeastSquare : 0f;
        public readonly float Decay = (float)step.CoupledDecay;
        public readonly float Keep = (float)(1.0 - step.LearningRate * step.DecoupledDecay);

        private static bool HasFloor(in AdamStep step) =>
            (step.EpsilonInsideRoot ? Math.Sqrt(step.Epsilon) : step.Epsilon) >= LeastDivisor;
    }

    private readonly struct AdamJob(
        float* p, float* g, float* m, float* v, int length, Factors factors, bool inside, bool largest) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            float* pp = p + start, gp = g + start, mp = m + start, vp = v + start;
            var f = factors;
            var i = 0;
            for (; i <= count - 16; i += 16) Step<V>(f, pp + i, gp + i, mp + i, vp + i);
            if (i == count) return;
            var rest = count - i;
            var tail = stackalloc float[64];
            V.Store(tail, LaneTails.LoadPartial<V>(pp + i, rest));
            V.Store(tail + 16, LaneTails.LoadPartial<V>(gp + i, rest));
            V.Store(tail + 32, LaneTails.LoadPartial<V>(mp + i, rest));
            V.Store(tail + 48, LaneTails.LoadPartial<V>(vp + i, rest));
            Step<V>(f, tail, tail + 16, tail + 32, tail + 48);
            LaneTails.StorePartial(pp + i, V.Load(tail), rest);
            LaneTails.StorePartial(mp + i, V.Load(tail + 32), rest);
            LaneTails.StorePartial(vp + i, V.Load(tail + 48), rest);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Step<V>(in Factors f, float* p, float* g, float* m, float* v) where V : unmanaged, ILanes<V>
        {
            var value = V.Load(p);
            var gradient = V.FusedMultiplyAdd(V.Splat(f.Decay), value, V.Load(g));
            var first = FlushBelow(V.FusedMultiplyAdd(V.Splat(f.Beta1), V.Load(m), V.Splat(f.New1) * gradient), f.LeastMean);
            V.Store(m, first);
            var epsilon = V.Splat(f.Epsilon);
            V scale;
            if (largest)
            {
                scale = V.Max(V.Splat(f.Beta2) * V.Load(v), V.Abs(gradient) + epsilon);
                V.Store(v, scale);
            }
            else
            {
                var square = V.Splat(f.New2) * gradient * gradient;
                var second = FlushBelow(V.FusedMultiplyAdd(V.Splat(f.Beta2), V.Load(v), square), f.LeastSquare);
                V.Store(v, second);
                second *= V.Splat(f.Correction2);
                scale = inside ? V.Sqrt(second + epsilon) : V.Sqrt(second) + epsilon;
            }

            V.Store(p, V.FusedMultiplyAdd(value, V.Splat(f.Keep), V.Splat(f.Rate1) * first / scale));
        }
    }
}

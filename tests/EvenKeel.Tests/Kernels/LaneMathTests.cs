using EvenKeel.Kernels;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Tests.Kernels;

[Collection(KernelCollection.Name)]
public unsafe class LaneMathTests(WorkerGrid grid)
{
    [Fact]
    public void Logarithm_is_right_to_two_last_places()
    {
        var x = Sweep(t => MathF.Exp((t - 0.5f) * 170f));
        x[0] = 1f;
        x[1] = MathF.BitDecrement(1f);
        x[2] = 1.4142135f;
        x[3] = 0.70710678f;
        Check(x, Function.Log, Math.Log);
    }

    [Fact]
    public void Exponential_is_right_to_two_last_places_and_ends_in_zero()
    {
        var x = Sweep(t => -87f * t);
        x[0] = 0f;
        x[1] = -87f;
        Check(x, Function.Exp, Math.Exp);
        float[] ends = [-87.01f, -1e30f, float.NegativeInfinity, float.NaN];
        var got = grid.Same(16, (w, y) => Apply(w, [.. ends, .. new float[12]], y, Function.Exp));
        Assert.Equal([0f, 0f, 0f, float.NaN, 1f], got[..5]);
    }

    [Fact]
    public void Sine_and_cosine_are_right_to_two_last_places()
    {
        var x = Sweep(t => (t - 0.5f) * MathF.PI / 2f);
        Check(x, Function.Cosine, Math.Cos);
        Check(x, Function.Sine, Math.Sin);
    }

    private enum Function
    {
        Log,
        Exp,
        Cosine,
        Sine,
    }

    private static float[] Sweep(Func<float, float> value)
    {
        var x = new float[16_000];
        for (var i = 0; i < x.Length; i++) x[i] = value(i / 15_999f);
        return x;
    }

    private void Check(float[] x, Function function, Func<double, double> exact)
    {
        var y = grid.Same(x.Length, (w, r) => Apply(w, x, r, function));
        for (var i = 0; i < x.Length; i++)
        {
            var expected = exact(x[i]);
            var place = MathF.BitIncrement(MathF.Abs((float)expected)) - MathF.Abs((float)expected);
            if (!(Math.Abs(expected - y[i]) <= 2.0 * place))
                Assert.Fail($"{function}({x[i]:R}) = {y[i]:R} instead of {expected:R}");
        }
    }

    private static void Apply(Workers workers, float[] x, float[] y, Function function)
    {
        fixed (float* xp = x, yp = y)
        {
            var job = new Job(xp, yp, function);
            workers.Run(x.Length / 16, ref job);
        }
    }

    private readonly struct Job(float* x, float* y, Function function) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var v = V.Load(x + 16 * chunk);
            V.Store(y + 16 * chunk, function switch
            {
                Function.Log => LaneMath.Log(v),
                Function.Exp => LaneMath.ExpNegative(v),
                Function.Cosine => LaneMath.SinCosSmall(v).Cosine,
                _ => LaneMath.SinCosSmall(v).Sine,
            });
        }
    }
}

using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Elements;

/// <summary>Passes over arrays, element by element. Every output may be the same span as an input.</summary>
internal static unsafe class Elementwise
{
    /// <summary>y = value.</summary>
    public static void Fill(Workers workers, float value, Span<float> y)
    {
        fixed (float* yp = y)
        {
            var job = new FillJob(value, yp, y.Length);
            workers.Run(Chunk.Cover(y.Length), ref job);
        }
    }

    /// <summary>y = x.</summary>
    public static void Copy(Workers workers, ReadOnlySpan<float> x, Span<float> y)
    {
        Require.Length(y, x.Length);
        fixed (float* xp = x, yp = y)
        {
            var job = new CopyJob(xp, yp, y.Length);
            workers.Run(Chunk.Cover(y.Length), ref job);
        }
    }

    /// <summary>y = a + b.</summary>
    public static void Add(Workers workers, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y) =>
        AddLeakyRelu(workers, slope: 1f, a, b, y);

    /// <summary>y = s where the sum s = a + b &gt; 0, else slope·s. Slope 1 leaves the sum alone.</summary>
    public static void AddLeakyRelu(
        Workers workers, float slope, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y)
    {
        Require.Length(b, a.Length);
        Require.Length(y, a.Length);
        fixed (float* ap = a, bp = b, yp = y)
        {
            var job = new AddJob(slope, ap, bp, yp, y.Length);
            workers.Run(Chunk.Cover(y.Length), ref job);
        }
    }

    /// <summary>y = a·b.</summary>
    public static void Multiply(Workers workers, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y)
    {
        Require.Length(b, a.Length);
        Require.Length(y, a.Length);
        fixed (float* ap = a, bp = b, yp = y)
        {
            var job = new MultiplyJob(ap, bp, yp, y.Length);
            workers.Run(Chunk.Cover(y.Length), ref job);
        }
    }

    /// <summary>y += x.</summary>
    public static void AddTo(Workers workers, ReadOnlySpan<float> x, Span<float> y) => Add(workers, y, x, y);

    /// <summary>y = factor·x.</summary>
    public static void Scale(Workers workers, float factor, ReadOnlySpan<float> x, Span<float> y)
    {
        Require.Length(y, x.Length);
        fixed (float* xp = x, yp = y)
        {
            var job = new ScaleJob(factor, xp, yp, y.Length);
            workers.Run(Chunk.Cover(y.Length), ref job);
        }
    }

    /// <summary>y = x where x &gt; 0, else slope·x. Slope 0 is ReLU.</summary>
    public static void LeakyRelu(Workers workers, float slope, ReadOnlySpan<float> x, Span<float> y)
    {
        Require.Length(y, x.Length);
        fixed (float* xp = x, yp = y)
        {
            var job = new LeakyReluJob(slope, xp, yp, y.Length);
            workers.Run(Chunk.Cover(y.Length), ref job);
        }
    }

    /// <summary>dx = dy where the output y &gt; 0, else slope·dy, or dx += if <paramref name="accumulate"/>.</summary>
    /// <remarks>The output has the sign of the input only if slope is not negative.</remarks>
    public static void LeakyReluBackward(
        Workers workers, float slope, ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> dx, bool accumulate)
    {
        Require.That(
            slope >= 0f, $"slope is {slope}: expected 0 or more, else the output does not tell the input's sign.");
        Require.Length(dy, y.Length);
        Require.Length(dx, y.Length);
        fixed (float* yp = y, dyp = dy, dxp = dx)
        {
            var job = new LeakyReluBackwardJob(slope, yp, dyp, dxp, dx.Length, accumulate);
            workers.Run(Chunk.Cover(dx.Length), ref job);
        }
    }

    /// <summary>The same for two inputs at once, whose sum got the slope: da = and db =, or db += where
    /// <paramref name="accumulate"/> is set.</summary>
    public static void LeakyReluBackwardBoth(
        Workers workers, float slope, ReadOnlySpan<float> y, ReadOnlySpan<float> dy, Span<float> da, Span<float> db,
        bool accumulate)
    {
        Require.That(
            slope >= 0f, $"slope is {slope}: expected 0 or more, else the output does not tell the sum's sign.");
        Require.Length(dy, y.Length);
        Require.Length(da, y.Length);
        Require.Length(db, y.Length);
        fixed (float* yp = y, dyp = dy, dap = da, dbp = db)
        {
            var job = new LeakyReluBackwardBothJob(slope, yp, dyp, dap, dbp, y.Length, accumulate);
            workers.Run(Chunk.Cover(y.Length), ref job);
        }
    }

    private readonly struct CopyJob(float* x, float* y, int length) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            new ReadOnlySpan<float>(x + start, count).CopyTo(new(y + start, count));
        }
    }

    private readonly struct FillJob(float value, float* y, int length) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            new Span<float>(y + start, count).Fill(value);
        }
    }

    private readonly struct AddJob(float slope, float* a, float* b, float* y, int length) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            float* ap = a + start, bp = b + start, yp = y + start;
            var s = V.Splat(slope);
            var i = 0;
            for (; i <= count - 16; i += 16)
            {
                var v = V.Load(ap + i) + V.Load(bp + i);
                V.Store(yp + i, V.Select(V.Greater(v, V.Zero), v, v * s));
            }

            for (; i < count; i++)
            {
                var v = ap[i] + bp[i];
                yp[i] = v > 0f ? v : v * slope;
            }
        }
    }

    private readonly struct MultiplyJob(float* a, float* b, float* y, int length) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            float* ap = a + start, bp = b + start, yp = y + start;
            var i = 0;
            for (; i <= count - 16; i += 16) V.Store(yp + i, V.Load(ap + i) * V.Load(bp + i));
            for (; i < count; i++) yp[i] = ap[i] * bp[i];
        }
    }

    private readonly struct ScaleJob(float factor, float* x, float* y, int length) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            float* xp = x + start, yp = y + start;
            var f = V.Splat(factor);
            var i = 0;
            for (; i <= count - 16; i += 16) V.Store(yp + i, V.Load(xp + i) * f);
            for (; i < count; i++) yp[i] = xp[i] * factor;
        }
    }

    private readonly struct LeakyReluJob(float slope, float* x, float* y, int length) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            float* xp = x + start, yp = y + start;
            var s = V.Splat(slope);
            var i = 0;
            for (; i <= count - 16; i += 16)
            {
                var v = V.Load(xp + i);
                V.Store(yp + i, V.Select(V.Greater(v, V.Zero), v, v * s));
            }

            for (; i < count; i++) yp[i] = xp[i] > 0f ? xp[i] : xp[i] * slope;
        }
    }

    private readonly struct LeakyReluBackwardJob(
        float slope, float* y, float* dy, float* dx, int length, bool accumulate) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            float* yp = y + start, dyp = dy + start, dxp = dx + start;
            var s = V.Splat(slope);
            var add = accumulate;
            var i = 0;
            for (; i <= count - 16; i += 16)
            {
                var g = V.Load(dyp + i);
                g = V.Select(V.Greater(V.Load(yp + i), V.Zero), g, g * s);
                V.Store(dxp + i, add ? V.Load(dxp + i) + g : g);
            }

            for (; i < count; i++)
            {
                var g = yp[i] > 0f ? dyp[i] : dyp[i] * slope;
                dxp[i] = add ? dxp[i] + g : g;
            }
        }
    }

    private readonly struct LeakyReluBackwardBothJob(
        float slope, float* y, float* dy, float* da, float* db, int length, bool accumulate) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            float* yp = y + start, dyp = dy + start, dap = da + start, dbp = db + start;
            var s = V.Splat(slope);
            var add = accumulate;
            var i = 0;
            for (; i <= count - 16; i += 16)
            {
                var g = V.Load(dyp + i);
                g = V.Select(V.Greater(V.Load(yp + i), V.Zero), g, g * s);
                V.Store(dap + i, g);
                V.Store(dbp + i, add ? V.Load(dbp + i) + g : g);
            }

            for (; i < count; i++)
            {
                var g = yp[i] > 0f ? dyp[i] : dyp[i] * slope;
                dap[i] = g;
                dbp[i] = add ? dbp[i] + g : g;
            }
        }
    }
}

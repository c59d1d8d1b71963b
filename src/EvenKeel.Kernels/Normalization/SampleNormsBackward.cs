using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Normalization;

internal static unsafe partial class SampleNorms
{
    /// <summary>The gradients of <see cref="Forward"/>.</summary>
    /// <param name="workers">Threads and path.</param>
    /// <param name="x">[samples, pixels, channels].</param>
    /// <param name="dy">[samples, pixels, channels].</param>
    /// <param name="groups">Pixels, channels and groups.</param>
    /// <param name="gamma">[periods, channels].</param>
    /// <param name="beta">[periods, channels].</param>
    /// <param name="scale">How s was made.</param>
    /// <param name="slope">Slope of the activation below 0.</param>
    /// <param name="statistics">What the forward pass left.</param>
    /// <param name="dx">[samples, pixels, channels]; may be dy.</param>
    /// <param name="accumulate">True to add to dx.</param>
    /// <param name="gain">[periods, channels]: Σ g·x̂ over the samples, g = dy·act'; the gradient of gamma.</param>
    /// <param name="shift">[periods, channels]: Σ g; the gradient of beta.</param>
    public static void Backward(
        Workers workers, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, in SampleGroups groups, ReadOnlySpan<float> gamma,
        ReadOnlySpan<float> beta, RowScale scale, float slope, ReadOnlySpan<float> statistics, Span<float> dx, bool accumulate,
        Span<float> gain, Span<float> shift)
    {
        var layout = Layout(x, groups, gamma, beta, statistics);
        Require.Length(dy, x.Length);
        Require.Length(dx, x.Length);
        Require.Length(gain, gamma.Length);
        Require.Length(shift, gamma.Length);
        var partial = workers.SharedScratch((nuint)(2 * layout.Chunks * layout.Periods * layout.TableLength));
        var scratch = workers.Pieces(BackwardJob.Tables * layout.TableLength);
        fixed (float* xp = x, dyp = dy, gp = gamma, bp = beta, sp = statistics, dxp = dx, gainp = gain, shiftp = shift)
        {
            var job = new BackwardJob(xp, dyp, gp, bp, sp, dxp, scratch, partial, layout, scale, slope, accumulate);
            workers.Run(layout.Chunks, ref job);
            var merge = new MergeJob(partial, gainp, shiftp, layout);
            workers.Run(2 * layout.Periods * layout.Slices, ref merge);
        }
    }

    private readonly struct BackwardJob(
        float* x, float* dy, float* gamma, float* beta, float* statistics, float* dx, WorkerMemory scratch, float* partial,
        SampleLayout layout, RowScale scale, float slope, bool accumulate) : ILaneJob
    {
        // Mean, rate, shift, Σ g, Σ g·c, level and slope of the gradient, the last two of each group.
        public const int Tables = 9;

        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var mean = scratch.Of(worker);
            var partials = partial + (2 * chunk * layout.Periods * layout.TableLength);
            new Span<float>(partials, checked((int)(2 * layout.Periods * layout.TableLength))).Clear();
            layout.Locate(chunk, out var first, out var last, out var slice);
            for (var sample = first; sample < last; sample++)
            {
                var offset = (sample * layout.SampleLength) + (slice * layout.Channels);
                var perGroup = statistics + (sample * (nint)layout.AllGroups) + (slice * layout.Groups);
                var period = sample % layout.Periods;
                var affine = (period * (nint)layout.AllChannels) + (slice * layout.Channels);
                SampleTables.FromGroups(layout, perGroup, mean);
                Rates<V>(
                    layout, perGroup + layout.Plane, gamma + affine, beta + affine,
                    mean + layout.TableLength, mean + (2 * layout.TableLength));
                var sums = partials + (2 * period * layout.TableLength);
                if (slope == 1f) Sample<V, OpenGate>(x + offset, dy + offset, dx + offset, mean, perGroup, gamma + affine, sums);
                else Sample<V, SlopeGate>(x + offset, dy + offset, dx + offset, mean, perGroup, gamma + affine, sums);
            }
        }

        private void Sample<V, G>(float* xp, float* dyp, float* target, float* mean, float* perGroup, float* gains, float* partials)
            where V : unmanaged, ILanes<V>
            where G : struct, IGate
        {
            Reduce<V, G>(xp, dyp, mean);
            Combine<V>(perGroup, gains, mean, partials);
            if (scale.Absolute) Apply<V, G, Signs>(xp, dyp, target, mean);
            else Apply<V, G, Values>(xp, dyp, target, mean);
        }

        // Σ g and Σ g·c of every column, c = x − μ.
        private void Reduce<V, G>(float* xp, float* dyp, float* mean) where V : unmanaged, ILanes<V> where G : struct, IGate
        {
            var size = layout.TableLength;
            float* rate = mean + size, shift = rate + size, sums = shift + size, products = sums + size;
            new Span<float>(sums, checked((int)(2 * size))).Clear();
            var s = V.Splat(slope);
            var stride = layout.Stride;
            var ahead = Prefetch.Ahead(2 * stride);
            var r = 0;
            for (; r <= layout.Rows - 4; r += 4, xp += 4 * stride, dyp += 4 * stride)
            {
                var j = 0;
                for (; j <= layout.Columns - 16; j += 16)
                {
                    float* p = xp + j, q = dyp + j;
                    Prefetch.Rows(p + ahead, stride);
                    Prefetch.Rows(q + ahead, stride);
                    V m = V.Load(mean + j), k = V.Load(rate + j), t = V.Load(shift + j);
                    V a = V.Load(p) - m, b = V.Load(p + stride) - m;
                    V c = V.Load(p + (2 * stride)) - m, d = V.Load(p + (3 * stride)) - m;
                    V e = G.Passed(a, k, t, V.Load(q), s), f = G.Passed(b, k, t, V.Load(q + stride), s);
                    V g = G.Passed(c, k, t, V.Load(q + (2 * stride)), s), h = G.Passed(d, k, t, V.Load(q + (3 * stride)), s);
                    V.Store(sums + j, V.Load(sums + j) + (e + f + (g + h)));
                    var product = V.FusedMultiplyAdd(e, a, f * b) + V.FusedMultiplyAdd(g, c, h * d);
                    V.Store(products + j, V.Load(products + j) + product);
                }

                for (var i = 0; i < 4 && j < layout.Columns; i++)
                    ReduceRow<V, G>(xp + (i * stride), dyp + (i * stride), mean, s, j, layout.Columns);
            }

            for (; r <= layout.Rows; r++, xp += stride, dyp += stride) ReduceRow<V, G>(xp, dyp, mean, s, 0, layout.ColumnsOf(r));
        }

        private void ReduceRow<V, G>(float* xp, float* dyp, float* mean, V s, int j, int columns)
            where V : unmanaged, ILanes<V>
            where G : struct, IGate
        {
            var size = layout.TableLength;
            float* rate = mean + size, shift = rate + size, sums = shift + size, products = sums + size;
            for (; j < columns; j += 16)
            {
                var count = columns - j;
                var c = LaneTails.Load<V>(xp + j, count) - LaneTails.Load<V>(mean + j, count);
                var g = G.Passed(c, V.Load(rate + j), V.Load(shift + j), LaneTails.Load<V>(dyp + j, count), s);
                V.Store(sums + j, V.Load(sums + j) + g);
                V.Store(products + j, V.FusedMultiplyAdd(g, c, V.Load(products + j)));
            }
        }

        // Adds the sums to those of gain and shift, then makes of them what every column's gradient is corrected by.
        private void Combine<V>(float* perGroup, float* gains, float* mean, float* partials) where V : unmanaged, ILanes<V>
        {
            var size = layout.TableLength;
            float* sums = mean + (3 * size), products = sums + size, level = products + size, k = level + size;
            float* levels = k + size, slopes = levels + size, rstd = perGroup + layout.Plane;
            SampleTables.FromGroups(layout, rstd, level);
            SampleTables.FromChannels(layout, gains, k);
            for (nint j = 0; j < size; j += 16)
            {
                V sum = V.Load(sums + j), product = V.Load(products + j) * V.Load(level + j), gain = V.Load(k + j);
                V.Store(partials + j, V.Load(partials + j) + product);
                V.Store(partials + size + j, V.Load(partials + size + j) + sum);
                V.Store(sums + j, sum * gain);
                V.Store(products + j, product * gain);
            }

            for (var g = 0; g < layout.Groups; g++)
            {
                double r = rstd[g], share = scale.Derivative(1.0 / r) * SampleTables.OfGroup<V>(layout, products, g) / layout.Elements;
                var value = scale.Centers ? SampleTables.OfGroup<V>(layout, sums, g) / layout.Elements : 0.0;
                if (scale.Absolute) value -= share * rstd[layout.Plane + g];
                levels[g] = (float)(value * r);
                slopes[g] = (float)(share * (scale.Absolute ? r : r * r));
            }

            SampleTables.FromGroups(layout, levels, level);
            SampleTables.FromGroups(layout, slopes, k);
        }

        // dx = g·γ/s − level − k·u with u = c or its sign.
        private void Apply<V, G, U>(float* xp, float* dyp, float* target, float* mean)
            where V : unmanaged, ILanes<V>
            where G : struct, IGate
            where U : struct, IShare
        {
            var size = layout.TableLength;
            float* rate = mean + size, shift = rate + size, level = mean + (5 * size), slopes = level + size;
            var s = V.Splat(slope);
            var stride = layout.Stride;
            var r = 0;
            for (; r <= layout.Rows - 2 && !accumulate; r += 2, xp += 2 * stride, dyp += 2 * stride, target += 2 * stride)
            {
                var j = 0;
                for (; j <= layout.Columns - 16; j += 16)
                {
                    V m = V.Load(mean + j), a = V.Load(rate + j), b = V.Load(shift + j), l = V.Load(level + j), k = V.Load(slopes + j);
                    V c = V.Load(xp + j) - m, d = V.Load(xp + j + stride) - m;
                    V g = G.Passed(c, a, b, V.Load(dyp + j), s), h = G.Passed(d, a, b, V.Load(dyp + j + stride), s);
                    V.Store(target + j, (g * a) - V.FusedMultiplyAdd(U.Of(c), k, l));
                    V.Store(target + j + stride, (h * a) - V.FusedMultiplyAdd(U.Of(d), k, l));
                }

                for (var i = 0; i < 2 && j < layout.Columns; i++)
                    ApplyRow<V, G, U>(xp + (i * stride), dyp + (i * stride), target + (i * stride), mean, s, j, layout.Columns);
            }

            for (; r <= layout.Rows; r++, xp += stride, dyp += stride, target += stride)
                ApplyRow<V, G, U>(xp, dyp, target, mean, s, 0, layout.ColumnsOf(r));
        }

        private void ApplyRow<V, G, U>(float* xp, float* dyp, float* target, float* mean, V s, int j, int columns)
            where V : unmanaged, ILanes<V>
            where G : struct, IGate
            where U : struct, IShare
        {
            var size = layout.TableLength;
            float* rate = mean + size, shift = rate + size, level = mean + (5 * size), slopes = level + size;
            for (; j < columns; j += 16)
            {
                var count = columns - j;
                var a = V.Load(rate + j);
                var c = LaneTails.Load<V>(xp + j, count) - V.Load(mean + j);
                var g = G.Passed(c, a, V.Load(shift + j), LaneTails.Load<V>(dyp + j, count), s);
                var v = (g * a) - V.FusedMultiplyAdd(U.Of(c), V.Load(slopes + j), V.Load(level + j));
                LaneTails.Store(target + j, accumulate ? LaneTails.Load<V>(target + j, count) + v : v, count);
            }
        }
    }

    // What the scale's derivative is of.
    private interface IShare
    {
        static abstract V Of<V>(V centered) where V : unmanaged, ILanes<V>;
    }

    private readonly struct Values : IShare
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V>(V centered) where V : unmanaged, ILanes<V> => centered;
    }

    private readonly struct Signs : IShare
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Of<V>(V centered) where V : unmanaged, ILanes<V> => LaneMath.Sign(centered);
    }
}

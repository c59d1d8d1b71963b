using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Normalization;

/// <summary>
/// Normalization within each sample over groups of channels, with a gain and shift for every channel and the activation
/// that follows. A sample is measured and rewritten while it lies in the cache, so that main memory is read once and
/// written once; the backward pass reads twice as much, and writes as much.
/// </summary>
internal static unsafe partial class SampleNorms
{
    /// <summary>y = act((x − μ)/s·gamma + beta).</summary>
    /// <param name="workers">Threads and path.</param>
    /// <param name="x">[samples, pixels, channels].</param>
    /// <param name="groups">Pixels, channels and groups.</param>
    /// <param name="gamma">[periods, channels].</param>
    /// <param name="beta">[periods, channels].</param>
    /// <param name="scale">How s is made.</param>
    /// <param name="slope">Slope of the activation below 0; 1 for none.</param>
    /// <param name="y">[samples, pixels, channels].</param>
    /// <param name="statistics">[3, samples, groups]: μ, 1/s, and mean sgn(x − μ) where deviations are absolute.</param>
    public static void Forward(
        Workers workers, ReadOnlySpan<float> x, in SampleGroups groups, ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta,
        RowScale scale, float slope, Span<float> y, Span<float> statistics)
    {
        var layout = Layout(x, groups, gamma, beta, statistics);
        Require.Length(y, x.Length);
        var scratch = workers.Pieces(ForwardJob.Tables * layout.TableLength);
        fixed (float* xp = x, gp = gamma, bp = beta, yp = y, sp = statistics)
        {
            var job = new ForwardJob(xp, gp, bp, yp, sp, layout, scale, slope, scratch);
            workers.Run(layout.Chunks, ref job);
        }
    }

    private static SampleLayout Layout(
        ReadOnlySpan<float> x, in SampleGroups groups, ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta,
        ReadOnlySpan<float> statistics)
    {
        Require.That(
            groups is { Pixels: > 0, Channels: > 0, Groups: > 0, Periods: > 0 } && groups.Channels % groups.Groups == 0,
            $"{groups}: expected sizes of 1 or more, and groups that divide the channels.");
        var samples = Require.Rows(x, groups.Pixels * groups.Channels);
        Require.Length(gamma, groups.Periods * groups.Channels);
        Require.Length(beta, gamma.Length);
        Require.Length(statistics, 3L * samples * groups.Groups);
        return new SampleLayout(groups, samples);
    }

    private readonly struct ForwardJob(
        float* x, float* gamma, float* beta, float* y, float* statistics, SampleLayout layout, RowScale scale, float slope,
        WorkerMemory scratch) : ILaneJob
    {
        // Mean, rate, shift, sums, squares or signs.
        public const int Tables = 5;

        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var mean = scratch.Of(worker);
            layout.Locate(chunk, out var first, out var last, out var slice);
            for (var sample = first; sample < last; sample++)
            {
                var offset = (sample * layout.SampleLength) + (slice * layout.Channels);
                var perGroup = statistics + (sample * (nint)layout.AllGroups) + (slice * layout.Groups);
                Measure<V>(x + offset, mean, perGroup);
                var affine = (sample % layout.Periods * (nint)layout.AllChannels) + (slice * layout.Channels);
                Rates<V>(
                    layout, perGroup + layout.Plane, gamma + affine, beta + affine,
                    mean + layout.TableLength, mean + (2 * layout.TableLength));
                if (slope == 1f) Write<V, OpenGate>(x + offset, y + offset, mean);
                else Write<V, SlopeGate>(x + offset, y + offset, mean);
            }
        }

        private void Measure<V>(float* source, float* mean, float* perGroup) where V : unmanaged, ILanes<V>
        {
            var sums = mean + (3 * layout.TableLength);
            var others = sums + layout.TableLength;
            var plane = layout.Plane;

            // Differences from a group's first value: a large common mean would cost the digits of the rest.
            for (var g = 0; g < layout.Groups; g++) perGroup[g] = scale.Centers ? source[g * layout.Width] : 0f;
            SampleTables.FromGroups(layout, perGroup, mean);
            var whole = false;
            if (scale.Centers)
            {
                SumUp<V>(source, mean, sums, others);
                whole = Shift<V>(perGroup, sums, others) && !scale.Absolute;
                SampleTables.FromGroups(layout, perGroup, mean);
            }

            if (scale.Absolute) Deviate<V>(source, mean, sums, others);
            else if (!whole) Square<V>(source, mean, sums);
            for (var g = 0; g < layout.Groups; g++)
            {
                var spread = whole ? perGroup[plane + g] : SampleTables.OfGroup<V>(layout, sums, g) / layout.Elements;
                perGroup[plane + g] = (float)(1.0 / scale.Of(spread));
                perGroup[(2 * plane) + g] = scale.Absolute ? (float)(SampleTables.OfGroup<V>(layout, others, g) / layout.Elements) : 0f;
            }
        }

        // Moves the centres from the first values to the means, and leaves the squares' means around these. False if a
        // first value lies so far off that its squares have lost digits: they must be summed again.
        private bool Shift<V>(float* perGroup, float* sums, float* squares) where V : unmanaged, ILanes<V>
        {
            const double farthest = 4;
            var spreads = perGroup + layout.Plane;
            var near = true;
            for (var g = 0; g < layout.Groups; g++)
            {
                var shift = SampleTables.OfGroup<V>(layout, sums, g) / layout.Elements;
                var spread = (SampleTables.OfGroup<V>(layout, squares, g) / layout.Elements) - (shift * shift);
                near &= shift * shift <= farthest * farthest * spread;
                perGroup[g] = (float)(perGroup[g] + shift);
                spreads[g] = (float)spread;
            }

            return near;
        }

        // Σ d and Σ d² of every column, d = x − pivot.
        private void SumUp<V>(float* source, float* pivot, float* sums, float* squares) where V : unmanaged, ILanes<V>
        {
            new Span<float>(sums, layout.Columns).Clear();
            new Span<float>(squares, layout.Columns).Clear();
            var stride = layout.Stride;
            var ahead = Prefetch.Ahead(4 * stride);
            var r = 0;
            for (; r <= layout.Rows - 4; r += 4, source += 4 * stride)
            {
                var j = 0;
                for (; j <= layout.Columns - 16; j += 16)
                {
                    var p = source + j;
                    Prefetch.Rows(p + ahead, stride);
                    var first = V.Load(pivot + j);
                    V a = V.Load(p) - first, b = V.Load(p + stride) - first;
                    V c = V.Load(p + (2 * stride)) - first, d = V.Load(p + (3 * stride)) - first;
                    V.Store(sums + j, V.Load(sums + j) + (a + b + (c + d)));
                    var products = V.FusedMultiplyAdd(a, a, b * b) + V.FusedMultiplyAdd(c, c, d * d);
                    V.Store(squares + j, V.Load(squares + j) + products);
                }

                for (var i = 0; i < 4 && j < layout.Columns; i++) SumUpRow<V>(source + (i * stride), pivot, sums, squares, j, layout.Columns);
            }

            for (; r <= layout.Rows; r++, source += stride) SumUpRow<V>(source, pivot, sums, squares, 0, layout.ColumnsOf(r));
        }

        private static void SumUpRow<V>(float* source, float* pivot, float* sums, float* squares, int j, int columns)
            where V : unmanaged, ILanes<V>
        {
            for (; j < columns; j += 16)
            {
                var d = LaneTails.Load<V>(source + j, columns - j) - LaneTails.Load<V>(pivot + j, columns - j);
                V.Store(sums + j, V.Load(sums + j) + d);
                V.Store(squares + j, V.FusedMultiplyAdd(d, d, V.Load(squares + j)));
            }
        }

        private void Square<V>(float* source, float* mean, float* sums) where V : unmanaged, ILanes<V>
        {
            new Span<float>(sums, layout.Columns).Clear();
            for (var r = 0; r <= layout.Rows; r++, source += layout.Stride)
            {
                var columns = layout.ColumnsOf(r);
                for (var j = 0; j < columns; j += 16)
                {
                    var c = LaneTails.Load<V>(source + j, columns - j) - LaneTails.Load<V>(mean + j, columns - j);
                    V.Store(sums + j, V.FusedMultiplyAdd(c, c, V.Load(sums + j)));
                }
            }
        }

        private void Deviate<V>(float* source, float* mean, float* sums, float* signs) where V : unmanaged, ILanes<V>
        {
            new Span<float>(sums, layout.Columns).Clear();
            new Span<float>(signs, layout.Columns).Clear();
            for (var r = 0; r <= layout.Rows; r++, source += layout.Stride)
            {
                var columns = layout.ColumnsOf(r);
                for (var j = 0; j < columns; j += 16)
                {
                    var c = LaneTails.Load<V>(source + j, columns - j) - LaneTails.Load<V>(mean + j, columns - j);
                    V.Store(sums + j, V.Load(sums + j) + V.Abs(c));
                    V.Store(signs + j, V.Load(signs + j) + LaneMath.Sign(c));
                }
            }
        }

        private void Write<V, G>(float* source, float* target, float* mean) where V : unmanaged, ILanes<V> where G : struct, IGate
        {
            float* rate = mean + layout.TableLength, shift = rate + layout.TableLength;
            var s = V.Splat(slope);
            var stride = layout.Stride;
            var r = 0;
            for (; r <= layout.Rows - 4; r += 4, source += 4 * stride, target += 4 * stride)
            {
                var j = 0;
                for (; j <= layout.Columns - 16; j += 16)
                {
                    float* p = source + j, q = target + j;
                    V m = V.Load(mean + j), a = V.Load(rate + j), b = V.Load(shift + j);
                    V.Store(q, G.Value(V.FusedMultiplyAdd(V.Load(p) - m, a, b), s));
                    V.Store(q + stride, G.Value(V.FusedMultiplyAdd(V.Load(p + stride) - m, a, b), s));
                    V.Store(q + (2 * stride), G.Value(V.FusedMultiplyAdd(V.Load(p + (2 * stride)) - m, a, b), s));
                    V.Store(q + (3 * stride), G.Value(V.FusedMultiplyAdd(V.Load(p + (3 * stride)) - m, a, b), s));
                }

                for (var i = 0; i < 4 && j < layout.Columns; i++)
                    WriteRow<V, G>(source + (i * stride), target + (i * stride), mean, s, j, layout.Columns);
            }

            for (; r <= layout.Rows; r++, source += stride, target += stride)
                WriteRow<V, G>(source, target, mean, s, 0, layout.ColumnsOf(r));
        }

        private void WriteRow<V, G>(float* source, float* target, float* mean, V s, int j, int columns)
            where V : unmanaged, ILanes<V>
            where G : struct, IGate
        {
            float* rate = mean + layout.TableLength, shift = rate + layout.TableLength;
            for (; j < columns; j += 16)
            {
                var count = columns - j;
                var centered = LaneTails.Load<V>(source + j, count) - V.Load(mean + j);
                LaneTails.Store(target + j, G.Value(V.FusedMultiplyAdd(centered, V.Load(rate + j), V.Load(shift + j)), s), count);
            }
        }
    }

    // rate = γ/s and shift = β of every column.
    private static void Rates<V>(in SampleLayout layout, float* rstd, float* gains, float* shifts, float* rate, float* shift)
        where V : unmanaged, ILanes<V>
    {
        SampleTables.FromGroups(layout, rstd, rate);
        SampleTables.FromChannels(layout, gains, shift);
        for (nint j = 0; j < layout.TableLength; j += 16) V.Store(rate + j, V.Load(rate + j) * V.Load(shift + j));
        SampleTables.FromChannels(layout, shifts, shift);
    }
}

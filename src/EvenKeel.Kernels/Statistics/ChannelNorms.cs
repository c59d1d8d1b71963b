using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Statistics;

// Magnitudes: what row norms with p = 1 and p = ∞ need. The squares of p = 2 are Dot(x, x).
internal static unsafe partial class Channels
{
    /// <summary>sums[c] = Σ |x| over the rows.</summary>
    public static void AbsoluteSum(Workers workers, ReadOnlySpan<float> x, int channels, Span<float> sums)
    {
        var split = new ColumnSplit(Require.Rows(x, channels), channels);
        Require.Length(sums, channels);
        var partial = workers.SharedScratch(ColumnSums.Scratch(split, 1, 1));
        fixed (float* xp = x)
        {
            var job = new AbsoluteJob(xp, partial, split, largest: false);
            workers.Run(split.Chunks, ref job);
            var merged = ColumnSums.Merge(workers, split, partial, 1, 1);
            for (var c = 0; c < channels; c++)
            {
                var sum = ColumnSums.OfChannel(split, merged, c);
                for (var i = split.RestStart + c; i < x.Length; i += channels) sum += MathF.Abs(xp[i]);
                sums[c] = (float)sum;
            }
        }
    }

    /// <summary>peaks[c] = largest |x| over the rows.</summary>
    public static void AbsoluteMax(Workers workers, ReadOnlySpan<float> x, int channels, Span<float> peaks)
    {
        var split = new ColumnSplit(Require.Rows(x, channels), channels);
        Require.Length(peaks, channels);
        var partial = workers.SharedScratch(ColumnSums.Scratch(split, 1, 1));
        fixed (float* xp = x)
        {
            var job = new AbsoluteJob(xp, partial, split, largest: true);
            workers.Run(split.Chunks, ref job);
            peaks.Clear();
            for (var j = 0; j < split.RowChunks * split.Width; j++)
            {
                var c = j % split.Width % channels;
                peaks[c] = MathF.Max(peaks[c], partial[j]);
            }

            for (var i = split.RestStart; i < x.Length; i++)
                peaks[i % channels] = MathF.Max(peaks[i % channels], MathF.Abs(xp[i]));
        }
    }

    /// <summary>y = a[c]·x + b[c]·sgn(z), sgn(0) = 0.</summary>
    public static void ScaleAddSign(
        Workers workers, ReadOnlySpan<float> x, ReadOnlySpan<float> a, ReadOnlySpan<float> z, ReadOnlySpan<float> b,
        int channels, Span<float> y)
    {
        Require.Rows(x, channels);
        Require.Length(a, channels);
        Require.Length(z, x.Length);
        Require.Length(b, channels);
        Require.Length(y, x.Length);
        var length = ChannelTable.Length(channels);
        var table = workers.SharedScratch(2 * (nuint)length);
        var at = ChannelTable.Fill(table, a);
        var bt = ChannelTable.Fill(table + length, b);
        fixed (float* xp = x, zp = z, yp = y)
        {
            var job = new ScaleAddSignJob(xp, zp, yp, y.Length, at, bt, channels);
            workers.Run(Chunk.Cover(y.Length), ref job);
        }
    }

    /// <summary>y += b[c]·sgn(z) in the first row of each channel where |z| = peaks[c], nowhere else.</summary>
    public static void AddSignAtPeak(
        Workers workers, ReadOnlySpan<float> z, ReadOnlySpan<float> peaks, ReadOnlySpan<float> b, int channels, Span<float> y)
    {
        var rows = Require.Rows(z, channels);
        Require.Length(peaks, channels);
        Require.Length(b, channels);
        Require.Length(y, z.Length);
        fixed (float* zp = z, pp = peaks, bp = b, yp = y)
        {
            var job = new PeakJob(zp, pp, bp, yp, rows, channels);
            workers.Run(WorkSplit.Chunks(channels, PeakJob.Columns), ref job);
        }
    }

    private readonly struct AbsoluteJob(float* x, float* partial, ColumnSplit split, bool largest) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            split.Locate(chunk, out var column, out var columns, out var row, out var rows);
            nint width = split.Width;
            var source = x + row * width + column;
            var result = partial + chunk / split.Panels * width + column;
            new Span<float>(result, columns).Clear();
            var r = 0;
            for (; r <= rows - 4; r += 4, source += 4 * width)
            {
                for (nint j = 0; j < columns; j += 16)
                {
                    var p = source + j;
                    V a = V.Abs(V.Load(p)), b = V.Abs(V.Load(p + width));
                    V c = V.Abs(V.Load(p + 2 * width)), d = V.Abs(V.Load(p + 3 * width));
                    var before = V.Load(result + j);
                    V.Store(result + j, largest ? V.Max(before, V.Max(V.Max(a, b), V.Max(c, d))) : before + (a + b + (c + d)));
                }
            }

            for (; r < rows; r++, source += width)
            {
                for (nint j = 0; j < columns; j += 16)
                {
                    V next = V.Abs(V.Load(source + j)), before = V.Load(result + j);
                    V.Store(result + j, largest ? V.Max(before, next) : before + next);
                }
            }
        }
    }

    private readonly struct ScaleAddSignJob(
        float* x, float* z, float* y, int length, float* a, float* b, int channels) : ILaneJob
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var (start, count) = Chunk.Of(chunk, length);
            float* xp = x + start, zp = z + start, yp = y + start, at = a, bt = b;
            var period = channels;
            var step = ChannelTable.Step(period);
            var channel = start % period;
            var i = 0;
            for (; i <= count - 16; i += 16)
            {
                V sign = V.Load(zp + i), amount = V.Load(bt + channel);
                var up = V.And(V.Greater(sign, V.Zero), amount);
                var down = V.And(V.Greater(V.Zero, sign), amount);
                V.Store(yp + i, V.FusedMultiplyAdd(V.Load(at + channel), V.Load(xp + i), up - down));
                channel += step;
                if (channel >= period) channel -= period;
            }

            for (; i < count; i++, channel++)
            {
                var add = zp[i] > 0f ? bt[channel] : zp[i] < 0f ? 0f - bt[channel] : 0f;
                yp[i] = MathF.FusedMultiplyAdd(at[channel], xp[i], add);
            }
        }
    }

    private readonly struct PeakJob(float* z, float* peaks, float* b, float* y, int rows, int channels) : ILaneJob
    {
        public const int Columns = 64;

        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var first = chunk * Columns;
            var last = Math.Min(first + Columns, channels);
            var left = stackalloc float[Columns];
            for (var c = first; c < last; c++) left[c - first] = peaks[c];
            for (nint r = 0; r < rows; r++)
            {
                for (var c = first; c < last; c++)
                {
                    var at = r * channels + c;
                    if (MathF.Abs(z[at]) != left[c - first]) continue;
                    left[c - first] = float.NaN;
                    y[at] += z[at] > 0f ? b[c] : z[at] < 0f ? -b[c] : 0f;
                }
            }
        }
    }
}

using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Statistics;

/// <summary>The terms of a sum over the rows of each segment, as a formula of sixteen lanes.</summary>
internal unsafe interface ISegmentTerms
{
    /// <summary>Tables [segments, channels] the formula reads.</summary>
    static abstract int Tables { get; }

    /// <summary>Sums it adds to, at most <see cref="SegmentPass.MostSums"/>.</summary>
    static abstract int Sums { get; }

    /// <summary>Adds the terms of sixteen elements.</summary>
    /// <param name="x">The elements.</param>
    /// <param name="dy">Their upstream gradients; zero if there are none.</param>
    /// <param name="table">The first table at these channels.</param>
    /// <param name="next">Distance from a table to the next.</param>
    /// <param name="sums">The sums.</param>
    static abstract void Add<V>(V x, V dy, float* table, nint next, V* sums) where V : unmanaged, ILanes<V>;
}

/// <summary>A map of every element, as a formula of sixteen lanes.</summary>
internal unsafe interface ISegmentMap
{
    /// <summary>Tables [segments, channels] the formula reads.</summary>
    static abstract int Tables { get; }

    /// <summary>The value of sixteen elements; parameters as in <see cref="ISegmentTerms.Add"/>.</summary>
    static abstract V Map<V>(V x, V dy, float* table, nint next) where V : unmanaged, ILanes<V>;
}

/// <summary>
/// Passes over x [segments, rows, channels] for formulas that read a few tables [segments, channels]: one element-wise,
/// one that sums over the rows. Normalizers whose formula is more than scale and shift are written as such formulas.
/// </summary>
/// <remarks>Tables of one call lie behind one another: [tables, segments, channels]; so do the sums.</remarks>
internal static unsafe class SegmentPass
{
    public const int MostSums = 6;

    /// <summary>y = map(x, dy), or y += with <paramref name="accumulate"/>. dy may be empty; y may be x or dy.</summary>
    public static void Map<T>(
        Workers workers, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, int channels, ReadOnlySpan<float> tables,
        Span<float> y, bool accumulate) where T : unmanaged, ISegmentMap
    {
        var count = T.Tables;
        var segments = Require.Segments(tables.Length / count, channels);
        Require.Length(tables, count * segments * channels);
        var rows = Require.Rows(x, channels, segments);
        if (!dy.IsEmpty) Require.Length(dy, x.Length);
        Require.Length(y, x.Length);
        var table = workers.SharedScratch((nuint)count * (nuint)segments * (nuint)ChannelTable.Length(channels));
        for (var i = 0; i < count; i++)
            ChannelTable.FillAll(table, count, i, tables.Slice(i * segments * channels, segments * channels), channels);
        fixed (float* xp = x, dyp = dy, yp = y)
        {
            var job = new MapJob<T>(xp, dyp, yp, table, rows * channels, channels, accumulate);
            workers.Run(segments * Chunk.Cover(rows * channels), ref job);
        }
    }

    /// <summary>sums[p,s,c] = Σ of term p over the rows of a segment. dy may be empty.</summary>
    public static void Sums<T>(
        Workers workers, ReadOnlySpan<float> x, ReadOnlySpan<float> dy, int channels, ReadOnlySpan<float> tables,
        Span<float> sums) where T : unmanaged, ISegmentTerms
    {
        int count = T.Tables, planes = T.Sums;
        var segments = Require.Segments(sums.Length / planes, channels);
        Require.Length(sums, planes * segments * channels);
        Require.Length(tables, count * segments * channels);
        var split = new ColumnSplit(Require.Rows(x, channels, segments), channels);
        if (!dy.IsEmpty) Require.Length(dy, x.Length);
        var table = workers.SharedScratch(
            (nuint)count * (nuint)segments * (nuint)split.Width + ColumnSums.Scratch(split, planes, segments));
        var partial = table + (nint)count * segments * split.Width;
        for (var i = 0; i < count * segments; i++)
        {
            var own = tables.Slice((i % count * segments + i / count) * channels, channels);
            split.Tile(own, table + (nint)i * split.Width);
        }

        fixed (float* xp = x, dyp = dy, sp = sums)
        {
            var job = new SumJob<T>(xp, dyp, partial, table, split);
            workers.Run(segments * split.Chunks, ref job);
            var merged = ColumnSums.Merge(workers, split, partial, planes, segments);
            var finish = new FinishJob<T>(xp, dyp, merged, table, split, segments, sp);
            workers.Run(segments, ref finish);
        }
    }

    // The copies of a channel in a wide row and the rows left over; a chunk is a segment.
    private readonly struct FinishJob<T>(
        float* x, float* dy, float* merged, float* table, ColumnSplit split, int segments, float* sums) : ILaneJob
        where T : unmanaged, ISegmentTerms
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            for (var plane = 0; plane < T.Sums; plane++)
            {
                var own = sums + Place(plane, chunk);
                var source = merged + ((chunk * (nint)T.Sums) + plane) * split.Width;
                if (split.Copies == 1) new ReadOnlySpan<float>(source, split.Channels).CopyTo(new(own, split.Channels));
                else for (var c = 0; c < split.Channels; c++) own[c] = (float)ColumnSums.OfChannel(split, source, c);
            }

            if (split.RestRows > 0) AddRest<V>(chunk);
        }

        private void AddRest<V>(int segment) where V : unmanaged, ILanes<V>
        {
            var terms = stackalloc V[MostSums];
            var lanes = stackalloc float[16];
            var rest = (int)split.Length - split.RestStart;
            for (var at = 0; at < rest; at += 16)
            {
                var here = Math.Min(16, rest - at);
                var source = segment * split.Length + split.RestStart + at;
                for (var plane = 0; plane < T.Sums; plane++) terms[plane] = V.Zero;
                var upstream = dy == null ? V.Zero : LaneTails.LoadPartial<V>(dy + source, here);
                T.Add(
                    LaneTails.LoadPartial<V>(x + source, here), upstream,
                    table + (nint)segment * T.Tables * split.Width + at, split.Width, terms);
                for (var plane = 0; plane < T.Sums; plane++)
                {
                    V.Store(lanes, terms[plane]);
                    for (var i = 0; i < here; i++) sums[Place(plane, segment) + (at + i) % split.Channels] += lanes[i];
                }
            }
        }

        private nint Place(int plane, int segment) => ((nint)plane * segments + segment) * split.Channels;
    }

    private readonly struct MapJob<T>(
        float* x, float* dy, float* y, float* tables, int length, int channels, bool accumulate) : ILaneJob
        where T : unmanaged, ISegmentMap
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var segment = Math.DivRem(chunk, Chunk.Cover(length), out chunk);
            var (start, count) = Chunk.Of(chunk, length);
            var offset = (nint)segment * length + start;
            float* xp = x + offset, dyp = dy == null ? null : dy + offset, yp = y + offset;
            nint size = ChannelTable.Length(channels);
            var table = tables + segment * T.Tables * size;
            var step = ChannelTable.Step(channels);
            var c = start % channels;
            var i = 0;
            for (; i <= count - 16; i += 16)
            {
                var v = T.Map(V.Load(xp + i), dyp == null ? V.Zero : V.Load(dyp + i), table + c, size);
                V.Store(yp + i, accumulate ? V.Load(yp + i) + v : v);
                c += step;
                if (c >= channels) c -= channels;
            }

            if (i == count) return;
            var rest = count - i;
            var upstream = dyp == null ? V.Zero : LaneTails.LoadPartial<V>(dyp + i, rest);
            var last = T.Map(LaneTails.LoadPartial<V>(xp + i, rest), upstream, table + c, size);
            if (accumulate) last = LaneTails.LoadPartial<V>(yp + i, rest) + last;
            LaneTails.StorePartial(yp + i, last, rest);
        }
    }

    private readonly struct SumJob<T>(float* x, float* dy, float* partial, float* tables, ColumnSplit split) : ILaneJob
        where T : unmanaged, ISegmentTerms
    {
        public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
        {
            var segment = Math.DivRem(chunk, split.Chunks, out chunk);
            split.Locate(chunk, out var column, out var columns, out var row, out var rows);
            nint width = split.Width;
            var offset = segment * split.Length + row * width + column;
            var table = tables + (nint)segment * T.Tables * width + column;
            var plane = split.RowChunks * width;
            var target = partial + (nint)segment * T.Sums * plane + chunk / split.Panels * width + column;
            var sums = stackalloc V[MostSums];
            for (var p = 0; p < T.Sums; p++) new Span<float>(target + p * plane, columns).Clear();
            var ahead = Prefetch.Ahead(RowsPerFold * width);
            for (var first = 0; first < rows; first += RowsPerFold)
            {
                var last = Math.Min(first + RowsPerFold, rows);
                for (nint j = 0; j < columns; j += 16)
                {
                    for (var p = 0; p < T.Sums; p++) sums[p] = V.Zero;
                    for (var r = first; r < last; r++)
                    {
                        var at = offset + r * width + j;
                        Prefetch.Line(x + at + ahead);
                        if (dy != null) Prefetch.Line(dy + at + ahead);
                        T.Add(V.Load(x + at), dy == null ? V.Zero : V.Load(dy + at), table + j, width, sums);
                    }

                    for (var p = 0; p < T.Sums; p++)
                    {
                        var sum = target + p * plane + j;
                        V.Store(sum, V.Load(sum) + sums[p]);
                    }
                }
            }
        }

        // A few rows are folded before they meet the running sum: a fraction of its traffic and rounding errors.
        private const int RowsPerFold = 8;
    }
}

using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels;

/// <summary>
/// Weight gradient: for every tap, the input channels times the output gradient's channels, summed over pixels. The
/// pixels come in blocks that stay in cache while the tiles of all taps pass over them. A chunk is a slice of the
/// weights and a part of the pixels; where there is more than one part, each writes its own sums.
/// </summary>
/// <remarks>Parts and blocks depend on the geometry alone, so the bits of the result depend on neither the number of
/// threads nor the vector path.</remarks>
internal unsafe struct ConvWeightGradient : ILaneJob, ITileJob
{
    private const int BlockPixels = 256;
    private const int FewestBlocksPerPart = 4;
    private const int WantedChunks = 16;

    // A slice of the weight sums is read and written once a block: 192 kB leave most of a second-level cache to pixels.
    private const int SliceFloats = 48 * 1024;
    private const int SliceColumns = 48;

    public ConvGeometry Geometry;
    public GemmPanels Panels;
    public float* Input;
    public float* Gradient;

    /// <summary>Sums of part 0, then of the others, a weight tensor each.</summary>
    public float* Sums;

    /// <summary>Memory of the workers, <see cref="WorkerLength"/> floats each.</summary>
    public float* Scratch;
    public bool Accumulate;

    private int _rows;
    private int _channelsPerSlice;
    private int _slices;
    private int _blocks;

    /// <summary>Parts the pixels are cut into.</summary>
    public int Parts { get; private set; }

    public static nint WorkerLength =>
        TileShape.MaxSums + (BlockPixels * (48 + 8 + (sizeof(TileStep) / sizeof(float))));

    /// <summary>Decides the chunks, from the sizes and the shape of the tiles alone.</summary>
    public int Split(TileShape shape)
    {
        ref readonly var g = ref Geometry;
        _rows = shape.Rows;
        _blocks = WorkSplit.Chunks(g.OutPixels, BlockPixels);
        _slices = WorkSplit.Chunks((long)g.InChannels * g.Taps * SliceColumns, SliceFloats);
        _slices = Math.Min(_slices, g.InChannels);
        _channelsPerSlice = WorkSplit.Chunks(g.InChannels, _slices);
        _slices = WorkSplit.Chunks(g.InChannels, _channelsPerSlice);
        var chunks = _slices * WorkSplit.Chunks(g.OutChannels, SliceColumns);
        Parts = Math.Clamp(_blocks / FewestBlocksPerPart, 1, Math.Max(1, WantedChunks / chunks));
        return Panels.Count * _slices * Parts;
    }

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V> =>
        TileDispatch.Run<V, ConvWeightGradient>(ref this, chunk, worker);

    public void Run<T, R>(int chunk, int worker) where T : ITiles where R : unmanaged, IRegister<R>
    {
        ref readonly var g = ref Geometry;
        var part = chunk % Parts;
        var panel = chunk / Parts % Panels.Count;
        var firstChannel = chunk / Parts / Panels.Count * _channelsPerSlice;
        var endChannel = Math.Min(g.InChannels, firstChannel + _channelsPerSlice);

        var buffer = Scratch + (worker * WorkerLength);
        var work = new Work
        {
            Buffer = buffer,
            Gradient = buffer + TileShape.MaxSums,
            Narrow = buffer + TileShape.MaxSums + (BlockPixels * 48),
            Steps = (TileStep*)(buffer + TileShape.MaxSums + (BlockPixels * (48 + 8))),
            FirstChannel = firstChannel,
            EndChannel = endChannel,
            Sums = Sums + (part * (nint)g.WeightLength),
        };
        new Span<float>(work.Narrow, BlockPixels * 8).Clear();
        if (part > 0 || !Accumulate) ClearSlice(work, panel);

        var endBlock = (int)((long)_blocks * (part + 1) / Parts);
        for (var block = (int)((long)_blocks * part / Parts); block < endBlock; block++)
        {
            var first = (long)block * BlockPixels;
            var pixels = (int)Math.Min(BlockPixels, g.OutPixels - first);
            PackGradient(work, panel, first, pixels);
            for (var tap = 0; tap < g.Taps; tap++) AddTap<T, R>(work, panel, tap, first, pixels);
        }
    }

    private readonly void ClearSlice(in Work work, int panel)
    {
        for (var tap = 0; tap < Geometry.Taps; tap++)
        {
            var row = work.Sums + WeightOffset(tap, work.FirstChannel, panel);
            for (var channel = work.FirstChannel; channel < work.EndChannel; channel++, row += Geometry.OutChannels)
                new Span<float>(row, Panels.Width(panel)).Clear();
        }
    }

    private readonly nint WeightOffset(int tap, int channel, int panel) =>
        ((((nint)tap * Geometry.InChannels) + channel) * Geometry.OutChannels) + Panels.FirstColumn(panel);

    // Every tile of the block reads these rows; together they are contiguous and none reads past the tensor's end.
    private readonly void PackGradient(in Work work, int panel, long first, int pixels)
    {
        var width = Panels.Width(panel);
        var paddedWidth = Panels.PaddedWidth(panel);
        var source = Gradient + ((nint)first * Geometry.OutChannels) + Panels.FirstColumn(panel);
        var packed = work.Gradient;
        for (var i = 0; i < pixels; i++, source += Geometry.OutChannels, packed += paddedWidth)
        {
            Unsafe.CopyBlockUnaligned(packed, source, (uint)width * sizeof(float));
            for (var j = width; j < paddedWidth; j++) packed[j] = 0f;
        }
    }

    private readonly void AddTap<T, R>(in Work work, int panel, int tap, long first, int pixels)
        where T : ITiles where R : unmanaged, IRegister<R>
    {
        var count = Locate(work.Steps, tap, panel, first, pixels);
        if (count == 0) return;
        var input = Input;
        if (Geometry.InChannels < _rows)
        {
            Widen(work, count);
            input = work.Narrow;
        }

        var width = Panels.PaddedWidth(panel);
        for (var channel = work.FirstChannel; channel < work.EndChannel; channel += _rows)
        {
            // The last tile moves back to end with the last channel of the tensor, and stores only what is its own.
            var start = Math.Max(0, Math.Min(channel, Geometry.InChannels - _rows));
            T.GatherSteps(Panels.Vectors(panel), work.Steps, count, input + start, work.Gradient, work.Buffer);
            var end = Math.Min(channel + _rows, work.EndChannel);
            var sums = work.Buffer + ((channel - start) * width);
            var row = work.Sums + WeightOffset(tap, channel, panel);
            for (var i = channel; i < end; i++, sums += width, row += Geometry.OutChannels)
                GemmStore.Row<R>(sums, row, Panels.Width(panel), null, 1f, accumulate: true);
        }
    }

    /// <summary>Lists the pixels of the block that see the input through this tap, in order. Returns how many.</summary>
    private readonly int Locate(TileStep* steps, int tap, int panel, long first, int pixels)
    {
        ref readonly var g = ref Geometry;
        var width = Panels.PaddedWidth(panel);
        var tapRow = (tap / g.KernelWidth) - g.Padding;
        var tapColumn = (tap % g.KernelWidth) - g.Padding;
        var column = (int)(first % g.OutWidth);
        var line = first / g.OutWidth;
        var row = (int)(line % g.OutHeight);
        var image = (nint)(line / g.OutHeight);
        var step = steps;
        for (var i = 0; i < pixels;)
        {
            var run = Math.Min(g.OutWidth - column, pixels - i);
            var y = (row * g.Stride) + tapRow;
            if ((uint)y < (uint)g.Height)
            {
                var source = ((image * g.Height) + y) * g.Width;
                for (var j = 0; j < run; j++)
                {
                    var x = ((column + j) * g.Stride) + tapColumn;
                    if ((uint)x < (uint)g.Width) *step++ = new((source + x) * g.InChannels, (nint)(i + j) * width);
                }
            }

            i += run;
            column = 0;
            if (++row < g.OutHeight) continue;
            row = 0;
            image++;
        }

        return (int)(step - steps);
    }

    // A tile reads as many channels as it has rows. Pixels with fewer are copied out, or the last would be read past
    // the end of the tensor.
    private readonly void Widen(in Work work, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var source = Input + work.Steps[i].Input;
            var wide = work.Narrow + (i * 8);
            for (var j = 0; j < Geometry.InChannels; j++) wide[j] = source[j];
            work.Steps[i] = work.Steps[i] with { Input = i * 8 };
        }
    }

    private readonly struct Work
    {
        public float* Buffer { get; init; }

        public float* Gradient { get; init; }

        public float* Narrow { get; init; }

        public TileStep* Steps { get; init; }

        public float* Sums { get; init; }

        public int FirstChannel { get; init; }

        public int EndChannel { get; init; }
    }
}

/// <summary>Adds the parts of a weight gradient in order.</summary>
internal unsafe struct ConvPartSum : ILaneJob
{
    public float* Parts;
    public float* Result;
    public nint Length;
    public int Count;
    public bool Accumulate;

    public readonly int Chunks => WorkSplit.Chunks(Length, WorkSplit.ElementsPerChunk);

    public readonly void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
    {
        var i = (nint)chunk * WorkSplit.ElementsPerChunk;
        var end = Math.Min(Length, i + WorkSplit.ElementsPerChunk);
        for (; i + ILanes<V>.Count <= end; i += ILanes<V>.Count)
        {
            var sum = Accumulate ? V.Load(Result + i) : V.Zero;
            for (var part = 0; part < Count; part++) sum += V.Load(Parts + (part * Length) + i);
            V.Store(Result + i, sum);
        }

        for (; i < end; i++)
        {
            var sum = Accumulate ? Result[i] : 0f;
            for (var part = 0; part < Count; part++) sum += Parts[(part * Length) + i];
            Result[i] = sum;
        }
    }
}

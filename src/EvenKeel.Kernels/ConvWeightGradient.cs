namespace EvenKeel.Kernels;

/// <summary>
/// Weight gradient: for every tap, the input channels times the output gradient's channels, summed over pixels. Both
/// are packed block by block, since a tile reads eight of many channels at every pixel; each packed block then serves
/// all taps and tiles from cache. A chunk is a slice of the weights and a part of the pixels; where there is more than
/// one part, each writes a tensor of its own.
/// </summary>
/// <remarks>Adding up block by block also keeps the rounding of long sums small.</remarks>
internal unsafe partial struct ConvWeightGradient : ILaneJob, ITileJob
{
    private const int MostRows = 8;

    public ConvGeometry Geometry;
    public ConvWeightPlan Plan;
    public GemmPanels Panels;
    public TileShape Shape;
    public float* Input;
    public float* Gradient;

    /// <summary>Receives the gradient: of part 0, then of the others, a weight tensor each.</summary>
    public float* Result;

    /// <summary>Memory of the workers, <see cref="WorkerLength"/> floats each.</summary>
    public float* Scratch;
    public bool Accumulate;

    public readonly nint WorkerLength => SumsLength + GradientLength + InputLength + StepsLength;

    // A panel may reach past the slice that its first column is in.
    private readonly int SliceColumns => Math.Min(Plan.Columns + PanelStep, Panels.PaddedColumns);

    private readonly nint SumsLength => (nint)Geometry.Taps * Tiles * Shape.Rows * SliceColumns;

    // Narrow panels come last, one at most if the panel is ragged and two if four registers are shared.
    private readonly nint GradientLength => (nint)Plan.BlockPixels * (SliceColumns + (2 * PanelStep));

    /// <summary>Floats from one pixel of a packed panel to the next, the same for all panels.</summary>
    private readonly int PanelStep => Panels.PaddedWidth(0);

    private readonly nint InputLength => Tiles * TileLength;

    private readonly nint StepsLength => Plan.BlockPixels * (sizeof(TileStep) / sizeof(float));

    private readonly int Tiles => (Plan.Channels + Shape.Rows - 1) / Shape.Rows;

    // A cache line more than the data: with powers of two the tiles of a pixel would fall into one cache set.
    private readonly nint TileLength => ((nint)Plan.InputPixels(Geometry) * MostRows) + 16;

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V> =>
        TileDispatch.Run<V, ConvWeightGradient>(ref this, chunk, worker);

    public readonly void Run<T, R, O>(int chunk, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var part = chunk % Plan.Parts;
        var slice = chunk / Plan.Parts;
        var sums = Scratch + (worker * WorkerLength);
        var firstChannel = slice % Plan.ChannelSlices * Plan.Channels;
        var firstColumn = slice / Plan.ChannelSlices * Plan.Columns;
        var work = new Work
        {
            FirstChannel = firstChannel,
            EndChannel = Math.Min(Geometry.InChannels, firstChannel + Plan.Channels),
            FirstPanel = PanelFrom(firstColumn),
            EndPanel = PanelFrom(firstColumn + Plan.Columns),
            Sums = sums,
            Gradient = sums + SumsLength,
            Input = sums + SumsLength + GradientLength,
            Steps = (TileStep*)(sums + SumsLength + GradientLength + InputLength),
            TileLength = TileLength,
        };
        new Span<float>(sums, (int)SumsLength).Clear();
        var endBlock = Plan.FirstBlock(part + 1);
        for (var block = Plan.FirstBlock(part); block < endBlock; block++) AddBlock<T, R, O>(work, block);
        WriteSums<R, O>(work, Result + (part * (nint)Geometry.WeightLength));
    }

    private readonly int PanelFrom(int column)
    {
        var panel = 0;
        while (panel < Panels.Count && Panels.FirstColumn(panel) < column) panel++;
        return panel;
    }

    private readonly void AddBlock<T, R, O>(in Work work, int block)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var first = (long)block * Plan.BlockPixels;
        var pixels = (int)Math.Min(Plan.BlockPixels, Geometry.OutPixels - first);
        var (firstRow, endRow) = RowsSeen(first, pixels);
        PackInput(work, firstRow, endRow);
        for (var panel = work.FirstPanel; panel < work.EndPanel; panel++)
            PackGradient<R, O>(work, panel, first, pixels);

        // What the next block packs is asked for meanwhile, a few pixels at a time. Behind a part's end comes the one that this
        // thread most likely takes next.
        var next = block + 1 == Plan.Blocks ? default : NextBlock(first + pixels, endRow);
        var turns = Geometry.Taps * (work.EndPanel - work.FirstPanel);
        var turn = 0;
        var sums = work.Sums;
        var count = 0;
        for (var tap = 0; tap < Geometry.Taps; tap++)
        {
            // Without padding every tap sees as many pixels as the first, further on by its own place in the kernel.
            var seen = work.Input;
            if (Geometry.Padding == 0)
                seen += ((tap / Geometry.KernelWidth * (nint)Geometry.Width) + (tap % Geometry.KernelWidth)) * MostRows;
            if (tap == 0 || Geometry.Padding > 0) count = Locate(work, tap, first, pixels, firstRow);
            for (var panel = work.FirstPanel; panel < work.EndPanel; panel++, turn++)
            {
                AskFor(work, next, turn, turns);
                var vectors = Panels.Vectors(panel);
                var tileSums = Shape.Rows * Panels.PaddedWidth(panel);
                var input = seen;
                var gradient = PanelGradient(work, panel);
                for (var channel = work.FirstChannel; channel < work.EndChannel; channel += Shape.Rows)
                {
                    T.GatherSteps(vectors, work.Steps, count, input, gradient, sums);
                    input += work.TileLength;
                    sums += tileSums;
                }
            }
        }
    }

    private readonly Next NextBlock(long first, long seenRows)
    {
        var pixels = (int)Math.Min(Plan.BlockPixels, Geometry.OutPixels - first);
        var (firstRow, endRow) = RowsSeen(first, pixels);
        firstRow = Math.Max(firstRow, seenRows);
        return new()
        {
            Pixel = first,
            Pixels = pixels,
            FirstRow = firstRow,
            InputPixels = (int)(endRow - firstRow) * Geometry.Width,
        };
    }

    private readonly float* PanelGradient(in Work work, int panel) =>
        work.Gradient + ((panel - work.FirstPanel) * (nint)Plan.BlockPixels * PanelStep);

    // The last tile moves back to end with the last channel of the tensor; what it has twice is not written out.
    private readonly int TileStart(int channel) => Math.Max(0, Math.Min(channel, Geometry.InChannels - Shape.Rows));

    private readonly void WriteSums<R, O>(in Work work, float* result)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var sums = work.Sums;
        for (var tap = 0; tap < Geometry.Taps; tap++)
        {
            for (var panel = work.FirstPanel; panel < work.EndPanel; panel++)
            {
                var width = Panels.PaddedWidth(panel);
                for (var channel = work.FirstChannel; channel < work.EndChannel; channel += Shape.Rows)
                {
                    var tileRow = sums + ((channel - TileStart(channel)) * width);
                    var end = Math.Min(channel + Shape.Rows, work.EndChannel);
                    for (var i = channel; i < end; i++, tileRow += width)
                    {
                        var row = (((nint)tap * Geometry.InChannels) + i) * Geometry.OutChannels;
                        var columns = result + row + Panels.FirstColumn(panel);
                        GemmStore.Row<R, O>(tileRow, columns, Panels.Width(panel), null, 1f, Accumulate);
                    }

                    sums += Shape.Rows * width;
                }
            }
        }
    }

    private readonly struct Work
    {
        public int FirstChannel { get; init; }

        public int EndChannel { get; init; }

        public int FirstPanel { get; init; }

        public int EndPanel { get; init; }

        /// <summary>Sums of the slice: [tap][panel][tile][row][column].</summary>
        public float* Sums { get; init; }

        /// <summary>The block's output gradient: [panel][pixel][column].</summary>
        public float* Gradient { get; init; }

        /// <summary>The block's input: [tile][pixel][8 channels].</summary>
        public float* Input { get; init; }

        public nint TileLength { get; init; }

        public TileStep* Steps { get; init; }
    }
}

using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Direct;

/// <summary>
/// Weight gradient: for every tap, the input channels times the output gradient's channels, summed over pixels. It goes
/// block by block, so that all taps and tiles find their pixels in a cache: the gradient's in copies of a panel each,
/// the input's where they are. A chunk is a slice of the weights and a part of the pixels; where there is more than one
/// part, <see cref="ConvWeightSum"/> adds them up.
/// </summary>
/// <remarks>Adding up block by block also keeps the rounding of long sums small.</remarks>
internal unsafe partial struct ConvWeightGradient : ILaneJob, ITileJob
{
    public ConvGeometry Geometry;
    public ConvWeightPlan Plan;
    public GemmPanels Panels;
    public TileShape Shape;
    public float* Input;
    public float* Gradient;
    public float* Result;
    public bool Accumulate;

    /// <summary>Memory of the workers, <see cref="WorkerLength"/> floats each.</summary>
    public WorkerMemory Scratch;

    /// <summary>Receives the sums of every chunk, <see cref="SumsLength"/> floats each, if there is more than one part:
    /// in the order in which they come, so that nothing is moved until parts are added.</summary>
    public float* Sums;

    public readonly nint WorkerLength => (HasParts ? 0 : SumsLength) + GradientLength + InputLength + StepsLength;

    public readonly bool HasParts => Plan.Parts > 1;

    /// <summary>Floats of the sums of a slice, in whole cache lines.</summary>
    public readonly nint SumsLength => AlignedMemory.WholeLines((nint)Geometry.Taps * Tiles * Shape.Rows * SliceColumns);

    // A panel may reach past the slice that its first column is in.
    private readonly int SliceColumns => Math.Min(Plan.Columns + PanelStep, Panels.PaddedColumns);

    // Narrow panels come last, one at most if the panel is ragged and two if four registers are shared.
    private readonly nint GradientLength => (nint)Plan.BlockPixels * (SliceColumns + (2 * PanelStep));

    /// <summary>Floats from one pixel of a packed panel to the next, the same for all panels.</summary>
    private readonly int PanelStep => Panels.PaddedWidth(0);

    private readonly nint InputLength => CopiesInput ? (nint)Plan.InputPixels(Geometry) * Shape.Rows : 0;

    private readonly nint StepsLength => Plan.BlockPixels * (sizeof(TileStep) / sizeof(float));

    private readonly int Tiles => (Plan.Channels + Shape.Rows - 1) / Shape.Rows;

    // A tile that is taller than the tensor has channels needs zeros below them.
    private readonly bool CopiesInput => Geometry.InChannels < Shape.Rows;

    /// <summary>Floats from one pixel of the input, or its copy, to the next.</summary>
    private readonly nint InputStep => Math.Max(Geometry.InChannels, Shape.Rows);

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V> =>
        TileDispatch.Run<V, ConvWeightGradient>(ref this, chunk, worker);

    public readonly void Run<T, R, O>(int chunk, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var part = chunk % Plan.Parts;
        var scratch = Scratch.Of(worker);
        var sums = HasParts ? Sums + (chunk * SumsLength) : scratch;
        var gradient = HasParts ? scratch : scratch + SumsLength;
        var input = gradient + GradientLength;
        var work = SliceOf(chunk / Plan.Parts, sums) with
        {
            Gradient = gradient,
            Input = input,
            Steps = (TileStep*)(input + InputLength),
        };
        var firstBlock = Plan.FirstBlock(part);
        var endBlock = Plan.FirstBlock(part + 1);
        for (var block = firstBlock; block < endBlock; block++) AddBlock<T, R, O>(work, block, block == firstBlock);
        if (HasParts) return;
        for (var tap = 0; tap < Geometry.Taps; tap++) WriteSums<R, O>(work, tap);
    }

    private readonly Work SliceOf(int slice, float* sums)
    {
        var firstChannel = slice % Plan.ChannelSlices * Plan.Channels;
        var firstColumn = slice / Plan.ChannelSlices * Plan.Columns;
        return new()
        {
            FirstChannel = firstChannel,
            EndChannel = Math.Min(Geometry.InChannels, firstChannel + Plan.Channels),
            FirstPanel = PanelFrom(firstColumn),
            EndPanel = PanelFrom(firstColumn + Plan.Columns),
            Sums = sums,
        };
    }

    private readonly int PanelFrom(int column)
    {
        var panel = 0;
        while (panel < Panels.Count && Panels.FirstColumn(panel) < column) panel++;
        return panel;
    }

    private readonly void AddBlock<T, R, O>(in Work work, int block, bool isFirst)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var first = (long)block * Plan.BlockPixels;
        var pixels = (int)Math.Min(Plan.BlockPixels, Geometry.OutPixels - first);
        var (firstRow, endRow) = RowsSeen(first, pixels);
        var input = InputRow(firstRow);
        if (CopiesInput)
        {
            CopyInput(input, (endRow - firstRow) * Geometry.Width, work.Input);
            input = work.Input;
        }

        for (var panel = work.FirstPanel; panel < work.EndPanel; panel++)
            PackGradient<R, O>(work, panel, first, pixels);

        // What the next block reads is asked for meanwhile, a few pixels at a time. Behind a part's end comes the one that this
        // thread most likely takes next.
        var next = block + 1 == Plan.Blocks ? default : NextBlock(first + pixels, endRow);
        var turns = Geometry.Taps * (work.EndPanel - work.FirstPanel);
        var turn = 0;
        var sums = work.Sums;
        var count = 0;
        for (var tap = 0; tap < Geometry.Taps; tap++)
        {
            // Without padding every tap sees as many pixels as the first, further on by its own place in the kernel.
            var seen = input;
            if (Geometry.Padding == 0)
                seen += ((tap / Geometry.KernelWidth * (nint)Geometry.Width) + (tap % Geometry.KernelWidth)) * InputStep;
            if (tap == 0 || Geometry.Padding > 0) count = Locate(work, tap, first, pixels, firstRow);
            for (var panel = work.FirstPanel; panel < work.EndPanel; panel++, turn++)
            {
                AskFor(work, next, turn, turns);
                var vectors = Panels.Vectors(panel);
                var tileSums = Shape.Rows * Panels.PaddedWidth(panel);
                var gradient = PanelGradient(work, panel);
                for (var channel = work.FirstChannel; channel < work.EndChannel; channel += Shape.Rows)
                {
                    // The memory of a tile's sums has come by the time the tile is added to them.
                    if (isFirst) new Span<float>(sums, tileSums).Clear();
                    T.GatherSteps(vectors, work.Steps, count, seen + TileStart(channel), gradient, sums);
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

        /// <summary>Room for a copy of the block's input, where one is needed: [pixel][row of a tile].</summary>
        public float* Input { get; init; }

        public TileStep* Steps { get; init; }
    }
}

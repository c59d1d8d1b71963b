using System.Runtime.Intrinsics;

namespace EvenKeel.Kernels;

/// <summary>
/// Weight gradient: for every tap, the input channels times the output gradient's channels, summed over pixels. Both
/// are packed block by block, since a tile reads eight of many channels at every pixel; each packed block then serves
/// all taps and tiles from cache. A chunk is a slice of the weights and a part of the pixels; where there is more than
/// one part, each writes a tensor of its own.
/// </summary>
/// <remarks>Adding up block by block also keeps the rounding of long sums small.</remarks>
internal unsafe struct ConvWeightGradient : ILaneJob, ITileJob
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
        for (var block = Plan.FirstBlock(part); block < endBlock; block++) AddBlock<T, R, O>(work, block, block + 1 == endBlock);
        WriteSums<R, O>(work, Result + (part * (nint)Geometry.WeightLength));
    }

    private readonly int PanelFrom(int column)
    {
        var panel = 0;
        while (panel < Panels.Count && Panels.FirstColumn(panel) < column) panel++;
        return panel;
    }

    private readonly void AddBlock<T, R, O>(in Work work, int block, bool isLast)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var first = (long)block * Plan.BlockPixels;
        var pixels = (int)Math.Min(Plan.BlockPixels, Geometry.OutPixels - first);
        var firstRow = PackInput(work, first, pixels);
        for (var panel = work.FirstPanel; panel < work.EndPanel; panel++)
            PackGradient<R, O>(work, panel, first, pixels);

        // What the next block packs is asked for meanwhile, a few pixels at a time.
        var next = first + pixels;
        var nextPixels = isLast ? 0 : Math.Min(Plan.BlockPixels, Geometry.OutPixels - next);
        var turns = Geometry.Taps * (work.EndPanel - work.FirstPanel);
        var turn = 0;
        var sums = work.Sums;
        for (var tap = 0; tap < Geometry.Taps; tap++)
        {
            var count = Locate(work, tap, first, pixels, firstRow);
            for (var panel = work.FirstPanel; panel < work.EndPanel; panel++, turn++)
            {
                AskFor(work, next + (nextPixels * turn / turns), next + (nextPixels * (turn + 1) / turns));
                var vectors = Panels.Vectors(panel);
                var tileSums = Shape.Rows * Panels.PaddedWidth(panel);
                var input = work.Input;
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

    // Of some output pixels the gradient, and of the input the last row they see, since pixels before them saw the others.
    // Below an image that is the next one.
    private readonly void AskFor(in Work work, long pixel, long end)
    {
        ref readonly var g = ref Geometry;
        var firstColumn = Panels.FirstColumn(work.FirstPanel);
        var endColumn = Panels.FirstColumn(work.EndPanel - 1) + Panels.Width(work.EndPanel - 1);
        for (; pixel < end; pixel++)
        {
            var gradient = Gradient + ((nint)pixel * g.OutChannels);
            for (nint c = firstColumn; c < endColumn; c += 16) Prefetch.Line(gradient + c);
            var (line, column) = Math.DivRem(pixel, g.OutWidth);
            var (image, row) = Math.DivRem(line, g.OutHeight);
            row = (row * g.Stride) - g.Padding + g.KernelHeight - 1;
            var input = Input + ((nint)((((image * g.Height) + row) * g.Width) + (column * g.Stride)) * g.InChannels);
            for (nint c = work.FirstChannel; c < work.EndChannel; c += 16) Prefetch.Line(input + c);
        }
    }

    private readonly float* PanelGradient(in Work work, int panel) =>
        work.Gradient + ((panel - work.FirstPanel) * (nint)Plan.BlockPixels * PanelStep);

    /// <summary>Copies the input rows that the block sees to [tile][pixel][8 channels].</summary>
    /// <returns>The first of those rows, counted over all images.</returns>
    private readonly long PackInput(in Work work, long first, int pixels)
    {
        ref readonly var g = ref Geometry;
        var firstLine = first / g.OutWidth;
        var lastLine = (first + pixels - 1) / g.OutWidth;
        var firstRow = (firstLine / g.OutHeight * Plan.UsedRows)
            + Math.Clamp((firstLine % g.OutHeight * g.Stride) - g.Padding, 0, Plan.UsedRows);
        var endRow = (lastLine / g.OutHeight * Plan.UsedRows)
            + Math.Clamp((lastLine % g.OutHeight * g.Stride) - g.Padding + g.KernelHeight, 0, Plan.UsedRows);
        // Tiles whose eight channels exist are copied whole; the last ones may lie elsewhere or end with the tensor.
        var tiles = (work.EndChannel - work.FirstChannel + Shape.Rows - 1) / Shape.Rows;
        var copies = Math.Clamp((g.InChannels - MostRows - work.FirstChannel + Shape.Rows) / Shape.Rows, 0, tiles);
        nint tileRows = Shape.Rows;
        nint channels = g.InChannels;
        var tileLength = work.TileLength;
        var packed = work.Input;
        for (var row = firstRow; row < endRow; row++)
        {
            var line = (row / Plan.UsedRows * g.Height) + (row % Plan.UsedRows);
            var pixel = Input + ((nint)line * g.Width * channels);
            for (var column = 0; column < g.Width; column++, pixel += channels, packed += MostRows)
            {
                var source = pixel + work.FirstChannel;
                var tile = packed;
                for (var i = 0; i < copies; i++, source += tileRows, tile += tileLength) Vector256.Load(source).Store(tile);
                for (var i = copies; i < tiles; i++, tile += tileLength)
                {
                    var start = TileStart(work.FirstChannel + (i * Shape.Rows));
                    for (var j = 0; j < MostRows; j++) tile[j] = start + j < channels ? pixel[start + j] : 0f;
                }
            }
        }

        return firstRow;
    }

    // The last tile moves back to end with the last channel of the tensor; what it has twice is not written out.
    private readonly int TileStart(int channel) => Math.Max(0, Math.Min(channel, Geometry.InChannels - Shape.Rows));

    private readonly void PackGradient<R, O>(in Work work, int panel, long first, int pixels)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var width = Panels.Width(panel);
        var paddedWidth = Panels.PaddedWidth(panel);
        var source = Gradient + ((nint)first * Geometry.OutChannels) + Panels.FirstColumn(panel);
        var packed = PanelGradient(work, panel);
        for (var i = 0; i < pixels; i++, source += Geometry.OutChannels, packed += PanelStep)
            GemmStore.Copy<R, O>(source, packed, width, paddedWidth);
    }

    /// <summary>Lists the pixels of the block that see the input through this tap, in order.</summary>
    /// <returns>How many they are.</returns>
    private readonly int Locate(in Work work, int tap, long first, int pixels, long firstRow)
    {
        ref readonly var g = ref Geometry;
        nint width = PanelStep;
        var tapRow = (tap / g.KernelWidth) - g.Padding;
        var tapColumn = (tap % g.KernelWidth) - g.Padding;

        // Columns whose input column, stride·column + tapColumn, lies inside the image.
        var firstInside = tapColumn >= 0 ? 0 : (-tapColumn + g.Stride - 1) / g.Stride;
        var endInside = g.Width <= tapColumn ? 0 : ((g.Width - 1 - tapColumn) / g.Stride) + 1;
        var column = (int)(first % g.OutWidth);
        var line = first / g.OutWidth;
        var row = (int)(line % g.OutHeight);
        var imageRow = (line / g.OutHeight * Plan.UsedRows) - firstRow;
        var step = work.Steps;
        for (var i = 0; i < pixels;)
        {
            var run = Math.Min(g.OutWidth - column, pixels - i);
            var y = (row * g.Stride) + tapRow;
            if ((uint)y < (uint)g.Height)
            {
                var from = Math.Max(column, firstInside);
                var end = step + Math.Max(0, Math.Min(column + run, endInside) - from);
                var x = (from * g.Stride) + tapColumn;
                var input = (((nint)(imageRow + y) * g.Width) + x) * MostRows;
                var gradient = (i + from - column) * width;
                for (; step < end; step++, input += g.Stride * MostRows, gradient += width) *step = new(input, gradient);
            }

            i += run;
            column = 0;
            if (++row < g.OutHeight) continue;
            row = 0;
            imageRow += Plan.UsedRows;
        }

        return (int)(step - work.Steps);
    }

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

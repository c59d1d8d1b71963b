using System.Runtime.Intrinsics;
using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Rows;

/// <summary>Forward passes and input gradients of 16 source channels, some rows at a time (<see cref="ConvRows"/>). A
/// chunk is some strips.</summary>
internal unsafe struct ConvRowsProduct : ILaneJob, ITileJob
{
    private const int WantedChunks = 64;
    private const int Group = 16;

    public ConvRows Rows;
    public GemmPanels Panels;
    public float* Source;

    /// <summary>Weights as <see cref="ConvPack"/> leaves them.</summary>
    public float* Weights;
    public float* Bias;
    public float* Result;
    public float Slope;
    public bool Accumulate;

    /// <summary>Memory of the workers, <see cref="WorkerLength"/> floats each.</summary>
    public WorkerMemory Scratch;

    public readonly int Chunks => WorkSplit.Chunks(Rows.Strips, StripsPerChunk);

    /// <summary>Floats of scratch memory a worker needs: a copied strip and the sums of a tile.</summary>
    public readonly nint WorkerLength => Rows.Length + (ConvRows.TilePixels * Panels.PaddedWidth(0));

    private readonly int StripsPerChunk => WorkSplit.Chunks(Rows.Strips, WantedChunks);

    private readonly int Depth => Rows.KernelRows * ConvRows.Columns * Rows.Channels;

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V> =>
        TileDispatch.Run<V, ConvRowsProduct>(ref this, chunk, worker);

    public readonly void Run<T, R, O>(int chunk, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var copy = Scratch.Of(worker);
        var sums = copy + Rows.Length;
        var end = Math.Min(Rows.Strips, (chunk + 1) * StripsPerChunk);
        for (var strip = chunk * StripsPerChunk; strip < end; strip++)
        {
            Rows.Copy(Source, strip, copy);
            var next = Rows.Source(Source, strip + 1);
            var (image, first) = Rows.At(strip);
            for (var row = 0; row < Rows.RowsFrom(first); row++, next += Rows.GridWidth * Rows.Channels)
            {
                var result = Result + ((((nint)image * Rows.GridHeight) + first + row) * Rows.GridWidth * Panels.Columns);
                var line = copy + (row * Rows.Pitch);
                if (typeof(R) == typeof(Vector512<float>)) WideRow<R, O>(line, next, sums, result);
                else Row<T, R, O>(line, sums, result);
            }
        }
    }

    // The last tile of a row moves back to end with it; what it has twice is not written out.
    private readonly void WideRow<R, O>(float* line, float* next, float* sums, float* result)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var plain = Bias == null && Slope == 1f && !Accumulate;
        for (var pixel = 0; pixel < Rows.GridWidth; pixel += ConvRows.TilePixels)
        {
            var start = Math.Min(pixel, Rows.GridWidth - ConvRows.TilePixels);
            for (var column = 0; column < Panels.Columns; column += Group)
            {
                var panel = PanelOf(column);
                var direct = plain && start == pixel;
                var tile = new RowTile
                {
                    Source = line + (start * Rows.Channels),
                    Pitch = Rows.Pitch,
                    Other = Weights + (Panels.FirstColumn(panel) * (nint)Depth) + (column - Panels.FirstColumn(panel)),
                    OtherStep = Panels.PaddedWidth(panel),
                    Rows = Rows.KernelRows,
                    Sums = direct ? result + (start * (nint)Panels.Columns) + column : sums,
                    SumStep = direct ? Panels.Columns : Group,
                    Next = next + (start * Rows.Channels),
                };
                RowTiles.Product<Channels16>(&tile);
                if (!direct) Store<R, O>(sums + ((pixel - start) * Group), Group, Group, start + ConvRows.TilePixels - pixel, result + (pixel * (nint)Panels.Columns), column);
            }
        }
    }

    private readonly void Row<T, R, O>(float* line, float* sums, float* result)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var rows = T.Shape.Rows;
        for (var panel = 0; panel < Panels.Count; panel++)
        {
            nint width = Panels.PaddedWidth(panel);
            var weights = Weights + (Panels.FirstColumn(panel) * (nint)Depth);
            for (var pixel = 0; pixel < Rows.GridWidth; pixel += rows)
            {
                var start = Math.Min(pixel, Rows.GridWidth - rows);
                var tile = new DenseTile
                {
                    A = line + (start * Rows.Channels),
                    RowStep = Rows.Channels,
                    DepthStep = 1,
                    B = weights,
                    BStep = width,
                    Depth = ConvRows.Columns * Rows.Channels,
                    C = sums,
                    CStep = width,
                    InitialStep = width,
                    Next = line,
                };
                for (var tap = 0; tap < Rows.KernelRows; tap++)
                {
                    T.Multiply(Panels.Vectors(panel), &tile);
                    tile.A += Rows.Pitch;
                    tile.B += tile.Depth * width;
                    tile.Initial = sums;
                }

                Store<R, O>(
                    sums + ((pixel - start) * width), width, Panels.Width(panel), start + rows - pixel,
                    result + (pixel * (nint)Panels.Columns), Panels.FirstColumn(panel));
            }
        }
    }

    private readonly void Store<R, O>(float* sums, nint step, int columns, int pixels, float* result, int column)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var bias = Bias == null ? null : Bias + column;
        result += column;
        for (var i = 0; i < pixels; i++, sums += step, result += Panels.Columns)
            GemmStore.Row<R, O>(sums, result, columns, bias, Slope, Accumulate);
    }

    private readonly int PanelOf(int column)
    {
        var panel = 0;
        while (panel + 1 < Panels.Count && Panels.FirstColumn(panel + 1) <= column) panel++;
        return panel;
    }
}

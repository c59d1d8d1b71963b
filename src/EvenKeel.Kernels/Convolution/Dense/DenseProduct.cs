using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Dense;

/// <summary>
/// Rows times weights, where the rows follow each other without gaps: dense layers, 1×1 convolutions and their input
/// gradients. A chunk is a block of rows and some Panels. The depth is cut into pieces, so that a panel's piece stays in
/// the fastest cache while all rows of the block pass over it.
/// </summary>
internal unsafe struct DenseProduct : ILaneJob, ITileJob
{
    // A tile that asks for more cache lines than this does so in parts, of which there are only so many.
    private const int LinesPerTile = 64;
    private const int MostParts = 4;
    private const int WantedChunks = 8;
    private const int MostRows = 256;
    private const int MostTilesOfSplitLines = 16;

    public long Rows;
    public int Depth;
    public float* Source;
    public GemmPanels Panels;

    /// <summary>Packs pieces of panels.</summary>
    public ConvPack Pack;

    /// <summary>Weights as <see cref="DensePack"/> leaves them; not read where a piece meets one block of rows only: each
    /// chunk then packs its own, or multiplies it where it lies.</summary>
    public float* Weights;

    /// <summary>Rows as <see cref="DenseRows"/> leaves them; not read unless several chunks need the same rows, copied.</summary>
    public float* Copied;
    public float* Bias;
    public float* Result;
    public float Slope;
    public bool Accumulate;

    /// <summary>Memory of the workers, <see cref="WorkerLength"/> floats each.</summary>
    public WorkerMemory Scratch;

    private int _tileRows;
    private int _block;
    private EvenSplit _blocks;
    private int _panelGroups;

    /// <summary>Floats of scratch memory a worker needs: a piece of the depth of the rows, and the sums of a block.</summary>
    public readonly nint WorkerLength => PieceLength + SourceLength + (_block * MostColumns);

    /// <summary>True if no other chunk needs the same piece of a panel.</summary>
    public readonly bool PacksItself => _block >= Rows;

    /// <summary>True if several chunks need the same rows, copied.</summary>
    public readonly bool SharesCopies => DenseRows.Takes(Depth) && _panelGroups > 1;

    /// <summary>Rows of all blocks.</summary>
    public readonly int PaddedRows => checked(_blocks.Count * _block);

    private readonly nint PieceLength => PacksItself ? DensePack.MostDeep * (nint)Panels.PaddedWidth(0) : 0;

    private readonly bool CopiesRows => DenseRows.Takes(Depth);

    private readonly nint SourceLength => CopiesRows && !SharesCopies ? _block * (nint)DenseRows.Step : 0;

    private readonly nint MostColumns => WorkSplit.Chunks(Panels.Count, _panelGroups) * (nint)Panels.PaddedWidth(0);

    /// <summary>Panels of the weights. Where each chunk packs its own, threads share panels: narrower ones, if that makes
    /// their number even.</summary>
    public static GemmPanels PanelsFor(long rows, int columns, TileShape shape)
    {
        var widest = new GemmPanels(columns, shape);
        if (rows > MostRows || widest.Count < 3 || widest.Count % 2 == 0) return widest;
        var narrower = new GemmPanels(columns, shape with { MaxVectors = Math.Min(2, shape.MaxVectors) });
        return narrower.Count % 2 == 0 ? narrower : widest;
    }

    /// <summary>Decides the chunks, from the sizes and the shape of the tiles alone.</summary>
    public int Split(TileShape shape)
    {
        _tileRows = shape.Rows;
        _blocks = new(Rows, MostRows / _tileRows * _tileRows, _tileRows, multiple: 2);
        _block = _tileRows * WorkSplit.Chunks(WorkSplit.Chunks(Rows, _tileRows), _blocks.Count);
        _panelGroups = Math.Clamp(WantedChunks / _blocks.Count, 1, Panels.Count);
        return checked(_blocks.Count * _panelGroups);
    }

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V> =>
        TileDispatch.Run<V, DenseProduct>(ref this, chunk, worker);

    public readonly void Run<T, R, O>(int chunk, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var first = _blocks.First(chunk / _panelGroups);
        var rows = (int)(_blocks.End(chunk / _panelGroups) - first);
        var group = chunk % _panelGroups;
        var firstPanel = Panels.Count * group / _panelGroups;
        var endPanel = Panels.Count * (group + 1) / _panelGroups;
        var piece = Scratch.Of(worker);
        var copy = piece + PieceLength;
        var sums = copy + SourceLength;
        var most = DensePack.Deep(Depth);
        for (var start = 0; start < Depth; start += most)
        {
            var deep = Math.Min(most, Depth - start);
            if (SharesCopies) copy = Copied + ((((nint)(start / most) * PaddedRows) + (nint)first) * DenseRows.Step);
            else if (CopiesRows) DenseRows.Piece<R, O>(Source + ((nint)first * Depth) + start, Depth, rows, deep, copy);
            for (var panel = firstPanel; panel < endPanel; panel++)
            {
                nint column = Panels.FirstColumn(panel);
                nint step = Panels.PaddedWidth(panel);
                var weights = piece;
                if (!PacksItself)
                {
                    weights = Weights + (start * (nint)Panels.PaddedColumns) + (column * deep);
                }
                else if (InPlace(panel, rows))
                {
                    weights = Pack.Weights + (start * (nint)Panels.Columns) + column;
                    step = Panels.Columns;
                }
                else
                {
                    Pack.PackRows<R, O>(panel, 0, start, deep, piece);
                }

                var ahead = !PacksItself ? default
                    : panel + 1 < endPanel ? Pack.Ahead(panel + 1, start, deep)
                    : start + most < Depth ? Pack.Ahead(firstPanel, start + most, Math.Min(most, Depth - start - most))
                    : endPanel < Panels.Count ? Pack.Ahead(endPanel, 0, most)
                    : default;
                Multiply<T, R, O>(
                    panel, first, rows, start, deep, copy, weights, step,
                    sums + ((column - Panels.FirstColumn(firstPanel)) * _block), ahead);
            }
        }
    }

    // A chunk's own piece of a panel is multiplied where it lies, if its columns follow each other and fill the panel.
    // Where its rows do not begin with a cache line, every load may need two: a copy pays if many tiles read it.
    private readonly bool InPlace(int panel, int rows) =>
        !Pack.Phase.TransposedWeights && Panels.Width(panel) == Panels.PaddedWidth(panel)
        && (Panels.Columns % Prefetch.FloatsPerLine == 0 || rows <= MostTilesOfSplitLines * _tileRows);

    private readonly void Multiply<T, R, O>(
        int panel, long first, int rows, int start, int deep, float* copy, float* weights, nint weightStep, float* sums,
        WeightsAhead ahead)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var column = Panels.FirstColumn(panel);
        nint width = Panels.PaddedWidth(panel);
        var last = start + deep == Depth;
        var tile = new DenseTile
        {
            RowStep = CopiesRows ? DenseRows.Step : Depth,
            DepthStep = 1,
            B = weights,
            BStep = weightStep,
            Depth = deep,
            InitialStep = width,
        };
        // Few tiles have much to ask for each: more requests at once than a core keeps open would hold it up.
        var parts = Math.Clamp(ahead.Lines / (LinesPerTile * WorkSplit.Chunks(rows, _tileRows)), 1, MostParts);
        for (var row = 0; row < rows; row += _tileRows, sums += _tileRows * width)
        {
            ahead.Ask(WorkSplit.Chunks(rows - row, _tileRows) * parts);
            var tileRow = CopiesRows ? first + row : Math.Min(first + row, Rows - _tileRows);
            var result = Result + ((nint)(first + row) * Panels.Columns) + column;
            var some = Math.Min(_tileRows, rows - row);

            // Sums go where they belong as soon as they are whole, if all of them belong somewhere and nothing is done to
            // them: reading them back from there would wait for the stores.
            var direct = last && !Accumulate && Bias == null && Slope == 1f && some == _tileRows
                && Panels.Width(panel) == width;
            tile.A = CopiesRows ? copy + (row * (nint)DenseRows.Step) : Source + ((nint)tileRow * Depth) + start;
            tile.Initial = start > 0 ? sums : null;

            // While this tile is worked on, a part of the rows of the next one.
            tile.Next = tile.A + (_tileRows * tile.RowStep) + (CopiesRows ? 0 : start * (_tileRows - 1));
            tile.C = direct ? result : sums;
            tile.CStep = direct ? Panels.Columns : width;
            if (parts == 1) T.Multiply(Panels.Vectors(panel), &tile);
            else ahead = InParts<T>(Panels.Vectors(panel), tile, parts, WorkSplit.Chunks(rows - row, _tileRows), ahead);
            if (!last || direct) continue;

            // The last tile may have moved back to end with the last row; what it has twice is not written out.
            var source = tile.C + ((nint)(first + row - tileRow) * tile.CStep);
            for (var i = 0; i < some; i++, source += tile.CStep, result += Panels.Columns)
                GemmStore.Row<R, O>(source, result, Panels.Width(panel), Bias == null ? null : Bias + column, Slope, Accumulate);
        }
    }

    // A tile's depth in some parts, between which it asks for what comes next.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeightsAhead InParts<T>(int vectors, DenseTile tile, int parts, int tilesLeft, WeightsAhead ahead)
        where T : ITiles
    {
        var deep = tile.Depth;
        for (var part = 0; part < parts; part++)
        {
            if (part > 0) ahead.Ask((tilesLeft * parts) - part);
            tile.Depth = (deep * (part + 1) / parts) - (deep * part / parts);
            T.Multiply(vectors, &tile);
            tile.A += tile.Depth;
            tile.B += tile.Depth * tile.BStep;
            tile.Next += tile.Depth;
            tile.Initial = tile.C;
            tile.InitialStep = tile.CStep;
        }

        return ahead;
    }
}

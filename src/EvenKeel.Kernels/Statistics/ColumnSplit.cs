namespace EvenKeel.Kernels.Statistics;

/// <summary>
/// How a reduction over the rows of [rows, channels] is cut. If the channels are no multiple of sixteen, several rows
/// count as one wide row that is, so that every load is a full vector; the copies of a channel in the wide row are
/// merged at the very end. Wide rows are cut into panels of columns, and panels into chunks of rows.
/// </summary>
internal readonly struct ColumnSplit
{
    private const int WidestPanel = 1_024;

    private readonly EvenSplit _rows;

    public ColumnSplit(int rows, int channels)
    {
        Channels = channels;
        Length = checked(rows * channels);
        // The lowest set bit is the largest power of two that divides the channels.
        Copies = 16 / Math.Min(16, channels & -channels);
        Width = checked(channels * Copies);
        WideRows = rows / Copies;
        RestRows = rows - WideRows * Copies;
        var panels = WorkSplit.Chunks(Width, WidestPanel);
        PanelWidth = WorkSplit.Chunks(Width, 16 * panels) * 16;
        Panels = WorkSplit.Chunks(Width, PanelWidth);
        _rows = WorkSplit.Rows(WideRows, PanelWidth);
    }

    public int Channels { get; }

    /// <summary>Elements in all.</summary>
    public nint Length { get; }

    /// <summary>Rows in a wide row.</summary>
    public int Copies { get; }

    /// <summary>Columns of a wide row: a multiple of sixteen.</summary>
    public int Width { get; }

    public int WideRows { get; }

    /// <summary>Rows left over when the wide rows are full; fewer than <see cref="Copies"/>.</summary>
    public int RestRows { get; }

    public int PanelWidth { get; }

    public int Panels { get; }

    /// <summary>Chunks down the rows: partial results a column has.</summary>
    public int RowChunks => _rows.Count;

    /// <summary>Chunks of the whole job.</summary>
    public int Chunks => Panels * RowChunks;

    /// <summary>Where the rows left over begin.</summary>
    public int RestStart => WideRows * Width;

    /// <summary>First column, number of columns, first wide row and number of wide rows of a chunk.</summary>
    public void Locate(int chunk, out int column, out int columns, out int row, out int rows)
    {
        var panel = chunk % Panels;
        column = panel * PanelWidth;
        columns = Math.Min(PanelWidth, Width - column);
        row = (int)_rows.First(chunk / Panels);
        rows = RowsIn(chunk / Panels);
    }

    /// <summary>The same for chunk <paramref name="chunk"/> of many segments with one plane of partial sums: returns
    /// where its elements begin, and where its partial sums go.</summary>
    public nint Locate(int chunk, out int columns, out int rows, out nint result)
    {
        var segment = Math.DivRem(chunk, Chunks, out chunk);
        Locate(chunk, out var column, out columns, out var row, out rows);
        result = ((nint)segment * RowChunks + chunk / Panels) * Width + column;
        return segment * Length + (nint)row * Width + column;
    }

    /// <summary>One value a channel as often as a wide row has the channel.</summary>
    public unsafe void Tile(ReadOnlySpan<float> values, float* wide)
    {
        for (var copy = 0; copy < Copies; copy++) values.CopyTo(new Span<float>(wide + copy * Channels, Channels));
    }

    /// <summary>Wide rows in a chunk of rows.</summary>
    public int RowsIn(int rowChunk) => (int)(_rows.End(rowChunk) - _rows.First(rowChunk));
}

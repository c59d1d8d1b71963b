namespace EvenKeel.Kernels.Products;

/// <summary>
/// Cuts the columns of a weight matrix into panels as wide as a tile. The widest panels come first; what is left is
/// shared evenly by narrower ones, since a tile of one register a row waits for its loads: four registers become two
/// and two, not three and one.
/// </summary>
internal readonly struct GemmPanels
{
    private readonly int _lanes;
    private readonly int _wide;
    private readonly int _wideVectors;
    private readonly int _restVectors;

    public GemmPanels(int columns, TileShape shape)
    {
        _lanes = shape.Lanes;
        Columns = columns;
        var vectors = (columns + shape.Lanes - 1) / shape.Lanes;
        PaddedColumns = vectors * shape.Lanes;
        _wideVectors = shape.MaxVectors;
        _wide = vectors / shape.MaxVectors;
        var rest = vectors % shape.MaxVectors;
        if (rest == 1 && _wide > 0 && shape.MaxVectors == 3)
        {
            _wide--;
            rest = 4;
        }

        _restVectors = rest >= 2 ? 2 : rest;
        Count = _wide + (rest == 0 ? 0 : rest / _restVectors);
    }

    public int Count { get; }

    public int Columns { get; }

    /// <summary>Columns with the last panel's unused lanes.</summary>
    public int PaddedColumns { get; }

    /// <summary>Registers a row of the panel.</summary>
    public int Vectors(int panel) => panel < _wide ? _wideVectors : _restVectors;

    public int FirstColumn(int panel) => panel <= _wide
        ? panel * _wideVectors * _lanes
        : ((_wide * _wideVectors) + ((panel - _wide) * _restVectors)) * _lanes;

    /// <summary>Columns of the panel with unused lanes.</summary>
    public int PaddedWidth(int panel) => Vectors(panel) * _lanes;

    /// <summary>Columns of the panel that exist.</summary>
    public int Width(int panel) => Math.Min(PaddedWidth(panel), Columns - FirstColumn(panel));
}

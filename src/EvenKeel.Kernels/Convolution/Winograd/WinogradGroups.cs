using EvenKeel.Kernels.Products;

namespace EvenKeel.Kernels.Convolution.Winograd;

/// <summary>Runs of panels that end on a multiple of sixteen columns: what the transforms, which take sixteen lanes on
/// every path, can work on. A panel of 512- or 256-bit registers is one group.</summary>
internal readonly struct WinogradGroups
{
    private readonly GemmPanels _panels;
    private readonly int _perGroup;

    public WinogradGroups(in GemmPanels panels)
    {
        _panels = panels;
        _perGroup = 1;
        while (_perGroup * panels.PaddedWidth(0) % 16 != 0) _perGroup++;
        Count = WorkSplit.Chunks(panels.Count, _perGroup);
    }

    public int Count { get; }

    /// <summary>Columns of the widest group.</summary>
    public int MostColumns => Math.Min(_panels.PaddedColumns, _perGroup * _panels.PaddedWidth(0));

    public int FirstPanel(int group) => group * _perGroup;

    public int EndPanel(int group) => Math.Min(_panels.Count, (group + 1) * _perGroup);

    public int FirstColumn(int group) => group == Count ? _panels.PaddedColumns : _panels.FirstColumn(FirstPanel(group));

    public int Columns(int group) => FirstColumn(group + 1) - FirstColumn(group);
}

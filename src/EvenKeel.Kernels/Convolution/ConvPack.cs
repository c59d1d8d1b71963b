using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution;

/// <summary>
/// Lays the weights of a phase out as its tiles read them: [panel][tap][source channel][column], the last panel
/// filled up with zeros. The unit is one tap of one panel; a chunk is as many as make it worth a thread's while.
/// </summary>
internal unsafe struct ConvPack : ILaneJob, ITileJob
{
    // Rows of weights lie far apart: the processor does not guess the next by itself.
    private const int RowsAhead = 8;

    // Rows of all panels that are read before the next ones.
    private const int RowsTogether = 16;

    public ConvPhase Phase;
    public GemmPanels Panels;
    public float* Weights;
    public float* Packed;

    public readonly int Chunks => Split.Count;

    private readonly int Units => Panels.Count * Phase.Taps;

    private readonly EvenSplit Split => WorkSplit.Rows(Units, Phase.SourceChannels * Panels.PaddedWidth(0));

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V> =>
        TileDispatch.Run<V, ConvPack>(ref this, chunk, worker);

    public readonly void Run<T, R, O>(int chunk, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var end = (int)Split.End(chunk);
        for (var unit = (int)Split.First(chunk); unit < end; unit++)
        {
            var panel = unit / Phase.Taps;
            PackTap<R, O>(panel, unit % Phase.Taps, Packed + (Panels.FirstColumn(panel) * (nint)Phase.Depth));
        }
    }

    /// <summary>Packs one tap of a panel that starts at <paramref name="packed"/>.</summary>
    public readonly void PackTap<R, O>(int panel, int tap, float* packed)
        where R : unmanaged
        where O : IRegisterOps<R> =>
        PackRows<R, O>(
            panel, tap, 0, Phase.SourceChannels, packed + (tap * (nint)Phase.SourceChannels * Panels.PaddedWidth(panel)));

    /// <summary>The weights that some source channels of a panel's only tap have.</summary>
    public readonly WeightsAhead Ahead(int panel, nint start, nint count)
    {
        nint column = Panels.FirstColumn(panel);
        return Phase.TransposedWeights
            ? new(Weights + (column * Phase.SourceChannels) + start, Phase.SourceChannels, count, Panels.Width(panel))
            : new(Weights + (start * Phase.ResultChannels) + column, Phase.ResultChannels, Panels.Width(panel), (int)count);
    }

    /// <summary>Packs some source channels of a tap: one panel.</summary>
    public readonly void PackRows<R, O>(int panel, int tap, nint start, nint count, float* packed)
        where R : unmanaged
        where O : IRegisterOps<R> => PackRows<R, O>(panel, panel + 1, tap, start, count, packed);

    /// <summary>Packs some source channels of a tap: panels from <paramref name="panel"/> to before
    /// <paramref name="endPanel"/>, one after the other.</summary>
    public readonly void PackRows<R, O>(int panel, int endPanel, int tap, nint start, nint count, float* packed)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        nint depth = Phase.SourceChannels;
        nint firstColumn = Panels.FirstColumn(panel);
        var source = Weights + (Phase.KernelTap(tap) * depth * Phase.ResultChannels);
        if (Phase.TransposedWeights)
        {
            for (; panel < endPanel; panel++)
            {
                nint column = Panels.FirstColumn(panel);
                var result = packed + ((column - firstColumn) * count);
                PackTransposed.Panel<R, O>(
                    source + (column * depth) + start, depth, result, count, Panels.Width(panel), Panels.PaddedWidth(panel));
            }

            return;
        }

        var end = source + (depth * Phase.ResultChannels);
        source += (start * Phase.ResultChannels) + firstColumn;
        for (nint k = 0; k < count; k += RowsTogether)
        {
            var rows = Math.Min(RowsTogether, count - k);
            for (var i = panel; i < endPanel; i++)
            {
                var column = Panels.FirstColumn(i) - firstColumn;
                nint width = Panels.PaddedWidth(i);
                CopyRows<R, O>(
                    source + (k * Phase.ResultChannels) + column, Phase.ResultChannels, rows, Panels.Width(i), (int)width, end,
                    packed + (column * count) + (k * width));
            }
        }
    }

    // Some rows of a panel. Registers may be read past a row's columns where the weights go on, and zeros be written past
    // them where the next row is written afterwards.
    private static void CopyRows<R, O>(
        float* source, nint step, nint rows, int columns, int width, float* end, float* packed)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var ahead = RowsAhead * step;
        for (; rows > 0; rows--, source += step, packed += width)
        {
            if (columns < width && (rows == 1 || source + width > end))
            {
                GemmStore.Copy<R, O>(source, packed, columns, width);
                continue;
            }

            for (nint i = 0; i < width; i += O.Lanes)
            {
                Prefetch.Line(source + i + ahead);
                O.Store(packed + i, O.Load(source + i));
            }

            if (columns < width) O.Store(packed + columns, default);
        }
    }
}

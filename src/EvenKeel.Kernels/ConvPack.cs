using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace EvenKeel.Kernels;

/// <summary>
/// Lays the weights of a phase out as its tiles read them: [panel][tap][source channel][column], the last panel
/// filled up with zeros. The unit is one tap of one panel; a chunk is as many as make it worth a thread's while.
/// </summary>
internal unsafe struct ConvPack : ILaneJob, ITileJob
{
    private const int Strip = 16;

    // Rows of weights lie far apart: the processor does not guess the next by itself.
    private const int RowsAhead = 8;

    public ConvPhase Phase;
    public GemmPanels Panels;
    public float* Weights;
    public float* Packed;

    public readonly int Chunks => WorkSplit.Chunks(Units, UnitsPerChunk);

    private readonly int Units => Panels.Count * Phase.Taps;

    private readonly int UnitsPerChunk => WorkSplit.RowsPerChunk(Phase.SourceChannels * Panels.PaddedWidth(0));

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V> =>
        TileDispatch.Run<V, ConvPack>(ref this, chunk, worker);

    public readonly void Run<T, R, O>(int chunk, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var end = Math.Min(Units, (chunk + 1) * UnitsPerChunk);
        for (var unit = chunk * UnitsPerChunk; unit < end; unit++)
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
                Transpose(source + (column * depth) + start, depth, result, count, Panels.Width(panel), Panels.PaddedWidth(panel));
            }

            return;
        }

        source += (start * Phase.ResultChannels) + firstColumn;
        var ahead = RowsAhead * (nint)Phase.ResultChannels;
        for (nint k = 0; k < count; k++, source += Phase.ResultChannels)
        {
            for (var i = panel; i < endPanel; i++)
            {
                var column = Panels.FirstColumn(i) - firstColumn;
                nint width = Panels.PaddedWidth(i);
                for (nint line = 0; line < width; line += 16) Prefetch.Line(source + column + line + ahead);
                GemmStore.Copy<R, O>(source + column, packed + (column * count) + (k * width), Panels.Width(i), (int)width);
            }
        }
    }

    // Strips as deep as a cache line, so that each line of the source is read once and a strip of the result, at most
    // 3 kB, stays in the fastest cache while its columns fill up.
    private static void Transpose(float* source, nint sourceStep, float* packed, nint depth, int width, int paddedWidth)
    {
        for (nint strip = 0; strip < depth; strip += Strip)
        {
            var deep = Math.Min(Strip, depth - strip);
            var rows = packed + (strip * paddedWidth);
            var j = 0;
            if (deep == Strip)
            {
                for (; j + 4 <= width; j += 4)
                {
                    var columns = source + (j * sourceStep) + strip;
                    for (var k = 0; k < Strip; k += 4)
                        Transpose4(columns + k, sourceStep, rows + (k * paddedWidth) + j, paddedWidth);
                }
            }

            for (; j < width; j++)
            {
                var column = source + (j * sourceStep) + strip;
                for (nint k = 0; k < deep; k++) rows[(k * paddedWidth) + j] = column[k];
            }

            for (; j < paddedWidth; j++)
            {
                for (nint k = 0; k < deep; k++) rows[(k * paddedWidth) + j] = 0f;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose4(float* source, nint sourceStep, float* result, nint resultStep)
    {
        var a = Vector128.Load(source);
        var b = Vector128.Load(source + sourceStep);
        var c = Vector128.Load(source + (2 * sourceStep));
        var d = Vector128.Load(source + (3 * sourceStep));
        var (lowA, highA) = Interleave(a, c);
        var (lowB, highB) = Interleave(b, d);
        var (row0, row1) = Interleave(lowA, lowB);
        var (row2, row3) = Interleave(highA, highB);
        row0.Store(result);
        row1.Store(result + resultStep);
        row2.Store(result + (2 * resultStep));
        row3.Store(result + (3 * resultStep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector128<float> Low, Vector128<float> High) Interleave(Vector128<float> a, Vector128<float> b)
    {
        if (Sse.IsSupported) return (Sse.UnpackLow(a, b), Sse.UnpackHigh(a, b));
        if (AdvSimd.Arm64.IsSupported) return (AdvSimd.Arm64.ZipLow(a, b), AdvSimd.Arm64.ZipHigh(a, b));
        return (Vector128.Create(a[0], b[0], a[1], b[1]), Vector128.Create(a[2], b[2], a[3], b[3]));
    }
}

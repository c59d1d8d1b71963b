using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels;

/// <summary>
/// Lays the weights of a phase out as its tiles read them: [panel][tap][source channel][column], the last panel
/// filled up with zeros. The unit is one tap of one panel; a chunk is as many as make it worth a thread's while.
/// </summary>
internal unsafe struct ConvPack : ILaneJob
{
    private const int Strip = 16;

    public ConvPhase Phase;
    public GemmPanels Panels;
    public float* Weights;
    public float* Packed;

    /// <summary>The first panel to pack; those before it are read in place.</summary>
    public int FirstPanel;

    private readonly int Units => (Panels.Count - FirstPanel) * Phase.Taps;

    private readonly int UnitsPerChunk => WorkSplit.RowsPerChunk(Phase.SourceChannels * Panels.PaddedWidth(0));

    public readonly int Chunks => WorkSplit.Chunks(Units, UnitsPerChunk);

    public readonly void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
    {
        var end = Math.Min(Units, (chunk + 1) * UnitsPerChunk);
        for (var unit = chunk * UnitsPerChunk; unit < end; unit++)
            Pack(FirstPanel + (unit / Phase.Taps), unit % Phase.Taps);
    }

    private readonly void Pack(int panel, int tap)
    {
        var width = Panels.PaddedWidth(panel);
        var first = Panels.FirstColumn(panel);
        var depth = (nint)Phase.SourceChannels;
        var source = Weights + ((nint)Phase.KernelTap(tap) * depth * Phase.ResultChannels);
        var packed = Packed + (first * (nint)Phase.Depth) + (tap * depth * width);
        if (Phase.TransposedWeights) Transpose(source + (first * depth), packed, depth, Panels.Width(panel), width);
        else Copy(source + first, packed, depth, Phase.ResultChannels, Panels.Width(panel), width);
    }

    private static void Copy(float* source, float* packed, nint depth, nint sourceStep, int width, int paddedWidth)
    {
        for (nint k = 0; k < depth; k++, source += sourceStep, packed += paddedWidth)
        {
            Unsafe.CopyBlockUnaligned(packed, source, (uint)width * sizeof(float));
            for (var j = width; j < paddedWidth; j++) packed[j] = 0f;
        }
    }

    // Strips as deep as a cache line, so that each line of the source is read once.
    private static void Transpose(float* source, float* packed, nint depth, int width, int paddedWidth)
    {
        for (nint strip = 0; strip < depth; strip += Strip)
        {
            var deep = Math.Min(Strip, depth - strip);
            var rows = packed + (strip * paddedWidth);
            for (var j = 0; j < paddedWidth; j++)
            {
                var column = source + (j * depth) + strip;
                for (nint k = 0; k < deep; k++) rows[(k * paddedWidth) + j] = j < width ? column[k] : 0f;
            }
        }
    }
}

using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels;

/// <summary>Transforms packed weights [panel][9 taps][source channel][column] to
/// [panel][36 frequencies][source channel][column]. A chunk is some channels of a panel.</summary>
internal unsafe struct WinogradWeights : ILaneJob
{
    private const int ChannelsPerChunk = 16;

    public GemmPanels Panels;
    public int Channels;
    public float* Packed;
    public float* Result;

    public readonly int Chunks => Panels.Count * ChunksPerPanel;

    private readonly int ChunksPerPanel => WorkSplit.Chunks(Channels, ChannelsPerChunk);

    public readonly void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
    {
        var panel = chunk / ChunksPerPanel;
        var first = chunk % ChunksPerPanel * ChannelsPerChunk;
        nint width = Panels.PaddedWidth(panel);
        var channels = Math.Min(ChannelsPerChunk, Channels - first);
        var tapStep = Channels * width;
        var start = Panels.FirstColumn(panel) * (nint)Channels;
        var packed = Packed + (start * Winograd.Kernel * Winograd.Kernel) + (first * width);
        Transform<V>(packed, Result + (start * Winograd.Points) + (first * width), channels * width, tapStep);
    }

    // Channels of a panel follow each other without gaps, so sixteen lanes may span two of them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Transform<V>(float* packed, float* result, nint length, nint step) where V : unmanaged, ILanes<V>
    {
        var memory = stackalloc float[Winograd.Buffer + 16];
        var buffer = AlignedMemory.Align(memory);
        for (nint i = 0; i < length; i += ILanes<V>.Count) Winograd.Weights<V>(packed + i, step, result + i, step, buffer);
    }
}

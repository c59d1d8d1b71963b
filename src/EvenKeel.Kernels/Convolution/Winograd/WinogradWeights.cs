using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Winograd;

/// <summary>Packs and transforms weights to [panel][36 frequencies][source channel][column]. A chunk is some channels of a
/// panel, whose packed taps stay in a core's own cache.</summary>
internal unsafe struct WinogradWeights : ILaneJob, ITileJob
{
    private const int ChannelsPerChunk = 16;
    private const int Taps = Filtering.Kernel * Filtering.Kernel;

    /// <summary>The weights.</summary>
    public ConvPack Pack;

    /// <summary>Memory of the workers, <see cref="WorkerLength"/> floats each.</summary>
    public WorkerMemory Scratch;
    public float* Result;

    public readonly int Chunks => Pack.Panels.Count * ChunksPerPanel;

    /// <summary>Floats of scratch memory a worker needs.</summary>
    public readonly nint WorkerLength => Taps * ChannelsPerChunk * (nint)Pack.Panels.PaddedWidth(0);

    private readonly int ChunksPerPanel => WorkSplit.Chunks(Pack.Phase.SourceChannels, ChannelsPerChunk);

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
    {
        TileDispatch.Run<V, WinogradWeights>(ref this, chunk, worker);
        var (panel, first, channels) = Locate(chunk);
        nint width = Pack.Panels.PaddedWidth(panel);
        nint depth = Pack.Phase.SourceChannels;
        var result = Result + (Pack.Panels.FirstColumn(panel) * depth * Filtering.Points) + (first * width);
        Transform<V>(Scratch.Of(worker), channels * width, result, depth * width);
    }

    // Packs a chunk: [tap][channel][column].
    public readonly void Run<T, R, O>(int chunk, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var (panel, first, channels) = Locate(chunk);
        var step = channels * (nint)Pack.Panels.PaddedWidth(panel);
        for (var tap = 0; tap < Taps; tap++) Pack.PackRows<R, O>(panel, tap, first, channels, Scratch.Of(worker) + (tap * step));
    }

    // Channels of a panel follow each other without gaps, so sixteen lanes may span two of them.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Transform<V>(float* packed, nint length, float* result, nint step) where V : unmanaged, ILanes<V>
    {
        var memory = stackalloc float[Filtering.Buffer + 16];
        var buffer = AlignedMemory.Align(memory);
        for (nint i = 0; i < length; i += ILanes<V>.Count) Filtering.Weights<V>(packed + i, length, result + i, step, buffer);
    }

    private readonly (int Panel, int First, int Channels) Locate(int chunk)
    {
        var (panel, within) = Math.DivRem(chunk, ChunksPerPanel);
        var first = within * ChannelsPerChunk;
        return (panel, first, Math.Min(ChannelsPerChunk, Pack.Phase.SourceChannels - first));
    }
}

using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Winograd;

/// <summary>Transforms the sums of each part of a weight gradient to its nine taps. A chunk is some channels of a part's
/// panel.</summary>
internal unsafe struct WinogradGradientResult : ILaneJob
{
    private const int ChannelsPerChunk = 16;
    private const int Taps = Filtering.Kernel * Filtering.Kernel;

    public ConvGeometry Geometry;
    public GemmPanels Panels;

    /// <summary>Rows that a panel of the sums has: input channels and padding.</summary>
    public int Rows;

    /// <summary>Sums: frequencies at <see cref="SumStep"/>, each [panel][row][column].</summary>
    public float* Sums;
    public nint SumStep;

    /// <summary>How many parts there are, and floats from the sums of one to those of the next.</summary>
    public int Parts;
    public nint PartStep;

    /// <summary>Receives [part][9 taps][input channel][output channel].</summary>
    public float* Result;

    /// <summary>Adds to what the result holds.</summary>
    public bool Accumulate;

    public readonly int Chunks => Parts * ChunksPerPart;

    /// <summary>Floats of a part's result.</summary>
    public readonly nint PartLength => Taps * (nint)Geometry.InChannels * Geometry.OutChannels;

    private readonly int ChunksPerPart => Panels.Count * ChunksPerPanel;

    private readonly int ChunksPerPanel => WorkSplit.Chunks(Geometry.InChannels, ChannelsPerChunk);

    // Channels of a panel follow each other without gaps: where a panel is narrower than sixteen columns, sixteen
    // lanes span several.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
    {
        var memory = stackalloc float[Filtering.Buffer + 16];
        var buffer = AlignedMemory.Align(memory);
        var taps = stackalloc float[Taps * 16];
        var (part, within) = Math.DivRem(chunk, ChunksPerPart);
        var panel = within / ChunksPerPanel;
        var first = within % ChunksPerPanel * ChannelsPerChunk;
        var width = Panels.PaddedWidth(panel);
        var firstColumn = Panels.FirstColumn(panel);
        var length = Math.Min(ChannelsPerChunk, Geometry.InChannels - first) * width;
        var sums = Sums + (part * PartStep) + (firstColumn * (nint)Rows) + (first * (nint)width);
        for (var i = 0; i < length; i += ILanes<V>.Count)
        {
            Filtering.WeightGradient<V>(sums + i, SumStep, taps, buffer);
            for (var tap = 0; tap < Taps; tap++)
            {
                var tapResult = Result + (part * PartLength) + (((nint)tap * Geometry.InChannels) + first) * Geometry.OutChannels + firstColumn;
                var values = taps + (tap * 16);
                if (width % ILanes<V>.Count != 0)
                {
                    for (var lane = 0; lane < 16; lane++)
                    {
                        var result = tapResult + ((i + lane) / width * (nint)Geometry.OutChannels) + ((i + lane) % width);
                        *result = Accumulate ? *result + values[lane] : values[lane];
                    }

                    continue;
                }

                var whole = tapResult + (i / width * (nint)Geometry.OutChannels) + (i % width);
                var value = V.Load(values);
                V.Store(whole, Accumulate ? V.Load(whole) + value : value);
            }
        }
    }
}

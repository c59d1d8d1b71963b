using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Fusion;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Winograd;

/// <summary>Transforms input and output gradient of a block of tiles of each part for a weight gradient. A chunk is some
/// tiles.</summary>
internal unsafe struct WinogradGradientTransform : ILaneJob
{
    private const int TilesPerChunk = 8;

    public ConvGeometry Geometry;
    public WinogradGradientPlan Plan;
    public float* Input;

    /// <summary>What the input passes as it is read.</summary>
    public MapTables Map;
    public float* Gradient;

    /// <summary>As many pixels as a run sees in a row, in zeros, as wide as the wider of the two.</summary>
    public float* Zeros;

    /// <summary>Receives what is transformed of these parts: the input as frequencies of [group][tile][channel], then the
    /// output gradient as frequencies of [group][tile][column].</summary>
    public float* Result;

    /// <summary>Floats from the result of a part to that of the next.</summary>
    public nint PartStep;
    public int Block;

    /// <summary>First part of those that are worked on, and how many they are.</summary>
    public int FirstPart;
    public int Parts;

    public readonly int Chunks => Parts * ChunksPerPart;

    private readonly int ChunksPerPart => WorkSplit.Chunks(Plan.Block, TilesPerChunk);

    public readonly void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
    {
        var (place, within) = Math.DivRem(chunk, ChunksPerPart);
        var part = FirstPart + place;
        var tile = within * TilesPerChunk;
        var end = Math.Min(Plan.TilesOf(part, Block), tile + TilesPerChunk);
        if (tile >= end) return;
        var first = Plan.FirstTile(part, Block);
        var result = Result + (place * PartStep);
        Inputs<V>(result, first, tile, end);
        Gradients<V>(result + (Filtering.Points * Plan.InputStep), first, tile, end);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Inputs<V>(float* to, long first, int tile, int end) where V : unmanaged, ILanes<V>
    {
        var memory = stackalloc float[Filtering.RunBuffer + 16];
        var buffer = AlignedMemory.Align(memory);
        var place = Plan.Tiles.At(first + tile);
        while (tile < end)
        {
            var run = Plan.Tiles.Run(place, end - tile, Geometry.InChannels);
            var patch = InputPatch(place, run);
            for (var start = 0; start < Geometry.InChannels; start += WinogradGradientPlan.Group)
            {
                nint width = Plan.GroupWidth(start);
                var result = to + (start * (nint)Plan.Block) + (tile * width);
                for (nint c = 0; c < width; c += ILanes<V>.Count)
                    Filtering.Input<V>(patch, Map, start + c, result + c, width, Plan.InputStep, buffer);
            }

            tile += run;
            place = Plan.Tiles.After(place, run);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Gradients<V>(float* to, long first, int tile, int end) where V : unmanaged, ILanes<V>
    {
        var memory = stackalloc float[Filtering.RunBuffer + 16];
        var buffer = AlignedMemory.Align(memory);
        var place = Plan.Tiles.At(first + tile);
        while (tile < end)
        {
            var run = Plan.Tiles.Run(place, end - tile, Geometry.OutChannels);
            var patch = GradientPatch(place, run);
            for (var group = 0; group < Plan.Columns.Count; group++)
            {
                nint start = Plan.Columns.FirstColumn(group);
                nint width = Plan.Columns.Columns(group);
                var result = to + (start * Plan.Block) + (tile * width);
                for (nint c = 0; c < width; c += ILanes<V>.Count)
                    Filtering.Gradient<V>(patch, start + c, result + c, width, Plan.GradientStep, buffer);
            }

            tile += run;
            place = Plan.Tiles.After(place, run);
        }
    }

    private readonly WinogradPatch InputPatch(in WinogradPlace place, int run)
    {
        ref readonly var g = ref Geometry;
        var (image, row, column) = place;
        return WinogradTiles.Patch(
            (run * Filtering.Tile) + Filtering.Patch - Filtering.Tile, Input + (image * (nint)g.Height * g.Width * g.InChannels),
            g.Height, g.Width, g.InChannels, row - g.Padding, column - g.Padding, Zeros,
            Plan.Tiles.Ahead(place, run, g.Height, g.Width, g.InChannels));
    }

    private readonly WinogradPatch GradientPatch(in WinogradPlace place, int run)
    {
        ref readonly var g = ref Geometry;
        var (image, row, column) = place;
        return WinogradTiles.Patch(
            run * Filtering.Tile, Gradient + (image * (nint)g.OutHeight * g.OutWidth * g.OutChannels), g.OutHeight,
            g.OutWidth, g.OutChannels, row, column, Zeros, Plan.Tiles.Ahead(place, run, g.OutHeight, g.OutWidth, g.OutChannels));
    }
}

using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels;

/// <summary>Transforms input and output gradient of a block of tiles for a weight gradient. A chunk is some tiles.</summary>
internal unsafe struct WinogradGradientTransform : ILaneJob
{
    private const int TilesPerChunk = 8;

    public ConvGeometry Geometry;
    public WinogradGradientPlan Plan;
    public float* Input;
    public float* Gradient;

    /// <summary>A pixel of zeros, as wide as the wider of the two.</summary>
    public float* Zeros;

    /// <summary>Receives the input: frequencies of [group][tile][channel].</summary>
    public float* InputResult;

    /// <summary>Receives the output gradient: frequencies of [group][tile][column].</summary>
    public float* GradientResult;
    public int Block;

    public readonly int Chunks => WorkSplit.Chunks(Plan.TilesOf(Block), TilesPerChunk);

    public readonly void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
    {
        var first = (long)Block * Plan.Block;
        var tile = chunk * TilesPerChunk;
        var end = Math.Min(Plan.TilesOf(Block), tile + TilesPerChunk);
        Inputs<V>(first, tile, end);
        Gradients<V>(first, tile, end);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Inputs<V>(long first, int tile, int end) where V : unmanaged, ILanes<V>
    {
        var memory = stackalloc float[Winograd.Buffer + 16];
        var buffer = AlignedMemory.Align(memory);
        var pixels = stackalloc float*[Winograd.Points];
        var next = stackalloc float*[Winograd.Points];
        var place = Plan.Tiles.At(first + tile);
        LocateInput(pixels, place);
        for (; tile < end; tile++)
        {
            // The tile after the last of all lies behind the images, where nothing but a prefetch goes.
            place = Plan.Tiles.After(place);
            LocateInput(next, place);
            for (var start = 0; start < Geometry.InChannels; start += WinogradGradientPlan.Group)
            {
                nint width = Plan.GroupWidth(start);
                var result = InputResult + (start * (nint)Plan.Block) + (tile * width);
                for (nint c = 0; c < width; c += ILanes<V>.Count)
                {
                    Prefetch.Lines(next, Winograd.Points, start + c);
                    Winograd.Input<V>(pixels, start + c, result + c, Plan.InputStep, buffer);
                }
            }

            var done = pixels;
            pixels = next;
            next = done;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private readonly void Gradients<V>(long first, int tile, int end) where V : unmanaged, ILanes<V>
    {
        var memory = stackalloc float[Winograd.Buffer + 16];
        var buffer = AlignedMemory.Align(memory);
        var pixels = stackalloc float*[Winograd.Tile * Winograd.Tile];
        var next = stackalloc float*[Winograd.Tile * Winograd.Tile];
        var place = Plan.Tiles.At(first + tile);
        LocateGradient(pixels, place);
        for (; tile < end; tile++)
        {
            // The tile after the last of all lies behind the images, where nothing but a prefetch goes.
            place = Plan.Tiles.After(place);
            LocateGradient(next, place);
            for (var group = 0; group < Plan.Columns.Count; group++)
            {
                nint start = Plan.Columns.FirstColumn(group);
                nint width = Plan.Columns.Columns(group);
                var result = GradientResult + (start * Plan.Block) + (tile * width);
                for (nint c = 0; c < width; c += ILanes<V>.Count)
                {
                    Prefetch.Lines(next, Winograd.Tile * Winograd.Tile, start + c);
                    Winograd.Gradient<V>(pixels, start + c, result + c, Plan.GradientStep, buffer);
                }
            }

            var done = pixels;
            pixels = next;
            next = done;
        }
    }

    private readonly void LocateInput(float** pixels, in WinogradPlace place)
    {
        ref readonly var g = ref Geometry;
        var (image, row, column) = place;
        WinogradTiles.Locate(
            pixels, Winograd.Patch, Input + (image * (nint)g.Height * g.Width * g.InChannels), g.Height, g.Width,
            g.InChannels, row - g.Padding, column - g.Padding, Zeros);
    }

    private readonly void LocateGradient(float** pixels, in WinogradPlace place)
    {
        ref readonly var g = ref Geometry;
        var (image, row, column) = place;
        WinogradTiles.Locate(
            pixels, Winograd.Tile, Gradient + (image * (nint)g.OutHeight * g.OutWidth * g.OutChannels), g.OutHeight,
            g.OutWidth, g.OutChannels, row, column, Zeros);
    }
}

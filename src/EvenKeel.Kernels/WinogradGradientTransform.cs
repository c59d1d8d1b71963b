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
    public float* Inputs;

    /// <summary>Receives the output gradient: frequencies of [group][tile][column].</summary>
    public float* Gradients;
    public int Block;

    public readonly int Chunks => WorkSplit.Chunks(Plan.TilesOf(Block), TilesPerChunk);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
    {
        var buffer = stackalloc float[Winograd.Buffer];
        var pixels = stackalloc float*[Winograd.Points];
        ref readonly var g = ref Geometry;
        var inputLength = (nint)g.Height * g.Width * g.InChannels;
        var gradientLength = (nint)g.OutHeight * g.OutWidth * g.OutChannels;
        var first = (long)Block * Plan.Block;
        var end = Math.Min(Plan.TilesOf(Block), (chunk + 1) * TilesPerChunk);
        for (var tile = chunk * TilesPerChunk; tile < end; tile++)
        {
            var (image, row, column) = Plan.Tiles.At(first + tile);
            WinogradTiles.Locate(
                pixels, Winograd.Patch, Input + (image * inputLength), g.Height, g.Width, g.InChannels, row - g.Padding,
                column - g.Padding, Zeros);
            for (var start = 0; start < g.InChannels; start += WinogradGradientPlan.Group)
            {
                nint width = Plan.GroupWidth(start);
                var result = Inputs + (start * (nint)Plan.Block) + (tile * width);
                for (nint c = 0; c < width; c += ILanes<V>.Count)
                    Winograd.Input<V>(pixels, start + c, result + c, Plan.InputStep, buffer);
            }

            WinogradTiles.Locate(
                pixels, Winograd.Tile, Gradient + (image * gradientLength), g.OutHeight, g.OutWidth, g.OutChannels, row,
                column, Zeros);
            for (var group = 0; group < Plan.Columns.Count; group++)
            {
                nint start = Plan.Columns.FirstColumn(group);
                nint width = Plan.Columns.Columns(group);
                var result = Gradients + (start * Plan.Block) + (tile * width);
                for (nint c = 0; c < width; c += ILanes<V>.Count)
                    Winograd.Gradient<V>(pixels, start + c, result + c, Plan.GradientStep, buffer);
            }
        }
    }
}

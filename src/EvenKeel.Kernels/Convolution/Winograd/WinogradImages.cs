using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Fusion;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Winograd;

/// <summary>The images of a 3×3 convolution by F(4×4, 3×3), or of its input gradient: how tiles of the source become
/// frequencies, and how frequencies become tiles of the result.</summary>
internal unsafe partial struct WinogradImages
{
    public ConvPhase Phase;
    public float* Source;

    /// <summary>What the source passes as it is read.</summary>
    public MapTables Map;

    /// <summary>As many pixels as a run sees in a row, in zeros: of the source, or of the wider of the two where the
    /// result's gradient is transformed.</summary>
    public float* Zeros;
    public float* Bias;
    public float* Result;
    public float Slope;
    public bool Accumulate;

    /// <summary>What an input gradient passes before it is stored.</summary>
    public GradientGate Gate;

    public readonly WinogradTiles Tiles => new(Phase.Images, Phase.GridHeight, Phase.GridWidth);

    /// <summary>Transforms tiles of the source.</summary>
    /// <param name="first">The first tile.</param>
    /// <param name="tiles">Number of tiles.</param>
    /// <param name="result">Receives frequency 0 of the first tile.</param>
    /// <param name="pitch">Floats from a tile to the next.</param>
    /// <param name="step">Floats from a frequency to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void TransformInput<V>(long first, int tiles, float* result, nint pitch, nint step)
        where V : unmanaged, ILanes<V>
    {
        var memory = stackalloc float[Filtering.RunBuffer + 16];
        var buffer = AlignedMemory.Align(memory);
        var grid = Tiles;
        var place = grid.At(first);
        while (tiles > 0)
        {
            var run = grid.Run(place, tiles, Phase.SourceChannels);
            var patch = Patch(place, run);
            for (nint c = 0; c < Phase.SourceChannels; c += ILanes<V>.Count)
                Filtering.Input<V>(patch, Map, c, result + c, pitch, step, buffer);
            tiles -= run;
            result += run * pitch;
            place = grid.After(place, run);
        }
    }

    /// <summary>Transforms tiles of the result's gradient, which <see cref="Result"/> holds.</summary>
    /// <param name="first">The first tile.</param>
    /// <param name="tiles">Number of tiles.</param>
    /// <param name="result">Receives frequency 0 of the first tile.</param>
    /// <param name="pitch">Floats from a tile to the next.</param>
    /// <param name="step">Floats from a frequency to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void TransformGradient<V>(long first, int tiles, float* result, nint pitch, nint step)
        where V : unmanaged, ILanes<V>
    {
        var memory = stackalloc float[Filtering.RunBuffer + 16];
        var buffer = AlignedMemory.Align(memory);
        var grid = Tiles;
        var place = grid.At(first);
        while (tiles > 0)
        {
            var run = grid.Run(place, tiles, Phase.ResultChannels);
            var (image, row, column) = place;
            var patch = WinogradTiles.Patch(
                run * Filtering.Tile, Result + (image * (nint)Phase.GridHeight * Phase.GridWidth * Phase.ResultChannels),
                Phase.GridHeight, Phase.GridWidth, Phase.ResultChannels, row, column, Zeros,
                grid.Ahead(place, run, Phase.GridHeight, Phase.GridWidth, Phase.ResultChannels));
            for (nint c = 0; c < Phase.ResultChannels; c += ILanes<V>.Count)
                Filtering.Gradient<V>(patch, c, result + c, pitch, step, buffer);
            tiles -= run;
            result += run * pitch;
            place = grid.After(place, run);
        }
    }

    /// <summary>Transforms products back, adds the bias, applies the activation and stores what lies in the image.</summary>
    /// <param name="first">The first tile.</param>
    /// <param name="tiles">Number of tiles.</param>
    /// <param name="firstColumn">The first result channel.</param>
    /// <param name="columns">Number of result channels, a multiple of sixteen.</param>
    /// <param name="products">Frequency 0 of the first tile.</param>
    /// <param name="pitch">Floats from a tile to the next.</param>
    /// <param name="step">Floats from a frequency to the next.</param>
    /// <param name="part">Gathers what is stored: the memory of a part of <see cref="GatheredSums"/> where there is a gate,
    /// else of <see cref="ConvMoments"/>; null for nothing.</param>
    /// <param name="begins">True if the part begins with the first tile.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void TransformOutput<V>(
        long first, int tiles, int firstColumn, int columns, float* products, nint pitch, nint step, float* part,
        bool begins)
        where V : unmanaged, ILanes<V>
    {
        var memory = stackalloc float[Filtering.Buffer + 16];
        var buffer = AlignedMemory.Align(memory);
        nint channels = Phase.ResultChannels;
        var line = Phase.GridWidth * channels;
        var grid = Tiles;
        var place = grid.At(first);
        var covered = 0;
        for (var tile = 0; tile < tiles; tile++, products += pitch, place = grid.After(place, 1))
        {
            var (image, row, column) = place;
            var rows = Math.Min(Filtering.Tile, Phase.GridHeight - row);
            var across = Math.Min(Filtering.Tile, Phase.GridWidth - column);
            covered += rows * across;
            var corner = Result + (((((nint)image * Phase.GridHeight) + row) * Phase.GridWidth) + column) * channels + firstColumn;
            for (var c = 0; c < columns; c += ILanes<V>.Count)
            {
                Filtering.Output<V>(products + c, step, buffer);
                var result = corner + c;
                if (part != null)
                {
                    var starts = begins && tile == 0;
                    if (Gate.X != null) StoreAndSum<V>(buffer, result, rows, across, firstColumn + c, part, starts);
                    else if (Gate.Sums) StoreBehindBits<V>(buffer, result, rows, across, firstColumn + c, part, starts);
                    else StoreAndMeasure<V>(buffer, result, rows, across, firstColumn + c, part, starts);
                    continue;
                }

                var bias = Bias == null ? V.Zero : V.Load(Bias + firstColumn + c);
                for (var i = 0; i < rows; i++, result += line)
                {
                    Filtering.OutputRow(buffer + (i * 16), out V y0, out V y1, out V y2, out V y3);
                    Store(result, y0, bias);
                    if (across > 1) Store(result + channels, y1, bias);
                    if (across > 2) Store(result + (2 * channels), y2, bias);
                    if (across > 3) Store(result + (3 * channels), y3, bias);
                }
            }
        }

        if (part != null && !Gate.Sums && firstColumn == 0) ConvMoments.Count(part, channels, begins, covered);
    }

    /// <summary>Memory ahead: pixels of the result that tiles have, and those before the first do not, in whole rows of tiles.</summary>
    /// <param name="first">The first tile.</param>
    /// <param name="end">The tile after the last.</param>
    /// <param name="ahead">Receives the ranges.</param>
    public readonly void Results(long first, long end, ref MemoryAhead ahead)
    {
        var grid = Tiles;
        var row = Phase.GridWidth * (nint)Phase.ResultChannels;
        var (from, to) = (grid.Unseen(first, Phase.GridHeight, 0) * row, grid.Unseen(end, Phase.GridHeight, 0) * row);
        ahead.Add(Result + from, Result + to, Filtering.Points);
        if (Gate.X != null) ahead.Add(Gate.X + from, Gate.X + to, Filtering.Points);
        if (Gate.Y != null) ahead.Add(Gate.Y + from, Gate.Y + to, Filtering.Points);
        if (Gate.Bits != null) ahead.Add((float*)(Gate.Bits + (from / 16)), (float*)(Gate.Bits + (to / 16)), Filtering.Points);
    }

    /// <summary>Memory ahead: pixels of the source that tiles see, and those before the first do not, in whole rows of tiles.</summary>
    /// <param name="first">The first tile.</param>
    /// <param name="end">The tile after the last.</param>
    /// <param name="ahead">Receives the range.</param>
    public readonly void Sources(long first, long end, ref MemoryAhead ahead)
    {
        var grid = Tiles;
        var row = Phase.SourceWidth * (nint)Phase.SourceChannels;
        var shift = Phase.FirstRow + Filtering.Patch - Filtering.Tile;
        ahead.Add(
            Source + (grid.Unseen(first, Phase.SourceHeight, shift) * row),
            Source + (grid.Unseen(end, Phase.SourceHeight, shift) * row), Filtering.Points);
    }

    /// <summary>Some channels of the pixels of the result that tiles have, and those before the first do not, in whole rows of
    /// tiles.</summary>
    /// <param name="first">The first tile.</param>
    /// <param name="end">The tile after the last.</param>
    /// <param name="firstColumn">The first of the channels.</param>
    /// <param name="columns">Number of channels.</param>
    public readonly WinogradCursor Results(long first, long end, int firstColumn, int columns)
    {
        var grid = Tiles;
        var (from, to) = (grid.Unseen(first, Phase.GridHeight, 0), grid.Unseen(end, Phase.GridHeight, 0));
        var pixel = from * Phase.GridWidth;
        return new(this, Result + (pixel * Phase.ResultChannels) + firstColumn, (to * Phase.GridWidth) - pixel, columns);
    }

    private readonly WinogradPatch Patch(in WinogradPlace place, int run)
    {
        var (image, row, column) = place;
        var source = Source + (image * (nint)Phase.SourceHeight * Phase.SourceWidth * Phase.SourceChannels);
        return WinogradTiles.Patch(
            (run * Filtering.Tile) + Filtering.Patch - Filtering.Tile, source, Phase.SourceHeight, Phase.SourceWidth,
            Phase.SourceChannels, row + Phase.FirstRow, column + Phase.FirstColumn, Zeros,
            Tiles.Ahead(place, run, Phase.SourceHeight, Phase.SourceWidth, Phase.SourceChannels));
    }
}

using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels;

/// <summary>The images of a 3×3 convolution by F(4×4, 3×3), or of its input gradient: how tiles of the source become
/// frequencies, and how frequencies become tiles of the result.</summary>
internal unsafe struct WinogradImages
{
    public ConvPhase Phase;
    public float* Source;

    /// <summary>As many pixels as a run sees in a row, in zeros: of the source, or of the wider of the two where the
    /// result's gradient is transformed.</summary>
    public float* Zeros;
    public float* Bias;
    public float* Result;
    public float Slope;
    public bool Accumulate;

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
        var memory = stackalloc float[Winograd.RunBuffer + 16];
        var buffer = AlignedMemory.Align(memory);
        var grid = Tiles;
        var place = grid.At(first);
        while (tiles > 0)
        {
            var run = grid.Run(place, tiles, Phase.SourceChannels);
            var patch = Patch(place, run);
            for (nint c = 0; c < Phase.SourceChannels; c += ILanes<V>.Count)
                Winograd.Input<V>(patch, c, result + c, pitch, step, buffer);
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
        var memory = stackalloc float[Winograd.RunBuffer + 16];
        var buffer = AlignedMemory.Align(memory);
        var grid = Tiles;
        var place = grid.At(first);
        while (tiles > 0)
        {
            var run = grid.Run(place, tiles, Phase.ResultChannels);
            var (image, row, column) = place;
            var patch = WinogradTiles.Patch(
                run * Winograd.Tile, Result + (image * (nint)Phase.GridHeight * Phase.GridWidth * Phase.ResultChannels),
                Phase.GridHeight, Phase.GridWidth, Phase.ResultChannels, row, column, Zeros,
                grid.Ahead(place, run, Phase.GridHeight, Phase.GridWidth, Phase.ResultChannels));
            for (nint c = 0; c < Phase.ResultChannels; c += ILanes<V>.Count)
                Winograd.Gradient<V>(patch, c, result + c, pitch, step, buffer);
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
    /// <param name="moments">Gathers what is stored: the memory of a part of <see cref="WinogradMoments"/>, or null.</param>
    /// <param name="begins">True if the part begins with the first tile.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public readonly void TransformOutput<V>(
        long first, int tiles, int firstColumn, int columns, float* products, nint pitch, nint step, float* moments,
        bool begins)
        where V : unmanaged, ILanes<V>
    {
        var memory = stackalloc float[Winograd.Buffer + 16];
        var buffer = AlignedMemory.Align(memory);
        nint channels = Phase.ResultChannels;
        var line = Phase.GridWidth * channels;
        var grid = Tiles;
        var place = grid.At(first);
        for (var tile = 0; tile < tiles; tile++, products += pitch, place = grid.After(place, 1))
        {
            var (image, row, column) = place;
            var rows = Math.Min(Winograd.Tile, Phase.GridHeight - row);
            var across = Math.Min(Winograd.Tile, Phase.GridWidth - column);
            var corner = Result + (((((nint)image * Phase.GridHeight) + row) * Phase.GridWidth) + column) * channels + firstColumn;
            for (var c = 0; c < columns; c += ILanes<V>.Count)
            {
                Winograd.Output<V>(products + c, step, buffer);
                var bias = Bias == null ? V.Zero : V.Load(Bias + firstColumn + c);
                var result = corner + c;
                if (moments != null)
                {
                    var part = moments + firstColumn + c;
                    StoreAndGather(buffer, result, rows, across, bias, part, begins && tile == 0);
                    continue;
                }

                for (var i = 0; i < rows; i++, result += line)
                {
                    Winograd.OutputRow(buffer + (i * 16), out V y0, out V y1, out V y2, out V y3);
                    Store(result, y0, bias);
                    if (across > 1) Store(result + channels, y1, bias);
                    if (across > 2) Store(result + (2 * channels), y2, bias);
                    if (across > 3) Store(result + (3 * channels), y3, bias);
                }
            }
        }
    }

    /// <summary>Pixels of the result that tiles have, and those before the first do not: whole rows of tiles.</summary>
    /// <param name="first">The first tile.</param>
    /// <param name="end">The tile after the last.</param>
    public readonly WinogradAhead ResultOf(long first, long end)
    {
        var grid = Tiles;
        var row = Phase.GridWidth * (nint)Phase.ResultChannels;
        return new(Result + (grid.Unseen(first, Phase.GridHeight, 0) * row), Result + (grid.Unseen(end, Phase.GridHeight, 0) * row));
    }

    /// <summary>Pixels of the source that tiles see, and those before the first do not: whole rows of tiles.</summary>
    /// <param name="first">The first tile.</param>
    /// <param name="end">The tile after the last.</param>
    public readonly WinogradAhead SourceOf(long first, long end)
    {
        var grid = Tiles;
        var row = Phase.SourceWidth * (nint)Phase.SourceChannels;
        var shift = Phase.FirstRow + Winograd.Patch - Winograd.Tile;
        return new(
            Source + (grid.Unseen(first, Phase.SourceHeight, shift) * row), Source + (grid.Unseen(end, Phase.SourceHeight, shift) * row));
    }

    /// <summary>Asks for some channels of the pixels that tiles of the result have.</summary>
    /// <param name="first">The first tile.</param>
    /// <param name="end">The tile after the last.</param>
    /// <param name="firstColumn">The first result channel.</param>
    /// <param name="columns">Number of result channels.</param>
    public readonly void AskForResults(long first, long end, int firstColumn, int columns)
    {
        nint channels = Phase.ResultChannels;
        var grid = Tiles;
        for (var place = grid.At(first); first < end; first++, place = grid.After(place, 1))
        {
            var (image, row, column) = place;
            var rows = Math.Min(Winograd.Tile, Phase.GridHeight - row);
            var across = Math.Min(Winograd.Tile, Phase.GridWidth - column) * channels;
            var line = Result + (((((nint)image * Phase.GridHeight) + row) * Phase.GridWidth) + column) * channels + firstColumn;
            for (var i = 0; i < rows; i++, line += Phase.GridWidth * channels)
                for (nint pixel = 0; pixel < across; pixel += channels)
                    for (nint c = 0; c < columns; c += 16) Prefetch.Line(line + pixel + c);
        }
    }

    // The same stores, and sums of the differences from a part's first pixel.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void StoreAndGather<V>(
        float* buffer, float* result, int rows, int across, V bias, float* part, bool begins)
        where V : unmanaged, ILanes<V>
    {
        nint channels = Phase.ResultChannels;
        V sum = V.Zero, squares = V.Zero;
        for (var i = 0; i < rows; i++, result += Phase.GridWidth * channels)
        {
            Winograd.OutputRow(buffer + (i * 16), out V y0, out V y1, out V y2, out V y3);
            Store(result, y0, bias);
            if (begins && i == 0) WinogradMoments.Begin(part, (int)channels, V.Load(result));
            var pivot = V.Load(part);
            Gather(V.Load(result), pivot, ref sum, ref squares);
            if (across > 1)
            {
                Store(result + channels, y1, bias);
                Gather(V.Load(result + channels), pivot, ref sum, ref squares);
            }

            if (across > 2)
            {
                Store(result + (2 * channels), y2, bias);
                Gather(V.Load(result + (2 * channels)), pivot, ref sum, ref squares);
            }

            if (across > 3)
            {
                Store(result + (3 * channels), y3, bias);
                Gather(V.Load(result + (3 * channels)), pivot, ref sum, ref squares);
            }
        }

        WinogradMoments.Add(part, (int)channels, sum, squares);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Gather<V>(V value, V pivot, ref V sum, ref V squares) where V : unmanaged, ILanes<V>
    {
        var apart = value - pivot;
        sum += apart;
        squares = V.FusedMultiplyAdd(apart, apart, squares);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Store<V>(float* result, V value, V bias) where V : unmanaged, ILanes<V>
    {
        value += bias;
        if (Slope != 1f) value = V.Select(V.Greater(value, V.Zero), value, V.Splat(Slope) * value);
        if (Accumulate) value += V.Load(result);
        V.Store(result, value);
    }

    private readonly WinogradPatch Patch(in WinogradPlace place, int run)
    {
        var (image, row, column) = place;
        var source = Source + (image * (nint)Phase.SourceHeight * Phase.SourceWidth * Phase.SourceChannels);
        return WinogradTiles.Patch(
            (run * Winograd.Tile) + Winograd.Patch - Winograd.Tile, source, Phase.SourceHeight, Phase.SourceWidth,
            Phase.SourceChannels, row + Phase.FirstRow, column + Phase.FirstColumn, Zeros,
            Tiles.Ahead(place, run, Phase.SourceHeight, Phase.SourceWidth, Phase.SourceChannels));
    }
}

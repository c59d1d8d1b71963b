using EvenKeel.Kernels.Fusion;
using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Strips;

/// <summary>Forward passes and input gradients strip by strip (<see cref="ConvStrip"/>). A chunk is some strips, each of which
/// is measured while it is in the cache, if that is asked for.</summary>
internal unsafe struct ConvStripProduct : ILaneJob, ITileJob
{
    private const int WantedChunks = 64;

    public ConvStrip Strip;
    public GemmPanels Panels;
    public float* Source;

    /// <summary>Weights [panel][kernel column][kernel row][channel][column].</summary>
    public float* Weights;
    public float* Bias;
    public float* Result;
    public float Slope;
    public bool Accumulate;

    /// <summary>What gathers moments; a part is a chunk.</summary>
    public GatheredParts Parts;

    /// <summary>Memory of the workers, <see cref="WorkerLength"/> floats each.</summary>
    public WorkerMemory Scratch;

    public readonly int Chunks => WorkSplit.Chunks(Strip.Strips, StripsPerChunk);

    /// <summary>Floats of scratch memory a worker needs: a copied strip and its sums for one panel.</summary>
    public readonly nint WorkerLength => Strip.Length + ((Strip.Pixels + 24) * (nint)Panels.PaddedWidth(0));

    // Sums are results.
    private readonly bool Plain => Bias == null && Slope == 1f && !Accumulate;

    private readonly int StripsPerChunk => WorkSplit.Chunks(Strip.Strips, WantedChunks);

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V>
    {
        new Span<float>(Scratch.Of(worker), (int)Strip.Length).Clear();
        var part = Parts.Of(chunk);
        var first = chunk * StripsPerChunk;
        var end = Math.Min(Strip.Strips, first + StripsPerChunk);
        for (var strip = first; strip < end; strip++)
        {
            TileDispatch.Run<V, ConvStripProduct>(ref this, strip, worker);
            if (part != null) Measure<V>(strip, part, strip == first);
        }
    }

    /// <summary>Computes one strip.</summary>
    public readonly void Run<T, R, O>(int strip, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var copy = Scratch.Of(worker);
        var sums = copy + Strip.Length;
        Strip.Copy(Source, strip, copy);
        var next = strip + 1 < Strip.Strips ? ResultOf(strip + 1) : copy;
        for (var panel = 0; panel < Panels.Count; panel++)
        {
            if (Plain && Panels.Width(panel) == Panels.PaddedWidth(panel) && Strip.GridWidth >= T.Shape.Rows)
            {
                next = MultiplyInPlace<T>(strip, panel, copy, next);
                continue;
            }

            var pixels = Strip.RowsFrom(Strip.At(strip).Row) * Strip.Pitch;
            var tile = TileOf(panel, copy, sums, Panels.PaddedWidth(panel));
            next = Multiply<T>(panel, tile, pixels, pixels, next);
            Store<R, O>(strip, panel, sums);
        }
    }

    private readonly float* ResultOf(int strip)
    {
        var (image, row) = Strip.At(strip);
        return Result + ((((nint)image * Strip.GridHeight) + row) * Strip.GridWidth * Panels.Columns);
    }

    private readonly DenseTile TileOf(int panel, float* copy, float* sums, nint step) => new()
    {
        A = copy,
        RowStep = Strip.PixelLength,
        DepthStep = 1,
        B = Weights + (Panels.FirstColumn(panel) * (nint)Strip.Depth),
        BStep = Panels.PaddedWidth(panel),
        Depth = Strip.Depth,
        C = sums,
        CStep = step,
    };

    // Row by row to where the results belong.
    private readonly float* MultiplyInPlace<T>(int strip, int panel, float* copy, float* next)
        where T : ITiles
    {
        var tile = TileOf(panel, copy, ResultOf(strip) + Panels.FirstColumn(panel), Panels.Columns);
        for (var row = Strip.RowsFrom(Strip.At(strip).Row); row > 0; row--)
        {
            next = Multiply<T>(panel, tile, Strip.GridWidth, Strip.GridWidth - T.Shape.Rows, next);
            tile.A += Strip.Pitch * tile.RowStep;
            tile.C += Strip.GridWidth * tile.CStep;
        }

        return next;
    }

    // A tile moves back to the last pixel where one may begin: what two tiles have is alike. Meanwhile each step of a tile
    // asks for a cache line of where the next strip's results go: stored panel by panel, they are no pattern that the
    // processor follows. Returns where that ends.
    private readonly float* Multiply<T>(int panel, DenseTile tile, int pixels, int last, float* next)
        where T : ITiles
    {
        float* copy = tile.A, sums = tile.C;
        for (var pixel = 0; pixel < pixels;)
        {
            var tall = Panels.Vectors(panel) == 1 && pixel + T.TallRows <= pixels;
            var first = Math.Min(pixel, last);
            tile.A = copy + (first * tile.RowStep);
            tile.C = sums + (first * tile.CStep);
            tile.Next = tall ? tile.A : next;
            next += tile.Depth * Prefetch.FloatsPerLine;
            if (tall) T.MultiplyTall(&tile);
            else T.Multiply(Panels.Vectors(panel), &tile);
            pixel += tall ? T.TallRows : T.Shape.Rows;
        }

        return next;
    }

    private readonly void Measure<V>(int strip, float* part, bool begins) where V : unmanaged, ILanes<V>
    {
        var rows = Strip.RowsFrom(Strip.At(strip).Row);
        nint channels = Panels.Columns;
        var first = ResultOf(strip);
        for (var c = 0; c < channels; c += ILanes<V>.Count)
        {
            var pixel = first + c;
            if (begins) ConvMoments.Begin(part + c, (int)channels, V.Load(pixel));
            var pivot = V.Load(part + c);
            for (var y = 0; y < rows; y++)
            {
                V sum = V.Zero, squares = V.Zero;
                for (var x = 0; x < Strip.GridWidth; x++, pixel += channels)
                {
                    var apart = V.Load(pixel) - pivot;
                    sum += apart;
                    squares = V.FusedMultiplyAdd(apart, apart, squares);
                }

                ConvMoments.Add(part + c, (int)channels, sum, squares);
            }
        }

        ConvMoments.Count(part, channels, begins, rows * Strip.GridWidth);
    }

    private readonly void Store<R, O>(int strip, int panel, float* sums)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var column = Panels.FirstColumn(panel);
        var result = ResultOf(strip) + column;
        var rows = Strip.RowsFrom(Strip.At(strip).Row);
        nint width = Panels.PaddedWidth(panel);
        var bias = Bias == null ? null : Bias + column;
        for (var row = 0; row < rows; row++)
        {
            var sum = sums + (row * Strip.Pitch * width);
            for (var x = 0; x < Strip.GridWidth; x++, sum += width, result += Panels.Columns)
                GemmStore.Row<R, O>(sum, result, Panels.Width(panel), bias, Slope, Accumulate);
        }
    }
}

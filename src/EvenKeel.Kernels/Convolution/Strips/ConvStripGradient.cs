using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Strips;

/// <summary>Weight gradients strip by strip (<see cref="ConvStrip"/>). A chunk is a part of the strips with sums of its
/// own, which are added up in order afterwards.</summary>
internal unsafe struct ConvStripGradient : ILaneJob, ITileJob
{
    private const int WantedParts = 16;

    public ConvStrip Strip;
    public GemmPanels Panels;
    public float* Input;

    /// <summary>Output gradient [image][row][column][out].</summary>
    public float* Gradient;

    /// <summary>Receives the parts' sums: [part][panel][kernel column][kernel row][channel][column].</summary>
    public float* Sums;

    /// <summary>Memory of the workers, <see cref="WorkerLength"/> floats each.</summary>
    public WorkerMemory Scratch;

    /// <summary>Rows of a register tile.</summary>
    public int TileRows;

    public readonly int Chunks => Math.Min(WantedParts, Strip.Strips);

    /// <summary>Rows of sums, with those that the last tile has beyond them.</summary>
    public readonly int PaddedDepth => WorkSplit.Chunks(Strip.Depth, TileRows) * TileRows;

    /// <summary>Floats of a part's sums.</summary>
    public readonly nint PartLength => PaddedDepth * (nint)Panels.PaddedColumns;

    /// <summary>Floats of scratch memory a worker needs: a copied strip and its gradient for one panel.</summary>
    public readonly nint WorkerLength => Strip.Length + (Strip.Pixels * (nint)Panels.PaddedWidth(0));

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V> =>
        TileDispatch.Run<V, ConvStripGradient>(ref this, chunk, worker);

    public readonly void Run<T, R, O>(int chunk, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var copy = Scratch.Of(worker);
        var gradient = copy + Strip.Length;
        var part = Sums + (chunk * PartLength);
        new Span<float>(copy, (int)Strip.Length).Clear();
        new Span<float>(part, checked((int)PartLength)).Clear();
        var end = (int)((long)Strip.Strips * (chunk + 1) / Chunks);
        for (var strip = (int)((long)Strip.Strips * chunk / Chunks); strip < end; strip++)
        {
            Strip.Copy(Input, strip, copy);
            var next = strip + 1 < Strip.Strips ? GradientOf(strip + 1) : gradient;
            for (var panel = 0; panel < Panels.Count; panel++)
            {
                var sums = part + (Panels.FirstColumn(panel) * (nint)PaddedDepth);
                if (Panels.Width(panel) == Panels.PaddedWidth(panel))
                {
                    next = AddInPlace<T>(strip, panel, copy, sums, next);
                    continue;
                }

                CopyGradient<R, O>(strip, panel, gradient);
                var tile = new DenseTile
                {
                    A = copy,
                    B = gradient,
                    BStep = Panels.PaddedWidth(panel),
                    Depth = Strip.RowsFrom(Strip.At(strip).Row) * Strip.Pitch,
                    C = sums,
                };
                next = Add<T>(panel, tile, next);
            }
        }
    }

    private readonly float* GradientOf(int strip)
    {
        var (image, first) = Strip.At(strip);
        return Gradient + ((((nint)image * Strip.GridHeight) + first) * Strip.GridWidth * Panels.Columns);
    }

    private readonly void CopyGradient<R, O>(int strip, int panel, float* copy)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        nint width = Panels.PaddedWidth(panel);
        var rows = Strip.RowsFrom(Strip.At(strip).Row);
        var source = GradientOf(strip) + Panels.FirstColumn(panel);
        for (var row = 0; row < rows; row++)
        {
            for (var x = 0; x < Strip.GridWidth; x++, source += Panels.Columns, copy += width)
                GemmStore.Copy<R, O>(source, copy, Panels.Width(panel), (int)width);

            // The columns that belong to no pixel count for nothing.
            var rest = (Strip.Pitch - Strip.GridWidth) * width;
            new Span<float>(copy, (int)rest).Clear();
            copy += rest;
        }
    }

    // Rows of the gradient one after the other, where they lie.
    private readonly float* AddInPlace<T>(int strip, int panel, float* copy, float* sums, float* next)
        where T : ITiles
    {
        var tile = new DenseTile
        {
            A = copy,
            B = GradientOf(strip) + Panels.FirstColumn(panel),
            BStep = Panels.Columns,
            Depth = Strip.GridWidth,
            C = sums,
        };
        for (var rows = Strip.RowsFrom(Strip.At(strip).Row); rows > 0; rows--)
        {
            next = Add<T>(panel, tile, next);
            tile.A += Strip.Pitch * Strip.PixelLength;
            tile.B += Strip.GridWidth * (nint)Panels.Columns;
        }

        return next;
    }

    // Meanwhile each step of a tile asks for a cache line of what the next strip reads; returns where that ends.
    private readonly float* Add<T>(int panel, DenseTile tile, float* next)
        where T : ITiles
    {
        nint width = Panels.PaddedWidth(panel);
        tile.RowStep = 1;
        tile.DepthStep = Strip.PixelLength;
        tile.CStep = width;
        tile.InitialStep = width;
        for (var row = 0; row < Strip.Depth;)
        {
            var tall = Panels.Vectors(panel) == 1 && row + T.TallRows <= Strip.Depth;
            var rows = tall ? T.TallRows : TileRows;
            tile.Initial = tile.C;
            tile.Next = next;
            next += tile.Depth * Prefetch.FloatsPerLine;
            if (tall) T.MultiplyTall(&tile);
            else T.Multiply(Panels.Vectors(panel), &tile);
            row += rows;
            tile.A += rows;
            tile.C += rows * width;
        }

        return next;
    }
}

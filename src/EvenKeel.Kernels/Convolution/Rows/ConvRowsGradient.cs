using System.Runtime.Intrinsics;
using EvenKeel.Kernels.Products;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Convolution.Rows;

/// <summary>Weight gradients of 16 or 32 input channels, some rows at a time (<see cref="ConvRows"/>). A chunk is a part
/// of the strips with sums of its own, which are added up in order afterwards.</summary>
internal unsafe struct ConvRowsGradient : ILaneJob, ITileJob
{
    private const int WantedParts = 16;
    private const int Group = 16;

    public ConvRows Rows;
    public GemmPanels Panels;
    public float* Input;

    /// <summary>Output gradient [image][row][column][out].</summary>
    public float* Gradient;

    /// <summary>Receives the parts' sums, each in the order of the weights.</summary>
    public float* Sums;

    /// <summary>Memory of the workers, <see cref="WorkerLength"/> floats each.</summary>
    public WorkerMemory Scratch;

    /// <summary>Parts.</summary>
    public readonly int Chunks => Math.Min(WantedParts, Rows.Strips);

    /// <summary>Floats of a part's sums.</summary>
    public readonly nint PartLength => Rows.KernelRows * ConvRows.Columns * Rows.Channels * (nint)Panels.Columns;

    /// <summary>Floats of scratch memory a worker needs: a copied strip.</summary>
    public readonly nint WorkerLength => Rows.Length;

    private readonly nint GradientPitch => Rows.GridWidth * (nint)Panels.Columns;

    public void Run<V>(int chunk, int worker) where V : unmanaged, ILanes<V> =>
        TileDispatch.Run<V, ConvRowsGradient>(ref this, chunk, worker);

    public readonly void Run<T, R, O>(int chunk, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var copy = Scratch.Of(worker);
        var part = Sums + (chunk * PartLength);
        new Span<float>(copy, checked((int)Rows.Length)).Clear();
        new Span<float>(part, checked((int)PartLength)).Clear();
        var end = (int)((long)Rows.Strips * (chunk + 1) / Chunks);
        for (var strip = (int)((long)Rows.Strips * chunk / Chunks); strip < end; strip++)
        {
            Rows.Copy(Input, strip, copy);
            var (image, first) = Rows.At(strip);
            var gradient = Gradient + ((((nint)image * Rows.GridHeight) + first) * GradientPitch);
            var rows = Rows.RowsFrom(first);
            if (typeof(R) != typeof(Vector512<float>)) Add<T, R, O>(rows, copy, gradient, part);
            else if (Rows.Channels == Channels16.Value) AddWide<Channels16>(rows, copy, gradient, Rows.Source(Input, strip + 1), part);
            else AddWide<Channels32>(rows, copy, gradient, Rows.Source(Input, strip + 1), part);
        }
    }

    private readonly void AddWide<C>(int rows, float* copy, float* gradient, float* nextInput, float* part)
        where C : struct, IChannelCount
    {
        var tile = new RowTile
        {
            Pitch = Rows.Pitch,
            OtherStep = Panels.Columns,
            OtherPitch = GradientPitch,
            Rows = rows,
            Pixels = Rows.GridWidth,
            SumStep = Panels.Columns,
        };

        // The first tiles ask for what the next strip will read, a cache line at each pixel.
        var nextGradient = gradient + (rows * GradientPitch);
        var line = (nint)rows * Rows.GridWidth * 16;
        var inputLeft = rows * Rows.GridWidth * (nint)C.Value;
        var gradientLeft = rows * GradientPitch;
        for (var tap = 0; tap < Rows.KernelRows; tap++)
        {
            for (var channel = 0; channel < C.Value; channel += RowTiles.GradientChannels)
            {
                for (var column = 0; column < Panels.Columns; column += Group)
                {
                    if (gradientLeft > 0)
                    {
                        tile.Next = nextGradient;
                        nextGradient += line;
                        gradientLeft -= line;
                    }
                    else if (inputLeft > 0)
                    {
                        tile.Next = nextInput;
                        nextInput += line;
                        inputLeft -= line;
                    }
                    else
                    {
                        tile.Next = copy;
                    }

                    tile.Source = copy + (tap * (nint)Rows.Pitch) + channel;
                    tile.Other = gradient + column;
                    tile.Sums = part + (((tap * ConvRows.Columns * (nint)C.Value) + channel) * Panels.Columns) + column;
                    RowTiles.Gradient<C>(&tile);
                }
            }
        }
    }

    private readonly void Add<T, R, O>(int rows, float* copy, float* gradient, float* part)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var edge = stackalloc float[TileShape.MaxSums];
        for (var panel = 0; panel < Panels.Count; panel++)
        {
            var width = Panels.PaddedWidth(panel);
            var column = Panels.FirstColumn(panel);
            var tile = new DenseTile
            {
                RowStep = 1,
                DepthStep = Rows.Channels,
                BStep = Panels.Columns,
                Depth = Rows.GridWidth,
                C = edge,
                CStep = width,
                Initial = edge,
                InitialStep = width,
                Next = copy,
            };
            for (var tap = 0; tap < Rows.KernelRows * ConvRows.Columns; tap++)
            {
                var source = copy + (tap / ConvRows.Columns * (nint)Rows.Pitch) + (tap % ConvRows.Columns * Rows.Channels);
                for (var channel = 0; channel < Rows.Channels; channel += T.Shape.Rows)
                {
                    // The last tile reaches into the next pixel: what it sums there is left.
                    var some = Math.Min(T.Shape.Rows, Rows.Channels - channel);
                    var sums = part + (((tap * (nint)Rows.Channels) + channel) * Panels.Columns) + column;
                    for (var i = 0; i < some; i++) GemmStore.Copy<R, O>(sums + (i * (nint)Panels.Columns), edge + (i * width), width, width);
                    for (var row = 0; row < rows; row++)
                    {
                        tile.A = source + (row * (nint)Rows.Pitch) + channel;
                        tile.B = gradient + (row * GradientPitch) + column;
                        T.Multiply(Panels.Vectors(panel), &tile);
                    }

                    for (var i = 0; i < some; i++) GemmStore.Copy<R, O>(edge + (i * width), sums + (i * (nint)Panels.Columns), width, width);
                }
            }
        }
    }
}

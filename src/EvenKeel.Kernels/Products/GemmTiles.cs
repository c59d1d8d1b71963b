using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Products;

/// <summary>
/// A run of products for the pixels of one tile: step k multiplies element k behind each pointer with row
/// <see cref="FirstRow"/> + k of the weights.
/// </summary>
internal unsafe struct TileSegment
{
    public nint FirstRow;
    public nint Length;
    public float* Pixel0;
    public float* Pixel1;
    public float* Pixel2;
    public float* Pixel3;
    public float* Pixel4;
    public float* Pixel5;
    public float* Pixel6;
    public float* Pixel7;
}

/// <summary>One step of a sum over pixels: where the pixel's input and its output gradient are, in floats from the
/// tile's two base addresses.</summary>
internal readonly record struct TileStep(nint Input, nint Gradient);

/// <summary>
/// Operands of one tile at even distances: C(i, j) = I(i, j) + Σ A(i, k)·B(k, j). The sums start from I, so that cutting
/// the depth into pieces does not change a bit.
/// </summary>
internal unsafe struct DenseTile
{
    public float* A;

    /// <summary>Floats from a row of A to the next.</summary>
    public nint RowStep;

    /// <summary>Floats from a column of A to the next.</summary>
    public nint DepthStep;
    public float* B;
    public nint BStep;
    public nint Depth;
    public float* C;
    public nint CStep;

    /// <summary>Where the sums start, may be C; null means from zero.</summary>
    public float* Initial;
    public nint InitialStep;

    /// <summary>Memory wanted soon: a cache line of it is asked for at every step. Never null: the processor would look
    /// for a page that does not exist, every time.</summary>
    public float* Next;
}

/// <summary>How many rows a tile has, how many lanes a register, and how many registers a row at most.</summary>
internal readonly record struct TileShape(int Rows, int Lanes, int MaxVectors)
{
    /// <summary>Room for the sums of any tile, in floats.</summary>
    public const int MaxSums = 8 * 48;

    public static TileShape Of(VectorPath path) => path switch
    {
        VectorPath.Vector512 => WideTiles<Vector512<float>, Register512>.Shape,
        VectorPath.Vector256 => NarrowTiles<Vector256<float>, Register256>.Shape,
        _ => AdvSimd.IsSupported ? WideTiles<Vector128<float>, Register128>.Shape : NarrowTiles<Vector128<float>, Register128>.Shape,
    };
}

/// <summary>
/// The register tiles of one machine kind. A tile sums products in rows x vectors registers and moves the sums to a
/// buffer, one tile row after the other. Each sum runs over its steps in order in one register,
/// so its bits depend on neither the shape of the tile nor the width of the register.
/// </summary>
internal unsafe interface ITiles
{
    static abstract TileShape Shape { get; }

    /// <summary>Rows, columns and steps lie at even distances.</summary>
    /// <param name="vectors">Registers a row.</param>
    /// <param name="tile">Where the operands are.</param>
    static abstract void Multiply(int vectors, DenseTile* tile);

    /// <summary>Rows of a tile that is one register wide and as tall as registers allow: in a low one the sums would
    /// wait for each other.</summary>
    static abstract int TallRows { get; }

    /// <summary>The same for <see cref="TallRows"/> rows of one register.</summary>
    /// <param name="tile">Where the operands are.</param>
    static abstract void MultiplyTall(DenseTile* tile);

    /// <summary>Rows are pixels found by pointers; steps are consecutive elements behind them.</summary>
    /// <param name="vectors">Registers a row.</param>
    /// <param name="segments">Where the pixels are.</param>
    /// <param name="count">Number of segments.</param>
    /// <param name="weights">First weight row of the tile's columns.</param>
    /// <param name="rowStep">Floats from one weight row to the next.</param>
    /// <param name="sums">Receives the tile.</param>
    static abstract void GatherRows(
        int vectors, TileSegment* segments, int count, float* weights, nint rowStep, float* sums);

    /// <summary>Rows are consecutive input channels; steps are pixels found by offsets.</summary>
    /// <param name="vectors">Registers a row.</param>
    /// <param name="steps">Where the pixels are.</param>
    /// <param name="count">Number of pixels.</param>
    /// <param name="input">Base address of the input, at the tile's first channel.</param>
    /// <param name="gradient">Base address of the output gradient, at the tile's first column.</param>
    /// <param name="sums">The tile is added to these.</param>
    static abstract void GatherSteps(
        int vectors, TileStep* steps, int count, float* input, float* gradient, float* sums);
}

/// <summary>A job written for tiles; <see cref="TileDispatch"/> picks them by vector path.</summary>
internal interface ITileJob
{
    void Run<T, R, O>(int chunk, int worker)
        where T : ITiles
        where R : unmanaged
        where O : IRegisterOps<R>;
}

/// <summary>The one place that maps a vector path to its tiles.</summary>
internal static class TileDispatch
{
    public static void Run<V, TJob>(ref TJob job, int chunk, int worker)
        where V : unmanaged, ILanes<V>
        where TJob : unmanaged, ITileJob
    {
        if (typeof(V) == typeof(Lanes512)) job.Run<WideTiles<Vector512<float>, Register512>, Vector512<float>, Register512>(chunk, worker);
        else if (typeof(V) == typeof(Lanes256)) job.Run<NarrowTiles<Vector256<float>, Register256>, Vector256<float>, Register256>(chunk, worker);
        else if (AdvSimd.IsSupported) job.Run<WideTiles<Vector128<float>, Register128>, Vector128<float>, Register128>(chunk, worker);
        else job.Run<NarrowTiles<Vector128<float>, Register128>, Vector128<float>, Register128>(chunk, worker);
    }
}

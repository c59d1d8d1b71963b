using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels.Products;

/// <summary>How a tile walks over A, two steps of the depth at a time. Distances that the compiler knows go into the
/// addresses; others cost an instruction a step, and it is those that a tile waits for where two programs share a core.</summary>
internal unsafe interface ITileWalk
{
    /// <summary>Floats from the first pointer to the second.</summary>
    static abstract nint Far(DenseTile* tile);

    /// <summary>Floats to so many steps deeper.</summary>
    static abstract nint Distance(DenseTile* tile, int steps);

    /// <summary>The number in a row of the tile. Taken by index, so that the distances go into one address.</summary>
    /// <param name="near">The first row.</param>
    /// <param name="far">The second pointer.</param>
    /// <param name="step">Floats to the next row.</param>
    /// <param name="step2">Twice as many.</param>
    /// <param name="step3">Three times as many.</param>
    /// <param name="row">Which row, 0 to 7.</param>
    /// <param name="deeper">0, or 1 for a step deeper.</param>
    static abstract float At(float* near, float* far, nint step, nint step2, nint step3, int row, int deeper);
}

/// <summary>The depth runs along A's rows; the second pointer is at the fifth.</summary>
internal readonly unsafe struct DeepRows : ITileWalk
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Far(DenseTile* tile) => 4 * tile->RowStep;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Distance(DenseTile* tile, int steps) => steps;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float At(float* near, float* far, nint step, nint step2, nint step3, int row, int deeper) => row switch
    {
        0 => near[deeper],
        1 => near[step + deeper],
        2 => near[step2 + deeper],
        3 => near[step3 + deeper],
        4 => far[deeper],
        5 => far[step + deeper],
        6 => far[step2 + deeper],
        _ => far[step3 + deeper],
    };
}

/// <summary>The depth runs across A's rows, whose numbers lie side by side; the second pointer is a step deeper.</summary>
internal readonly unsafe struct DeepColumns : ITileWalk
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Far(DenseTile* tile) => tile->DepthStep;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Distance(DenseTile* tile, int steps) => steps * tile->DepthStep;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float At(float* near, float* far, nint step, nint step2, nint step3, int row, int deeper) =>
        deeper == 0 ? near[row] : far[row];
}

using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Products;

/// <summary>Weights that are read next, a few rows of which are asked for with each register tile that is worked on
/// before: they lie far apart, and the processor does not guess them.</summary>
internal unsafe struct WeightsAhead
{
    private readonly nint _step;
    private readonly nint _width;
    private float* _row;
    private int _rows;

    /// <summary>The rows.</summary>
    /// <param name="first">Where they start.</param>
    /// <param name="step">Floats from a row to the next.</param>
    /// <param name="width">Floats of a row.</param>
    /// <param name="rows">Number of rows.</param>
    public WeightsAhead(float* first, nint step, nint width, int rows)
    {
        _row = first;
        _step = step;
        _width = width;
        _rows = rows;
    }

    /// <summary>Cache lines that are left.</summary>
    public readonly int Lines => _rows * (((int)_width / 16) + 1);

    /// <summary>Asks for a share of what is left.</summary>
    /// <param name="turns">How many more shares there will be, this one included.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Ask(int turns)
    {
        var some = WorkSplit.Chunks(_rows, turns);
        _rows -= some;
        for (; some > 0; some--, _row += _step)
        {
            // A row need not start with a cache line.
            for (nint line = 0; line < _width; line += 16) Prefetch.Line(_row + line);
            Prefetch.Line(_row + _width - 1);
        }
    }
}

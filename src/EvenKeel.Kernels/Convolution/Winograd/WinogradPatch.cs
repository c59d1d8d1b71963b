using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels.Convolution.Winograd;

/// <summary>Up to six rows of pixels that a run of tiles sees: where they start, and which of their columns lie in the
/// image. Rows outside are zeros; columns outside are not to be read.</summary>
internal unsafe struct WinogradPatch
{
    public float* Row0;
    public float* Row1;
    public float* Row2;
    public float* Row3;
    public float* Row4;
    public float* Row5;

    /// <summary>The rows that lie in the image, a bit each.</summary>
    public int Inside;

    /// <summary>First column in the image.</summary>
    public int First;

    /// <summary>The column after the last in the image.</summary>
    public int End;

    /// <summary>Columns in all.</summary>
    public int Columns;

    /// <summary>Floats from a column to the next.</summary>
    public nint Step;

    /// <summary>Floats to the pixels of the next run, which are asked for while these are read; 0 to leave that to the
    /// processor.</summary>
    public nint Ahead;

    /// <summary>Asks for the next run's pixels.</summary>
    /// <param name="offset">Where this run's pixels are read, in floats from the start of a row.</param>
    /// <param name="rows">Rows that are read.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Prefetch(nint offset, int rows)
    {
        if (Ahead == 0) return;
        offset += Ahead;
        Vectors.Prefetch.Line(Row0 + offset);
        Vectors.Prefetch.Line(Row1 + offset);
        Vectors.Prefetch.Line(Row2 + offset);
        Vectors.Prefetch.Line(Row3 + offset);
        if (rows == Filtering.Tile) return;
        Vectors.Prefetch.Line(Row4 + offset);
        Vectors.Prefetch.Line(Row5 + offset);
    }
}

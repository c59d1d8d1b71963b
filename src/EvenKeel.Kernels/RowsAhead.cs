using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels;

/// <summary>Two runs of memory that are read next, a share of which is asked for with each register tile that is worked on
/// before.</summary>
internal unsafe struct RowsAhead
{
    private const int FloatsPerLine = 16;

    private readonly float* _first;
    private readonly float* _second;
    private readonly nint _firstLines;
    private readonly nint _secondLines;
    private readonly nint _turns;
    private nint _turn;

    /// <summary>The runs.</summary>
    /// <param name="first">Where the first starts.</param>
    /// <param name="firstLength">Its floats.</param>
    /// <param name="second">Where the second starts.</param>
    /// <param name="secondLength">Its floats.</param>
    /// <param name="turns">How many shares there will be.</param>
    public RowsAhead(float* first, nint firstLength, float* second, nint secondLength, int turns)
    {
        _first = first;
        _second = second;
        _firstLines = firstLength / FloatsPerLine;
        _secondLines = secondLength / FloatsPerLine;
        _turns = turns;
    }

    /// <summary>Asks for the next share.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Ask()
    {
        if (_turn == _turns) return;
        Ask(_first, _firstLines);
        Ask(_second, _secondLines);
        _turn++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Ask(float* run, nint lines)
    {
        var end = lines * (_turn + 1) / _turns;
        for (var line = lines * _turn / _turns; line < end; line++) Prefetch.Line(run + (line * FloatsPerLine));
    }
}

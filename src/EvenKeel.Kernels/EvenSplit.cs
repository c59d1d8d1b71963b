using System.Numerics;

namespace EvenKeel.Kernels;

/// <summary>
/// Work cut into pieces of about one size, in a number that threads divide without a rest: with three pieces, or with a
/// small one at the end, one of two threads would wait for the other. It follows from the sizes alone, never from the
/// number of threads.
/// </summary>
internal readonly struct EvenSplit
{
    private readonly long _total;
    private readonly long _units;
    private readonly int _granule;

    /// <summary>Cuts work up.</summary>
    /// <param name="total">Its size.</param>
    /// <param name="most">Size of the largest piece: a multiple of <paramref name="granule"/>.</param>
    /// <param name="granule">Pieces start at multiples of it.</param>
    /// <param name="multiple">The number of pieces is a multiple of this power of two, or a smaller power of two.</param>
    public EvenSplit(long total, long most, int granule = 1, int multiple = 8)
    {
        _total = total;
        _granule = granule;
        _units = (total + granule - 1) / granule;
        var pieces = (total + most - 1) / most;
        var even = pieces < multiple ? (long)BitOperations.RoundUpToPowerOf2((ulong)pieces) : (pieces + multiple - 1) / multiple * multiple;
        Count = checked((int)Math.Min(_units, even));
    }

    /// <summary>Number of pieces.</summary>
    public int Count { get; }

    /// <summary>Where a piece starts.</summary>
    public long First(int piece) => _units * piece / Count * _granule;

    /// <summary>Where a piece ends.</summary>
    public long End(int piece) => Math.Min(_total, First(piece + 1));
}

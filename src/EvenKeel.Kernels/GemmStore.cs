using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels;

/// <summary>Moves a row of sums from a tile's buffer to where it belongs.</summary>
internal static unsafe class GemmStore
{
    /// <summary>result = act(sums + bias), or result += where <paramref name="accumulate"/> is set.</summary>
    /// <param name="sums">The row in the buffer.</param>
    /// <param name="result">The row's first column in the result.</param>
    /// <param name="columns">Columns to write.</param>
    /// <param name="bias">Null for none.</param>
    /// <param name="slope">act(v) is v above zero and slope·v elsewhere; 1 leaves values alone.</param>
    /// <param name="accumulate">Adds to what the result holds.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Row<R>(float* sums, float* result, int columns, float* bias, float slope, bool accumulate)
        where R : unmanaged, IRegister<R>
    {
        var j = 0;
        var slopes = R.Splat(slope);
        for (; j + R.Lanes <= columns; j += R.Lanes)
        {
            var value = R.Load(sums + j);
            if (bias != null) value += R.Load(bias + j);
            if (slope != 1f) value = R.LeakyRelu(value, slopes);
            if (accumulate) value += R.Load(result + j);
            R.Store(result + j, value);
        }

        for (; j < columns; j++)
        {
            var value = sums[j];
            if (bias != null) value += bias[j];
            if (!(value > 0f)) value *= slope;
            if (accumulate) value += result[j];
            result[j] = value;
        }
    }
}

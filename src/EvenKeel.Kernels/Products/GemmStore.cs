using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels.Products;

/// <summary>Moves sums from registers to a tile's buffer, and rows of the buffer to where they belong.</summary>
internal static unsafe class GemmStore
{
    /// <summary>Copies a row whole, and fills it up with zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy<R, O>(float* source, float* destination, int columns, int paddedColumns)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var j = 0;
        for (; j + O.Lanes <= columns; j += O.Lanes) O.Store(destination + j, O.Load(source + j));
        for (; j < columns; j++) destination[j] = source[j];
        for (; j < paddedColumns; j++) destination[j] = 0f;
    }

    /// <summary>result = act(sums + bias), or result += where <paramref name="accumulate"/> is set.</summary>
    /// <param name="sums">The row in the buffer.</param>
    /// <param name="result">The row's first column in the result.</param>
    /// <param name="columns">Columns to write.</param>
    /// <param name="bias">Null for none.</param>
    /// <param name="slope">act(v) is v above zero and slope·v elsewhere; 1 leaves values alone.</param>
    /// <param name="accumulate">Adds to what the result holds.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Row<R, O>(float* sums, float* result, int columns, float* bias, float slope, bool accumulate)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        var j = 0;
        var slopes = O.Splat(slope);
        for (; j + O.Lanes <= columns; j += O.Lanes)
        {
            var value = O.Load(sums + j);
            if (bias != null) value = O.Add(value, O.Load(bias + j));
            if (slope != 1f) value = O.LeakyRelu(value, slopes);
            if (accumulate) value = O.Add(value, O.Load(result + j));
            O.Store(result + j, value);
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

    /// <summary>Writes a tile row to a tile's buffer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<R, O>(float* sums, R a)
        where R : unmanaged
        where O : IRegisterOps<R> => O.Store(sums, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<R, O>(float* sums, R a, R b)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        O.Store(sums, a);
        O.Store(sums + O.Lanes, b);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<R, O>(float* sums, R a, R b, R c)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        O.Store(sums, a);
        O.Store(sums + O.Lanes, b);
        O.Store(sums + (2 * O.Lanes), c);
    }

    /// <summary>Reads a tile row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read<R, O>(float* sums, out R a)
        where R : unmanaged
        where O : IRegisterOps<R> => a = O.Load(sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read<R, O>(float* sums, out R a, out R b)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        a = O.Load(sums);
        b = O.Load(sums + O.Lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read<R, O>(float* sums, out R a, out R b, out R c)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        a = O.Load(sums);
        b = O.Load(sums + O.Lanes);
        c = O.Load(sums + (2 * O.Lanes));
    }

    /// <summary>Adds a tile row to a tile's buffer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<R, O>(float* sums, R a)
        where R : unmanaged
        where O : IRegisterOps<R> => O.Store(sums, O.Add(O.Load(sums), a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<R, O>(float* sums, R a, R b)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        O.Store(sums, O.Add(O.Load(sums), a));
        O.Store(sums + O.Lanes, O.Add(O.Load(sums + O.Lanes), b));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<R, O>(float* sums, R a, R b, R c)
        where R : unmanaged
        where O : IRegisterOps<R>
    {
        O.Store(sums, O.Add(O.Load(sums), a));
        O.Store(sums + O.Lanes, O.Add(O.Load(sums + O.Lanes), b));
        O.Store(sums + (2 * O.Lanes), O.Add(O.Load(sums + (2 * O.Lanes)), c));
    }
}

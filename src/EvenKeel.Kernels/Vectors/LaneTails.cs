using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels.Vectors;

/// <summary>Loads and stores where fewer than sixteen floats may be left: those go through a stack buffer, so that nothing
/// outside is touched.</summary>
internal static unsafe class LaneTails
{
    /// <summary>Sixteen floats, or as many as there are, the rest zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(float* source, nint count) where V : unmanaged, ILanes<V> =>
        count >= ILanes<V>.Count ? V.Load(source) : LoadPartial<V>(source, (int)count);

    /// <summary>Writes sixteen floats, or as many as there is room for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<V>(float* destination, V value, nint count) where V : unmanaged, ILanes<V>
    {
        if (count >= ILanes<V>.Count) V.Store(destination, value);
        else StorePartial(destination, value, (int)count);
    }

    /// <summary>The first <paramref name="count"/> lanes from memory, the rest zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LoadPartial<V>(float* source, int count) where V : unmanaged, ILanes<V>
    {
        var buffer = stackalloc float[16];
        for (var i = 0; i < count; i++) buffer[i] = source[i];
        for (var i = count; i < 16; i++) buffer[i] = 0f;
        return V.Load(buffer);
    }

    /// <summary>Writes the first <paramref name="count"/> lanes only.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StorePartial<V>(float* destination, V value, int count) where V : unmanaged, ILanes<V>
    {
        var buffer = stackalloc float[16];
        V.Store(buffer, value);
        for (var i = 0; i < count; i++) destination[i] = buffer[i];
    }
}

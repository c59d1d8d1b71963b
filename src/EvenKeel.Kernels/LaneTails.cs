using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels;

/// <summary>Loads and stores of fewer than sixteen floats, through a stack buffer so that nothing outside is touched.</summary>
internal static unsafe class LaneTails
{
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

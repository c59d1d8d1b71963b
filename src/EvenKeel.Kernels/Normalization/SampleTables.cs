using System.Runtime.CompilerServices;
using EvenKeel.Kernels.Vectors;

namespace EvenKeel.Kernels.Normalization;

/// <summary>Tables with a number for each column of a slice: from groups and channels to columns and back.</summary>
internal static unsafe class SampleTables
{
    /// <summary>Gives the columns of a group its number.</summary>
    public static void FromGroups(in SampleLayout layout, float* perGroup, float* table)
    {
        if (layout.Groups == 1)
        {
            new Span<float>(table, layout.Columns).Fill(*perGroup);
            return;
        }

        if (layout.Width == 1)
        {
            FromChannels(layout, perGroup, table);
            return;
        }

        for (var copy = 0; copy < layout.Copies; copy++)
            for (var group = 0; group < layout.Groups; group++, table += layout.Width)
                new Span<float>(table, layout.Width).Fill(perGroup[group]);
    }

    /// <summary>Repeats a table of channels for every pixel of a wide row.</summary>
    public static void FromChannels(in SampleLayout layout, float* perChannel, float* table)
    {
        new ReadOnlySpan<float>(perChannel, layout.Channels).CopyTo(new Span<float>(table, layout.Channels));
        for (var done = layout.Channels; done < layout.Columns; done *= 2)
        {
            var next = Math.Min(done, layout.Columns - done);
            new ReadOnlySpan<float>(table, next).CopyTo(new Span<float>(table + done, next));
        }
    }

    /// <summary>Sum over the columns of a group.</summary>
    public static double OfGroup<V>(in SampleLayout layout, float* table, int group) where V : unmanaged, ILanes<V>
    {
        if (layout.Groups == 1) return Sum<V>(table, layout.Columns);
        var sum = 0.0;
        for (var copy = 0; copy < layout.Copies; copy++)
            sum += Sum<V>(table + (copy * layout.Channels) + (group * layout.Width), layout.Width);
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Sum<V>(float* values, int count) where V : unmanaged, ILanes<V>
    {
        var i = 0;
        var sum = 0.0;
        if (count >= ILanes<V>.Count)
        {
            var lanes = V.Zero;
            for (; i <= count - ILanes<V>.Count; i += ILanes<V>.Count) lanes += V.Load(values + i);
            sum = V.Sum(lanes);
        }

        for (; i < count; i++) sum += values[i];
        return sum;
    }
}

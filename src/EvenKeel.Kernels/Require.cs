using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace EvenKeel.Kernels;

/// <summary>The checks at the edge of a kernel: spans of the right length, settings in range.</summary>
internal static class Require
{
    /// <summary>A span must hold exactly this many values.</summary>
    public static void Length<T>(
        ReadOnlySpan<T> values, long expected, [CallerArgumentExpression(nameof(values))] string name = "")
    {
        if (values.Length != expected) ThrowLength(name, values.Length, expected);
    }

    /// <inheritdoc cref="Length{T}(ReadOnlySpan{T}, long, string)"/>
    public static void Length<T>(
        Span<T> values, long expected, [CallerArgumentExpression(nameof(values))] string name = "") =>
        Length((ReadOnlySpan<T>)values, expected, name);

    /// <summary>Rows of a matrix with this many channels; the length must be a multiple.</summary>
    public static int Rows(
        ReadOnlySpan<float> values, int channels, [CallerArgumentExpression(nameof(values))] string name = "")
    {
        if (channels < 1) throw new ArgumentException($"channels is {channels}: expected 1 or more.");
        var rows = values.Length / channels;
        if (rows * channels != values.Length)
        {
            throw new ArgumentException(
                $"{name} holds {values.Length} values: expected a multiple of its {channels} channels.");
        }

        return rows;
    }

    /// <summary>Segments of a table with one value for each segment and channel.</summary>
    public static int Segments(int table, int channels)
    {
        if (channels < 1) throw new ArgumentException($"channels is {channels}: expected 1 or more.");
        var segments = table / channels;
        if (segments < 1 || segments * channels != table)
            throw new ArgumentException($"A table of {table} values does not hold whole segments of {channels} channels.");
        return segments;
    }

    /// <summary>Rows in each of the segments of [segments, rows, channels]; they must come out even.</summary>
    public static int Rows(
        ReadOnlySpan<float> values, int channels, int segments,
        [CallerArgumentExpression(nameof(values))] string name = "")
    {
        var rows = Rows(values, channels, name);
        if (rows % segments != 0)
            throw new ArgumentException($"{name} has {rows} rows: expected a multiple of its {segments} segments.");
        return rows / segments;
    }

    /// <summary>A setting must lie where it makes sense.</summary>
    public static void That(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ref Complaint complaint)
    {
        if (!holds) throw new ArgumentException(complaint.Text);
    }

    [DoesNotReturn]
    private static void ThrowLength(string name, int actual, long expected) =>
        throw new ArgumentException($"{name} holds {actual} values: expected {expected}.");

    /// <summary>A message that is only put together when the check fails, so that a check allocates nothing.</summary>
    [InterpolatedStringHandler]
    public ref struct Complaint
    {
        private DefaultInterpolatedStringHandler _text;

        public Complaint(int literalLength, int formattedCount, bool holds, out bool wanted)
        {
            wanted = !holds;
            if (wanted) _text = new DefaultInterpolatedStringHandler(literalLength, formattedCount);
        }

        public string Text => _text.ToStringAndClear();

        public void AppendLiteral(string value) => _text.AppendLiteral(value);

        public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);
    }
}

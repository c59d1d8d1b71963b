namespace EvenKeel.Data;

/// <summary>Labelled images ready to be read as floats, [N,H,W,C]. Reading is safe from several threads.</summary>
public abstract class PreparedSet
{
    private protected PreparedSet(ImageSet set)
    {
        (Name, Labels, Classes) = (set.Name, set.Labels, set.Classes);
        (Height, Width, Channels) = (set.Height, set.Width, set.Channels);
    }

    /// <summary>Name of the data set.</summary>
    public string Name { get; }

    /// <summary>Number of images.</summary>
    public int Count => Labels.Length;

    /// <summary>Rows of an image.</summary>
    public int Height { get; }

    /// <summary>Columns of an image.</summary>
    public int Width { get; }

    /// <summary>Values per pixel.</summary>
    public int Channels { get; }

    /// <summary>Values per image.</summary>
    public int Size => Height * Width * Channels;

    /// <summary>[N], an index into <see cref="Classes"/> each.</summary>
    public byte[] Labels { get; }

    /// <summary>Names of the classes.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Writes one image.</summary>
    /// <param name="index">Which image.</param>
    /// <param name="destination">[H,W,C].</param>
    public void Image(int index, Span<float> destination) => Pixels(index, 0, destination[..Size]);

    /// <summary>Writes a run of an image's values.</summary>
    /// <param name="index">Which image.</param>
    /// <param name="first">First value, a multiple of the channels.</param>
    /// <param name="destination">As many as are wanted.</param>
    internal abstract void Pixels(int index, int first, Span<float> destination);
}

/// <summary>Bytes, turned into floats by one table of 256 a channel.</summary>
internal sealed class TableSet : PreparedSet
{
    private readonly byte[] _pixels;
    private readonly float[] _table;

    /// <summary>Keeps both.</summary>
    /// <param name="set">The images.</param>
    /// <param name="table">[C,256].</param>
    public TableSet(ImageSet set, float[] table)
        : base(set) => (_pixels, _table) = (set.Pixels, table);

    /// <inheritdoc/>
    internal override void Pixels(int index, int first, Span<float> destination)
    {
        var source = _pixels.AsSpan(index * Size + first, destination.Length);
        var table = _table.AsSpan();
        if (Channels == 3)
        {
            var red = table[..256];
            var green = table.Slice(256, 256);
            var blue = table.Slice(512, 256);
            for (var i = 0; i + 2 < source.Length; i += 3)
            {
                destination[i] = red[source[i]];
                destination[i + 1] = green[source[i + 1]];
                destination[i + 2] = blue[source[i + 2]];
            }

            return;
        }

        for (var i = 0; i < source.Length; i++) destination[i] = table[(i % Channels) * 256 + source[i]];
    }
}

/// <summary>Floats kept as they are; for whitening, where every value depends on the whole image.</summary>
internal sealed class FloatSet : PreparedSet
{
    private readonly float[] _values;

    public FloatSet(ImageSet set, float[] values)
        : base(set) => _values = values;

    /// <inheritdoc/>
    internal override void Pixels(int index, int first, Span<float> destination) =>
        _values.AsSpan(index * Size + first, destination.Length).CopyTo(destination);
}

using System.Security.Cryptography;

namespace EvenKeel.Data;

/// <summary>Which of a data set's two published parts.</summary>
public enum Split
{
    /// <summary>The images to learn from.</summary>
    Train,

    /// <summary>The images to be judged on.</summary>
    Test,
}

/// <summary>Labelled images of one size, held as bytes.</summary>
public sealed class ImageSet
{
    private string? _fingerprint;

    /// <summary>Takes over the arrays; nothing is copied.</summary>
    /// <param name="name">Name for messages, such as <c>cifar10</c>.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="width">Columns of an image.</param>
    /// <param name="channels">1 for grey, 3 for red, green, blue.</param>
    /// <param name="pixels">[N,H,W,C], 0 to 255.</param>
    /// <param name="labels">[N], an index into <paramref name="classes"/> each.</param>
    /// <param name="classes">Names of the classes.</param>
    /// <exception cref="UserException">The arrays do not fit each other, or a label names no class.</exception>
    public ImageSet(
        string name, int height, int width, int channels, byte[] pixels, byte[] labels, IReadOnlyList<string> classes)
    {
        var size = height * width * channels;
        if (height < 1 || width < 1 || channels < 1 || pixels.Length != (long)labels.Length * size)
        {
            throw new UserException(
                $"{name} does not fit together: {labels.Length} labels need {(long)labels.Length * size} pixel bytes of " +
                $"{height}x{width}x{channels} images, but there are {pixels.Length}.");
        }

        var outside = labels.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)(classes.Count - 1));
        if (outside >= 0)
        {
            throw new UserException(
                $"{name}: image {outside} has label {labels[outside]}, but the classes are 0 to {classes.Count - 1}; " +
                "the file is damaged or is not this data set.");
        }

        (Name, Height, Width, Channels, Pixels, Labels, Classes) =
            (name, height, width, channels, pixels, labels, classes);
    }

    /// <summary>Name for messages.</summary>
    public string Name { get; }

    /// <summary>Number of images.</summary>
    public int Count => Labels.Length;

    /// <summary>Rows of an image.</summary>
    public int Height { get; }

    /// <summary>Columns of an image.</summary>
    public int Width { get; }

    /// <summary>Values per pixel.</summary>
    public int Channels { get; }

    /// <summary>Values per image: height x width x channels.</summary>
    public int Size => Height * Width * Channels;

    /// <summary>[N,H,W,C], 0 to 255.</summary>
    public byte[] Pixels { get; }

    /// <summary>[N], an index into <see cref="Classes"/> each.</summary>
    public byte[] Labels { get; }

    /// <summary>Names of the classes.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>SHA-256 of all pixels, then all labels, in lower-case hexadecimal: says which data a run used.</summary>
    public string Fingerprint => _fingerprint ??= ComputeFingerprint();

    /// <summary>Pixels of one image, [H,W,C].</summary>
    /// <param name="index">Which image.</param>
    public ReadOnlySpan<byte> Image(int index) => Pixels.AsSpan(index * Size, Size);

    /// <summary>A range of the images, copied unless it is the whole set.</summary>
    /// <param name="first">First image.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="UserException">The set has fewer images.</exception>
    public ImageSet Take(int first, int count)
    {
        if (first < 0 || count < 0 || (long)first + count > Count)
        {
            throw new UserException(
                $"{Name} has {Count} images: images {first} to {(long)first + count - 1} were asked for. Ask for fewer.");
        }

        if (count == Count) return this;
        return new ImageSet(
            Name, Height, Width, Channels, Pixels.AsSpan(first * Size, count * Size).ToArray(),
            Labels.AsSpan(first, count).ToArray(), Classes);
    }

    /// <summary>The images in another order, copied.</summary>
    internal ImageSet Reorder(ReadOnlySpan<int> order)
    {
        var pixels = new byte[order.Length * Size];
        var labels = new byte[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            Image(order[i]).CopyTo(pixels.AsSpan(i * Size));
            labels[i] = Labels[order[i]];
        }

        return new ImageSet(Name, Height, Width, Channels, pixels, labels, Classes);
    }

    private string ComputeFingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Pixels);
        hash.AppendData(Labels);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

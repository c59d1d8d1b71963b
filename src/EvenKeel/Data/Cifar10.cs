namespace EvenKeel.Data;

/// <summary>
/// CIFAR-10 in its binary form: per image one label byte, then the red, green and blue planes of 32x32 bytes each.
/// </summary>
/// <remarks>Krizhevsky, "Learning multiple layers of features from tiny images", 2009.</remarks>
public sealed class Cifar10 : DataSource
{
    private const string Folder = "cifar-10-batches-bin";
    private const int Plane = 32 * 32;
    private const int Record = 1 + 3 * Plane;
    private const int ImagesPerFile = 10_000;

    /// <inheritdoc/>
    public override string Name => "cifar10";

    /// <inheritdoc/>
    public override string Description => "60,000 colour photographs of animals and vehicles, 32x32.";

    /// <inheritdoc/>
    public override string Publisher => "Alex Krizhevsky, University of Toronto, https://www.cs.toronto.edu/~kriz/cifar.html";

    /// <inheritdoc/>
    public override string License => "no licence stated; cite Krizhevsky 2009";

    /// <inheritdoc/>
    public override int Height => 32;

    /// <inheritdoc/>
    public override int Width => 32;

    /// <inheritdoc/>
    public override int Channels => 3;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Classes { get; } =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <inheritdoc/>
    public override IReadOnlyList<DataDownload> Downloads { get; } =
    [
        new("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", "cifar-10-binary.tar.gz", 170_052_171,
            "c32a1d4ab5d03f1284b67883e8d87530", Unpack: true),
    ];

    /// <inheritdoc/>
    public override int Count(Split split) => Files(split).Count * ImagesPerFile;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Files(Split split) => split == Split.Test
        ? [$"{Folder}/test_batch.bin"]
        : [.. Enumerable.Range(1, 5).Select(i => $"{Folder}/data_batch_{i}.bin")];

    /// <inheritdoc/>
    internal override OfficialContent? Official(Split split) => split == Split.Test
        ? new("7d79e752791e06a18555c99847bca99810edb70997e43e29d59bb1741e4f6ee7", Fingerprint: null, FirstLabels: [3, 8, 8, 0, 6, 6, 1, 6, 3, 1])
        : new("55c8a3bce23813265871719a30bdcf241b1f86e2f74a9a12cc19d1252b74adde", Fingerprint: null, FirstLabels: [6, 9, 9, 4, 1, 1, 2, 7, 8, 3]);

    /// <inheritdoc/>
    private protected override ImageSet Read(string folder, Split split)
    {
        var files = Files(split);
        var pixels = new byte[files.Count * ImagesPerFile * 3 * Plane];
        var labels = new byte[files.Count * ImagesPerFile];
        for (var file = 0; file < files.Count; file++)
        {
            var path = Path.Combine(folder, files[file]);
            var length = new FileInfo(path).Length;
            if (length != ImagesPerFile * Record)
            {
                throw new UserException(
                    $"{path} is {(length < ImagesPerFile * Record ? "truncated" : "too long")}: expected " +
                    $"{ImagesPerFile * Record} bytes, got {length}; delete it and run 'evenkeel data get {Name}'.");
            }

            var bytes = File.ReadAllBytes(path);
            for (var image = 0; image < ImagesPerFile; image++)
            {
                var record = bytes.AsSpan(image * Record, Record);
                var index = file * ImagesPerFile + image;
                labels[index] = record[0];
                Interleave(record[1..], pixels.AsSpan(index * 3 * Plane, 3 * Plane));
            }
        }

        return new ImageSet(Name, Height, Width, Channels, pixels, labels, Classes);
    }

    private static void Interleave(ReadOnlySpan<byte> planes, Span<byte> pixels)
    {
        for (var i = 0; i < Plane; i++)
        {
            pixels[3 * i] = planes[i];
            pixels[3 * i + 1] = planes[Plane + i];
            pixels[3 * i + 2] = planes[2 * Plane + i];
        }
    }
}

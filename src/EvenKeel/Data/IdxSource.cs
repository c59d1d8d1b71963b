namespace EvenKeel.Data;

/// <summary>What MNIST and Fashion-MNIST share: four IDX files, 60,000 and 10,000 grey images of 28x28.</summary>
public abstract class IdxSource : DataSource
{
    private protected IdxSource()
    {
    }

    /// <inheritdoc/>
    public override int Height => 28;

    /// <inheritdoc/>
    public override int Width => 28;

    /// <inheritdoc/>
    public override int Channels => 1;

    /// <inheritdoc/>
    public override int Count(Split split) => split == Split.Test ? 10_000 : 60_000;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Files(Split split)
    {
        var part = split == Split.Test ? "t10k" : "train";
        return [$"{Name}/{part}-images-idx3-ubyte.gz", $"{Name}/{part}-labels-idx1-ubyte.gz"];
    }

    /// <inheritdoc/>
    private protected override ImageSet Read(string folder, Split split)
    {
        var files = Files(split);
        var imagesPath = Locate(folder, files[0])!;
        var labelsPath = Locate(folder, files[1])!;
        var (shape, pixels) = IdxFile.Read(imagesPath, 3);
        var (count, labels) = IdxFile.Read(labelsPath, 1);
        if (shape[0] != count[0])
        {
            throw new UserException(
                $"{imagesPath} has {shape[0]} images but {labelsPath} has {count[0]} labels; they belong to different sets.");
        }

        if (shape[1] != Height || shape[2] != Width)
        {
            throw new UserException(
                $"{imagesPath} has images of {shape[1]}x{shape[2]}: {Name} has {Height}x{Width}.");
        }

        return new ImageSet(Name, Height, Width, Channels, pixels, labels, Classes);
    }
}

namespace EvenKeel.Data;

/// <summary>
/// A data set EvenKeel can load: one file per set, one line in <see cref="All"/>. From that list come the command
/// line, the errors and the documentation.
/// </summary>
public abstract class DataSource
{
    /// <summary>Every data set.</summary>
    public static IReadOnlyList<DataSource> All { get; } =
    [
        new Shapes10(),
        new Cifar10(),
        new FashionMnist(),
        new Mnist(),
    ];

    /// <summary>Name on the command line and in specs.</summary>
    public abstract string Name { get; }

    /// <summary>One sentence.</summary>
    public abstract string Description { get; }

    /// <summary>Who made it and where it is described.</summary>
    public abstract string Publisher { get; }

    /// <summary>Under what terms it may be used.</summary>
    public abstract string License { get; }

    /// <summary>Rows of an image.</summary>
    public abstract int Height { get; }

    /// <summary>Columns of an image.</summary>
    public abstract int Width { get; }

    /// <summary>Values per pixel.</summary>
    public abstract int Channels { get; }

    /// <summary>Names of the classes, in label order.</summary>
    public abstract IReadOnlyList<string> Classes { get; }

    /// <summary>What to download, and where it goes; empty if the set is generated.</summary>
    public virtual IReadOnlyList<DataDownload> Downloads => [];

    /// <summary>Images in a part.</summary>
    /// <param name="split">The part.</param>
    public abstract int Count(Split split);

    /// <summary>Paths of a part's files below the data folder; a <c>.gz</c> file may also lie there unpacked.</summary>
    /// <param name="split">The part.</param>
    public virtual IReadOnlyList<string> Files(Split split) => [];

    /// <summary>Reads a part, or generates it.</summary>
    /// <param name="folder">The data folder (see <see cref="DataFolder"/>).</param>
    /// <param name="split">The part.</param>
    /// <exception cref="UserException">A file is missing, short or damaged.</exception>
    public ImageSet Load(string folder, Split split)
    {
        var missing = Files(split).Where(file => Locate(folder, file) is null).ToList();
        if (missing.Count > 0)
        {
            throw new UserException(
                $"The data set {Name} is not in {folder}: {string.Join(", ", missing)} " +
                $"{(missing.Count == 1 ? "is" : "are")} missing; run 'evenkeel data get {Name}', or name another folder " +
                $"with --data-dir or {DataFolder.Variable}.");
        }

        return Read(folder, split);
    }

    /// <summary>True if every file of both parts is there (its content is not looked at).</summary>
    /// <param name="folder">The data folder.</param>
    public bool IsPresent(string folder) =>
        Files(Split.Train).Concat(Files(Split.Test)).All(file => Locate(folder, file) is not null);

    /// <summary>The data set of that name.</summary>
    /// <param name="name">Its name, in any case.</param>
    /// <exception cref="UserException">No such data set; the message lists them and guesses.</exception>
    public static DataSource Find(string name) =>
        All.FirstOrDefault(source => string.Equals(source.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new UserException(
            $"There is no data set '{name}': expected one of {string.Join(", ", All.Select(s => s.Name))}." +
            NearestName.Suggestion(name, All.Select(s => s.Name)));

    /// <summary>What the publisher's content is known to be, where it is known.</summary>
    internal virtual OfficialContent? Official(Split split) => null;

    /// <summary>Reads a part whose files are all there.</summary>
    private protected abstract ImageSet Read(string folder, Split split);

    /// <summary>Where a file is: as named, or unpacked if its name ends in <c>.gz</c>; null if neither.</summary>
    private protected static string? Locate(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        if (File.Exists(path)) return path;
        if (!path.EndsWith(".gz", StringComparison.Ordinal)) return null;
        return File.Exists(path[..^3]) ? path[..^3] : null;
    }
}

/// <summary>One file that a publisher offers.</summary>
/// <param name="Url">Where it is offered.</param>
/// <param name="Path">Where it goes below the data folder.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Md5">Its MD5 as the publisher prints it, lower-case hexadecimal: guards against damage, not malice.</param>
/// <param name="Unpack">True for a <c>.tar.gz</c> whose content goes to the data folder.</param>
public sealed record DataDownload(string Url, string Path, long Bytes, string Md5, bool Unpack = false);

/// <summary>What a publisher's part is known to contain.</summary>
/// <param name="Content">Hash of the images and labels in any order (see <see cref="ContentHash"/>).</param>
/// <param name="Fingerprint">Fingerprint in the official order, where known.</param>
/// <param name="FirstLabels">The first labels of the official order, where the fingerprint is not known.</param>
internal sealed record OfficialContent(string Content, string? Fingerprint, byte[]? FirstLabels = null);

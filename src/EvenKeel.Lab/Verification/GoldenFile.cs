using System.Reflection;

namespace EvenKeel.Lab.Verification;

/// <summary>Where a golden vector lies: a file, or a resource of the running command.</summary>
internal sealed class GoldenFile
{
    private const string Pattern = "*.npz";
    private const string ResourcePrefix = "golden/";
    private readonly Func<Stream> _open;

    private GoldenFile(string name, Func<Stream> open) => (Name, _open) = (name, open);

    /// <summary>Path or resource name.</summary>
    public string Name { get; }

    /// <summary>The vectors that an assembly carries, in the order of their names.</summary>
    public static IReadOnlyList<GoldenFile> Embedded(Assembly assembly) =>
    [
        .. assembly.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Select(resource => new GoldenFile(
                // A Windows build joins the folder with its own separator.
                resource.Replace('\\', '/'), () => assembly.GetManifestResourceStream(resource)!))
            .OrderBy(file => file.Name, StringComparer.Ordinal),
    ];

    /// <summary>The vectors in files and folders, folders searched to the bottom.</summary>
    /// <exception cref="UserException">A path does not exist, or a folder has no vector.</exception>
    public static IReadOnlyList<GoldenFile> Find(IEnumerable<string> paths) => [.. paths.SelectMany(Find)];

    /// <summary>Reads the vector.</summary>
    /// <exception cref="UserException">The file cannot be read or is no golden vector.</exception>
    public GoldenVector Read()
    {
        using var stream = _open();
        return GoldenVector.Read(stream, Name);
    }

    private static IEnumerable<GoldenFile> Find(string path)
    {
        if (File.Exists(path)) return [Of(path)];
        if (!Directory.Exists(path)) throw new UserException($"There is no file or folder {path}: give golden vectors ({Pattern}) or folders of them.");
        var files = Directory.EnumerateFiles(path, Pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(Of).ToArray();
        return files.Length > 0 ? files : throw new UserException($"Folder {path} holds no golden vectors ({Pattern}).");
    }

    private static GoldenFile Of(string path) => new(path, () => File.OpenRead(path));
}

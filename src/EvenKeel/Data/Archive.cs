using System.Formats.Tar;
using System.IO.Compression;

namespace EvenKeel.Data;

/// <summary>Unpacks <c>.tar.gz</c> files.</summary>
internal static class Archive
{
    /// <summary>Puts an archive's plain files below a folder, each whole or not at all.</summary>
    /// <exception cref="UserException">A damaged archive, or an entry that would land outside the folder.</exception>
    public static void Unpack(string path, string folder, CancellationToken cancel)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var gzip = new GZipStream(file, CompressionMode.Decompress);
            using var reader = new TarReader(gzip);
            while (reader.GetNextEntry() is { } entry)
            {
                cancel.ThrowIfCancellationRequested();
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)) continue;
                var target = Target(path, folder, entry.Name);
                WholeFile.Write(target, stream =>
                {
                    entry.DataStream?.CopyTo(stream);

                    // A gzip stream that breaks off just ends.
                    if (stream.Length != entry.Length) throw new InvalidDataException();
                });
            }
        }
        catch (Exception damage) when (damage is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new UserException($"{path} is damaged and cannot be unpacked; delete it and download it again.", damage);
        }
    }

    private static string Target(string path, string folder, string name)
    {
        var root = Path.GetFullPath(folder);
        var target = Path.GetFullPath(Path.Combine(root, name));
        if (!target.StartsWith(root.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new UserException($"{path} has an entry '{name}' that would land outside {folder}; it was not unpacked.");
        return target;
    }
}

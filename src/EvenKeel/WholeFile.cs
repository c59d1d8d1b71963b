namespace EvenKeel;

/// <summary>Writes files whole or not at all: a temporary file in the same folder, then a rename.</summary>
internal static class WholeFile
{
    /// <summary>Lets <paramref name="write"/> fill a stream and puts the result at <paramref name="path"/>; the folder
    /// is made if it is missing. A failure leaves what was there before.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        var full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var temporary = $"{full}.{Environment.ProcessId}-{Environment.CurrentManagedThreadId}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
                write(stream);
            File.Move(temporary, full, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}

using System.Text;

namespace EvenKeel.Training;

/// <summary>Writes files whole or not at all: into a temporary file of the same folder, then renamed.</summary>
internal static class WholeFile
{
    /// <summary>Replaces or creates the file, and its folder.</summary>
    /// <exception cref="UserException">The folder or the file cannot be written.</exception>
    public static void Write(string path, string text)
    {
        string full = Path.GetFullPath(path);
        string temporary = $"{full}.{Environment.ProcessId}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using (FileStream stream = new(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                stream.Write(Encoding.UTF8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            TryDelete(temporary);
            throw Unwritable(full, cause);
        }
    }

    /// <summary>The sentence for a file or folder that cannot be written.</summary>
    public static UserException Unwritable(string path, Exception cause) => new(
        $"Cannot write {path}: {cause.Message.TrimEnd('.')}. Choose a folder you may write to, with --out, "
        + "or free some space there.",
        cause);

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one to report; a stray temporary file harms nobody.
        }
    }
}

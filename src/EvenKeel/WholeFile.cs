using System.Text;

namespace EvenKeel;

/// <summary>Writes files whole or not at all: a temporary file in the same folder, then a rename.</summary>
internal static class WholeFile
{
    /// <summary>Lets <paramref name="write"/> fill a stream and puts the result at <paramref name="path"/>; the folder
    /// is made if it is missing. A failure leaves what was there before.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Fills it.</param>
    /// <param name="durable">Waits until the disk has it. What can be made again need not wait.</param>
    /// <exception cref="UserException">The folder cannot be written, or the disk is full.</exception>
    public static void Write(string path, Action<Stream> write, bool durable = true)
    {
        var full = Path.GetFullPath(path);
        var temporary = $"{full}.{Environment.ProcessId}-{Environment.CurrentManagedThreadId}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: durable);
            }

            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception cause)
        {
            TryDelete(temporary);
            if (cause is IOException or UnauthorizedAccessException) throw Unwritable(full, cause);
            throw;
        }
    }

    /// <summary>Writes a text file, UTF-8.</summary>
    /// <exception cref="UserException">The folder cannot be written, or the disk is full.</exception>
    public static void Write(string path, string text, bool durable = true) =>
        Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)), durable);

    /// <summary>The sentence for a path that cannot be written.</summary>
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

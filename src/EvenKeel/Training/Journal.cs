using System.Text;
using System.Text.Json;
using EvenKeel.Training.Diagnostics;

namespace EvenKeel.Training;

/// <summary>
/// Appends to a run's <c>metrics.jsonl</c>: one JSON object a line, each handed to the operating system at once.
/// Nothing that was written is ever changed; a resumed run repeats lines, and the reader lets the later one win.
/// </summary>
public sealed class JournalWriter : IDisposable
{
    private readonly FileStream _lock;
    private readonly FileStream _stream;

    /// <summary>Opens the journal of a run, behind what it already holds.</summary>
    /// <param name="folder">The run; made if it is not there.</param>
    /// <exception cref="UserException">The folder cannot be written, or another process is writing it.</exception>
    public JournalWriter(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        Path = folder.MetricsPath;
        folder.Create();
        _lock = Lock(folder);
        try
        {
            _stream = new FileStream(Path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            CloseTornLine(_stream);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            _stream?.Dispose();
            _lock.Dispose();
            throw WholeFile.Unwritable(Path, cause);
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Appends a step.</summary>
    /// <param name="record">The step.</param>
    /// <exception cref="UserException">The line cannot be written.</exception>
    public void Append(StepRecord record) => Append("step", record);

    /// <summary>Appends an epoch.</summary>
    /// <param name="record">The epoch.</param>
    /// <exception cref="UserException">The line cannot be written.</exception>
    public void Append(EpochRecord record) => Append("epoch", record);

    /// <summary>Appends what was measured inside the network.</summary>
    /// <param name="record">The moment.</param>
    /// <exception cref="UserException">The line cannot be written.</exception>
    public void Append(DiagnosticRecord record) => Append("diagnostics", record);

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _lock.Dispose();
    }

    // A file of its own: on Unix only FileShare.None locks, and that would keep reports from reading the journal.
    // The system frees it when the process dies, however that comes.
    private static FileStream Lock(RunFolder folder)
    {
        string path = System.IO.Path.Combine(folder.FullPath, "run.lock");
        try
        {
            return new FileStream(
                path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (UnauthorizedAccessException cause)
        {
            throw WholeFile.Unwritable(path, cause);
        }
        catch (IOException cause)
        {
            throw new UserException(
                $"Cannot lock {path}: {cause.Message} If another evenkeel is training this run, wait for it or stop it.",
                cause);
        }
    }

    // A killed process may leave half a line; a line break keeps it from swallowing the next one.
    private static void CloseTornLine(FileStream stream)
    {
        if (stream.Length == 0)
            return;
        stream.Seek(-1, SeekOrigin.End);
        if (stream.ReadByte() != '\n')
            stream.WriteByte((byte)'\n');
    }

    private void Append<T>(string kind, T record)
    {
        string json = JsonSerializer.Serialize(record, SpecJson.Compact);
        byte[] line = Encoding.UTF8.GetBytes($"{{\"kind\":\"{kind}\",{json.AsSpan(1)}\n");
        try
        {
            _stream.Write(line);
            _stream.Flush();
        }
        catch (IOException cause)
        {
            throw WholeFile.Unwritable(Path, cause);
        }
    }
}

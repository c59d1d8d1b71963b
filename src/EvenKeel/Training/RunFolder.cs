using System.Text;
using System.Text.Json;

namespace EvenKeel.Training;

/// <summary>
/// The folder of one run, <c>root/study/scheme-seed-hash</c>, holding <c>run.json</c>, <c>metrics.jsonl</c> and
/// checkpoints. Nothing is created on disk until <see cref="Create"/> or a write.
/// </summary>
/// <param name="path">The folder.</param>
public sealed class RunFolder(string path)
{
    /// <summary>The folder, as a full path.</summary>
    public string FullPath { get; } = Path.GetFullPath(path);

    /// <summary>Path of <c>run.json</c>.</summary>
    public string RecordPath => Path.Combine(FullPath, "run.json");

    /// <summary>Path of <c>metrics.jsonl</c>.</summary>
    public string MetricsPath => Path.Combine(FullPath, "metrics.jsonl");

    /// <summary>The folder's own name, <c>scheme-seed-hash</c>.</summary>
    public string Name => Path.GetFileName(FullPath);

    /// <summary>The folder that belongs to a spec.</summary>
    /// <param name="root">Folder of all studies, such as <c>runs</c>.</param>
    /// <param name="study">Name of the study; made safe for a file name.</param>
    /// <param name="spec">The run.</param>
    public static RunFolder For(string root, string study, RunSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new RunFolder(Path.Combine(root, Safe(study), NameOf(spec)));
    }

    /// <summary>The name of a spec's folder, <c>scheme-seed-hash</c>.</summary>
    /// <param name="spec">The run.</param>
    public static string NameOf(RunSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return $"{Safe(spec.Scheme)}-{spec.Seed}-{spec.Hash}";
    }

    /// <summary>All run folders of a study that hold a <c>run.json</c>, by name.</summary>
    /// <param name="studyFolder"><c>root/study</c>; a missing one has no runs.</param>
    public static IReadOnlyList<RunFolder> All(string studyFolder)
    {
        if (!Directory.Exists(studyFolder))
            return [];
        return [.. Directory.GetDirectories(studyFolder)
            .Order(StringComparer.Ordinal)
            .Select(folder => new RunFolder(folder))
            .Where(folder => File.Exists(folder.RecordPath))];
    }

    /// <summary>
    /// Letters, digits and <c>+ - .</c> stay; anything else becomes one underscore, so <c>bn(rate=0.01)</c> gives
    /// <c>bn_rate_0.01</c>. Specs that collide here still differ by their hash.
    /// </summary>
    /// <param name="text">A scheme or study name.</param>
    public static string Safe(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        const int longest = 60;
        StringBuilder safe = new();
        foreach (char letter in text)
        {
            if (char.IsAsciiLetterOrDigit(letter) || letter is '+' or '-' or '.')
                safe.Append(letter);
            else if (safe.Length > 0 && safe[^1] != '_')
                safe.Append('_');
        }

        string name = safe.ToString().Trim('_', '.');
        if (name.Length > longest)
            name = name[..longest].Trim('_', '.');
        return name.Length == 0 ? "unnamed" : name;
    }

    /// <summary>Makes the folder if it is not there.</summary>
    /// <exception cref="UserException">It cannot be made.</exception>
    public void Create()
    {
        try
        {
            Directory.CreateDirectory(FullPath);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw WholeFile.Unwritable(FullPath, cause);
        }
    }

    /// <summary>Replaces <c>run.json</c> whole.</summary>
    /// <param name="record">What to write.</param>
    /// <exception cref="UserException">The folder cannot be written.</exception>
    public void Write(RunRecord record) =>
        WholeFile.Write(RecordPath, JsonSerializer.Serialize(record, SpecJson.Pretty) + "\n");

    /// <summary>Reads <c>run.json</c>; null when there is none.</summary>
    /// <exception cref="UserException">The file is damaged, or of a newer version of EvenKeel.</exception>
    public RunRecord? Read()
    {
        string text;
        try
        {
            text = File.ReadAllText(RecordPath);
        }
        catch (Exception cause) when (cause is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"Cannot read {RecordPath}: {cause.Message}", cause);
        }

        return Parse(text);
    }

    private RunRecord Parse(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            if (document.RootElement.TryGetProperty("format", out JsonElement format)
                && format.GetInt32() > RunRecord.CurrentFormat)
            {
                throw new UserException(
                    $"{RecordPath} has format {format.GetInt32()}, and this EvenKeel reads up to "
                    + $"{RunRecord.CurrentFormat}. Use the newer version that wrote it.");
            }

            return document.Deserialize<RunRecord>(SpecJson.Pretty)
                ?? throw new JsonException("the file holds null");
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException or FormatException)
        {
            throw new UserException(
                $"{RecordPath} is not a run record: {cause.Message} Delete the folder to run it afresh.", cause);
        }
    }
}

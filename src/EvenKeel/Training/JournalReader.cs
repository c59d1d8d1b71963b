using System.Text.Json;
using EvenKeel.Training.Diagnostics;

namespace EvenKeel.Training;

/// <summary>All that a run has left on disk.</summary>
/// <param name="Record">Its <c>run.json</c>.</param>
/// <param name="Steps">Its step lines, by step, each step once.</param>
/// <param name="Epochs">Its epoch lines, by epoch, each epoch once.</param>
public sealed record RunHistory(
    RunRecord Record, IReadOnlyList<StepRecord> Steps, IReadOnlyList<EpochRecord> Epochs)
{
    /// <summary>What was measured inside the network, by step, each step once; empty unless the run was told to.</summary>
    public IReadOnlyList<DiagnosticRecord> Diagnostics { get; init; } = [];
}

/// <summary>
/// Reads journals, also while they are being written: half a last line is ignored, and of two lines for the same
/// step or epoch (a resumed run repeats some) the later wins.
/// </summary>
public static class JournalReader
{
    /// <summary>Reads one run; null when the folder holds no <c>run.json</c>.</summary>
    /// <param name="folder">The run.</param>
    /// <exception cref="UserException">A file is damaged or cannot be read.</exception>
    public static RunHistory? Read(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        RunRecord? record = folder.Read();
        if (record is null)
            return null;

        SortedDictionary<long, StepRecord> steps = [];
        SortedDictionary<int, EpochRecord> epochs = [];
        SortedDictionary<long, DiagnosticRecord> diagnostics = [];
        foreach (string line in Lines(folder.MetricsPath))
            Take(line, steps, epochs, diagnostics);
        return new RunHistory(record, [.. steps.Values], [.. epochs.Values]) { Diagnostics = [.. diagnostics.Values] };
    }

    private static void Take(
        string line, SortedDictionary<long, StepRecord> steps, SortedDictionary<int, EpochRecord> epochs,
        SortedDictionary<long, DiagnosticRecord> diagnostics)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("kind", out JsonElement kind))
            {
                return;
            }

            if (kind.ValueEquals("step") && document.Deserialize<StepRecord>(SpecJson.Compact) is { } step)
                steps[step.Step] = step;
            else if (kind.ValueEquals("epoch") && document.Deserialize<EpochRecord>(SpecJson.Compact) is { } epoch)
                epochs[epoch.Epoch] = epoch;
            else if (kind.ValueEquals("diagnostics") && document.Deserialize<DiagnosticRecord>(SpecJson.Compact) is { } moment)
                diagnostics[moment.Step] = moment;
        }
        catch (JsonException)
        {
            // Half a line from a process that was killed; the resumed run wrote it again.
        }
    }

    private static List<string> Lines(string path)
    {
        List<string> lines = [];
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using StreamReader reader = new(stream);
            while (reader.ReadLine() is { } line)
            {
                if (line.Length > 0)
                    lines.Add(line);
            }
        }
        catch (Exception cause) when (cause is FileNotFoundException or DirectoryNotFoundException)
        {
            return lines;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"Cannot read {path}: {cause.Message}", cause);
        }

        return lines;
    }
}

using System.Text.Json;
using EvenKeel.Training;

namespace EvenKeel.Lab.Benchmarks;

/// <summary>Saved results: the lines that <c>evenkeel bench --json</c> printed, of one run or of several.</summary>
internal static class ResultsFile
{
    /// <summary>Reads a file.</summary>
    /// <returns>The medians of each case over its lines, in the order of the first of them.</returns>
    /// <exception cref="UserException">It is missing or empty, or a line is not such a line.</exception>
    public static IReadOnlyList<BenchResult> Read(string path)
    {
        if (!File.Exists(path))
            throw new UserException($"Cannot read {path}: there is no such file; expected lines that 'evenkeel bench --json' printed.");
        return Parse(path, File.ReadAllText(path));
    }

    /// <summary>Reads the text of a file.</summary>
    /// <param name="path">Name of the file, for messages.</param>
    /// <param name="text">What is in it.</param>
    /// <exception cref="UserException">It is empty, or a line is not such a line.</exception>
    public static IReadOnlyList<BenchResult> Parse(string path, string text)
    {
        var lines = new List<BenchResult>();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line)) lines.Add(Line(path, number, line));
        }

        if (lines.Count == 0) throw new UserException($"{path} is empty: expected lines that 'evenkeel bench --json' printed.");
        return [.. lines.GroupBy(l => l.Id).Select(g => BenchResult.Median([.. g]))];
    }

    private static BenchResult Line(string path, int number, string line)
    {
        try
        {
            if (JsonSerializer.Deserialize<BenchResult>(line, SpecJson.Compact) is { } result) return result with { Peer = null };
        }
        catch (JsonException)
        {
            // The sentence below says what is expected.
        }

        throw new UserException(
            $"{path}, line {number}: expected a line that 'evenkeel bench --json' printed, not '{(line.Length <= 60 ? line : line[..60] + "...")}'.");
    }
}

using System.Text.Json;

namespace EvenKeel.Lab.Benchmarks;

/// <summary>What a peer, or another build, came to in one case: medians over the lines of its file.</summary>
/// <param name="DefaultLayout">Images per second with the channel first, the default layout of PyTorch; null if that was
/// not measured.</param>
/// <param name="BestLayout">Images per second in the layout that was fastest.</param>
internal sealed record PeerSpeed(double? DefaultLayout, double BestLayout);

/// <summary>The measurements of a peer: JSON lines with <c>case</c>, <c>norm</c>, <c>batch</c>, <c>layout</c> and
/// <c>images_per_s</c>, whatever else they have.</summary>
internal sealed class ComparisonFile
{
    private const string DefaultLayout = "nchw";

    private readonly string _path;
    private readonly Dictionary<CaseName, PeerSpeed> _speeds;

    private ComparisonFile(string path, Dictionary<CaseName, PeerSpeed> speeds) => (_path, _speeds) = (path, speeds);

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserException">It is missing, or a line is not such a line.</exception>
    public static ComparisonFile Read(string path)
    {
        if (!File.Exists(path))
            throw new UserException($"Cannot compare with {path}: there is no such file; expected JSON lines as 'evenkeel bench --json' prints.");
        return Parse(path, File.ReadAllText(path));
    }

    /// <summary>Reads the text of a file.</summary>
    /// <param name="path">Name of the file, for messages.</param>
    /// <param name="text">What is in it.</param>
    /// <exception cref="UserException">A line is not such a line.</exception>
    public static ComparisonFile Parse(string path, string text)
    {
        var lines = new List<(CaseName Case, string Layout, double Speed)>();
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line)) lines.Add(Line(path, number, line));
        }

        return new ComparisonFile(path, lines.GroupBy(l => l.Case).ToDictionary(g => g.Key, g => Speed([.. g])));
    }

    /// <summary>The peer's speed in a case; null if it has none.</summary>
    public PeerSpeed? Of(CaseName name) => _speeds.GetValueOrDefault(name);

    /// <summary>Refuses a file with which nothing can be compared, before time goes into measuring.</summary>
    /// <exception cref="UserException">It has none of the cases.</exception>
    public void Require(IEnumerable<CaseName> cases)
    {
        var wanted = cases.ToArray();
        if (wanted.Any(_speeds.ContainsKey)) return;
        var has = _speeds.Count == 0 ? "it is empty" : $"it has {Listed(_speeds.Keys)}";
        throw new UserException($"Cannot compare with {_path}: expected {Listed(wanted)}, {has}.");
    }

    private static string Listed(IEnumerable<CaseName> cases)
    {
        const int most = 3;
        var names = cases.Select(c => c.ToString()).ToArray();
        return string.Join("; ", names.Take(most)) + (names.Length > most ? $" and {names.Length - most} more" : "");
    }

    private static PeerSpeed Speed((CaseName Case, string Layout, double Speed)[] lines)
    {
        var layouts = lines.GroupBy(l => l.Layout, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => StepBenchmark.Median(g.Select(l => l.Speed)), StringComparer.Ordinal);
        return new PeerSpeed(layouts.TryGetValue(DefaultLayout, out var speed) ? speed : null, layouts.Values.Max());
    }

    private static (CaseName Case, string Layout, double Speed) Line(string path, int number, string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var name = new CaseName(Text("case"), Text("norm"), root.GetProperty("batch").GetInt32());
            var speed = root.GetProperty("images_per_s").GetDouble();
            if (speed > 0) return (name, Text("layout"), speed);

            string Text(string property) => root.GetProperty(property).GetString() ?? throw new FormatException();
        }
        catch (Exception cause) when (cause is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // The sentence below says what is expected, whichever of it is missing.
        }

        throw new UserException(
            $"{path}, line {number}: expected a JSON object with case, norm, batch, layout and images_per_s above 0, "
            + $"not '{(line.Length <= 60 ? line : line[..60] + "...")}'.");
    }
}

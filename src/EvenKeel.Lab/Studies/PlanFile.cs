using System.Text.Json;
using EvenKeel.Training;

namespace EvenKeel.Lab.Studies;

/// <summary>
/// A plan as written beside its runs, <c>plan-….json</c>: the whole study as it was, and what was chosen of it. With it
/// the journals alone rebuild the report, whatever the study file says by then.
/// </summary>
internal sealed record PlanFile
{
    private const int NewestFormat = 1;
    private const string Prefix = "plan";

    /// <summary>Layout of the file.</summary>
    public int Format { get; init; } = NewestFormat;

    /// <summary>The study.</summary>
    public required StudySpec Study { get; init; }

    /// <summary>Name of the profile, if it has any.</summary>
    public string? Profile { get; init; }

    /// <summary>Names of the variants, if it has any.</summary>
    public IReadOnlyList<string> Variants { get; init; } = [];

    /// <summary>Which values of axes were chosen; null for all.</summary>
    public IReadOnlyList<string>? Only { get; init; }

    /// <summary>The seeds.</summary>
    public required IReadOnlyList<ulong> Seeds { get; init; }

    /// <summary>What is smaller than it should be for a sound answer.</summary>
    public string? Reduced { get; init; }

    /// <summary>The command that makes the runs again.</summary>
    public string? Command { get; init; }

    /// <summary>Writes a plan beside its runs.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="studyFolder">Folder of its runs.</param>
    /// <exception cref="UserException">The folder cannot be written.</exception>
    public static void Save(StudyPlan plan, string studyFolder)
    {
        PlanFile file = new()
        {
            Study = plan.Study,
            Profile = plan.Profile?.Name,
            Variants = [.. plan.Variants.Select(variant => variant.Name)],
            Only = plan.Only.Count == 0 ? null : plan.Only,
            Seeds = plan.Seeds,
            Reduced = plan.Reduced,
            Command = plan.Command,
        };
        string name = RunFolder.Safe(Prefix + plan.ReportName[StudyPlan.ReportPrefix.Length..]);
        WholeFile.Write(Path.Combine(studyFolder, $"{name}.json"), JsonSerializer.Serialize(file, SpecJson.Pretty) + "\n");
    }

    /// <summary>The plans of a study folder, by name of their files; of one plan when its file is named.</summary>
    /// <param name="path">The folder, or a plan's file.</param>
    /// <exception cref="UserException">A file cannot be read, or is no plan.</exception>
    public static IReadOnlyList<StudyPlan> Load(string path) => File.Exists(path)
        ? [Read(path)]
        : [.. Directory.GetFiles(path, $"{Prefix}*.json").Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>Whether a path names a plan's file, and not a study's.</summary>
    public static bool IsPlan(string path)
    {
        if (!File.Exists(path) || !Path.GetFileName(path).StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("study", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static StudyPlan Read(string path)
    {
        try
        {
            PlanFile file = JsonSerializer.Deserialize<PlanFile>(File.ReadAllText(path), SpecJson.Pretty)
                ?? throw new JsonException("the file holds null");
            if (file.Format > NewestFormat)
                throw new UserException($"{path} has format {file.Format}; this EvenKeel reads format {NewestFormat}. Use the newer version that wrote it.");
            StudySpec study = StudyCheck.Checked(file.Study, path);
            string? variants = file.Variants.Count == 0 ? null : string.Join(',', file.Variants);
            return StudyPlan.Make(study, file.Profile, variants, file.Seeds, file.Command, file.Only) with { Reduced = file.Reduced, Command = file.Command };
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"Cannot read {path}: {cause.Message}", cause);
        }
        catch (JsonException cause)
        {
            throw new UserException($"{path} is not a plan of a study: {cause.Message} Name a folder that 'evenkeel study run' wrote.", cause);
        }
    }
}

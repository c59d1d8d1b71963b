using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using EvenKeel.Training;

namespace EvenKeel.Lab.Studies;

/// <summary>Finds and reads study files: those that EvenKeel carries, by name, and a user's own, by path.</summary>
internal static class StudyFile
{
    private const string ResourcePrefix = "studies/";

    /// <summary>Names of the studies that EvenKeel carries.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Select(name => Path.GetFileNameWithoutExtension(name[ResourcePrefix.Length..]))
            .Order(StringComparer.Ordinal)];

    /// <summary>The study of that name, or in the file at that path.</summary>
    /// <exception cref="UserException">There is no such study, or its file is faulty.</exception>
    public static StudySpec Load(string nameOrPath)
    {
        if (nameOrPath.EndsWith(".json", StringComparison.OrdinalIgnoreCase))
            return Parse(ReadFile(nameOrPath), nameOrPath);
        if (!Names.Contains(nameOrPath, StringComparer.Ordinal))
        {
            string meant = MemberCheck.Nearest(nameOrPath, Names) is { } near ? $" Did you mean {near}?" : "";
            throw new UserException(
                $"There is no study {nameOrPath}.{meant} EvenKeel has: {string.Join(", ", Names)}. "
                + "A file of your own is named with its .json.");
        }

        string resource = $"{ResourcePrefix}{nameOrPath}.json";
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        using StreamReader reader = new(stream);
        return Parse(reader.ReadToEnd(), resource);
    }

    /// <summary>Reads a study from JSON text.</summary>
    /// <param name="text">The text; comments and trailing commas are allowed.</param>
    /// <param name="place">Name of the file, for messages.</param>
    /// <exception cref="UserException">The text is not a study.</exception>
    public static StudySpec Parse(string text, string place)
    {
        try
        {
            JsonNode? node = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions
            {
                CommentHandling = JsonCommentHandling.Skip,
                AllowTrailingCommas = true,
            });
            if (MemberCheck.FirstUnknown(node, typeof(StudySpec), SpecJson.Pretty, place) is { } unknown)
                throw new UserException(unknown);
            StudySpec study = node.Deserialize<StudySpec>(SpecJson.Pretty)
                ?? throw new UserException($"{place} is empty; a study is a JSON object.");
            return StudyCheck.Checked(study, place);
        }
        catch (JsonException cause)
        {
            throw new UserException($"{place} is not a study: {cause.Message}", cause);
        }
    }

    private static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"Cannot read the study {path}: {cause.Message}", cause);
        }
    }
}

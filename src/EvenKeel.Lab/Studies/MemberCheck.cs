using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace EvenKeel.Lab.Studies;

/// <summary>
/// Finds members of a JSON document that a type does not have, and says where, with the nearest name: the serializer
/// refuses them too, but names neither.
/// </summary>
internal static class MemberCheck
{
    /// <summary>The sentence about the first unknown member; null when all are known.</summary>
    /// <param name="node">The document or a part of it.</param>
    /// <param name="type">The type it is read into.</param>
    /// <param name="options">The options it is read with.</param>
    /// <param name="place">Where the part lies, for the sentence.</param>
    public static string? FirstUnknown(JsonNode? node, Type type, JsonSerializerOptions options, string place)
    {
        if (node is null || typeof(JsonNode).IsAssignableFrom(type))
            return null;
        options.MakeReadOnly(populateMissingResolver: true);
        JsonTypeInfo info = options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
        return node switch
        {
            JsonObject members when info.Kind == JsonTypeInfoKind.Object => InObject(members, info, options, place),
            JsonArray items when info.Kind == JsonTypeInfoKind.Enumerable => InArray(items, info, options, place),
            _ => null,
        };
    }

    /// <summary>The known name with the fewest edits to the unknown one, unless it is too far to be meant.</summary>
    public static string? Nearest(string unknown, IEnumerable<string> known)
    {
        string? best = null;
        int bestEdits = Math.Max(2, unknown.Length / 3) + 1;
        foreach (string name in known)
        {
            int edits = Edits(unknown.ToLowerInvariant(), name.ToLowerInvariant());
            if (edits < bestEdits)
                (best, bestEdits) = (name, edits);
        }

        return best;
    }

    private static string? InObject(
        JsonObject members, JsonTypeInfo info, JsonSerializerOptions options, string place)
    {
        foreach ((string name, JsonNode? value) in members)
        {
            JsonPropertyInfo? property = info.Properties.FirstOrDefault(
                candidate => string.Equals(candidate.Name, name, StringComparison.Ordinal) && candidate.Set is not null);
            if (property is null)
            {
                string[] known = [.. info.Properties.Where(candidate => candidate.Set is not null)
                    .Select(candidate => candidate.Name)];
                string meant = Nearest(name, known) is { } near ? $" Did you mean \"{near}\"?" : "";
                return $"{place} has an unknown member \"{name}\".{meant} Known are: {string.Join(", ", known)}.";
            }

            string? inside = FirstUnknown(value, property.PropertyType, options, $"{place}.{name}");
            if (inside is not null)
                return inside;
        }

        return null;
    }

    private static string? InArray(JsonArray items, JsonTypeInfo info, JsonSerializerOptions options, string place)
    {
        if (info.ElementType is null)
            return null;
        for (int i = 0; i < items.Count; i++)
        {
            string? inside = FirstUnknown(items[i], info.ElementType, options, $"{place}[{i}]");
            if (inside is not null)
                return inside;
        }

        return null;
    }

    private static int Edits(string from, string to)
    {
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                int replace = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replace, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using EvenKeel.Training;

namespace EvenKeel.Lab.Studies;

/// <summary>
/// Lays some members of a run spec, as JSON, over a whole one. Objects merge member by member, anything else
/// replaces, so a new member of the run spec needs no work here.
/// </summary>
internal static class SpecChange
{
    /// <summary>The spec with the members of the change.</summary>
    /// <param name="spec">The whole spec.</param>
    /// <param name="change">Members to set; null changes nothing.</param>
    /// <param name="place">Where the change lies, for messages.</param>
    /// <exception cref="UserException">A member is unknown or has a value of another kind.</exception>
    public static RunSpec Apply(RunSpec spec, JsonObject? change, string place)
    {
        if (change is null)
            return spec;
        if (MemberCheck.FirstUnknown(change, typeof(RunSpec), SpecJson.Compact, place) is { } unknown)
            throw new UserException(unknown);

        JsonObject whole = JsonSerializer.SerializeToNode(spec, SpecJson.Compact)!.AsObject();
        Merge(whole, change);
        try
        {
            return whole.Deserialize<RunSpec>(SpecJson.Compact)!;
        }
        catch (JsonException cause)
        {
            throw new UserException($"{place} sets {cause.Path} to a value of the wrong kind: {cause.Message}", cause);
        }
    }

    private static void Merge(JsonObject target, JsonObject change)
    {
        foreach ((string name, JsonNode? value) in change)
        {
            if (value is JsonObject inner && target[name] is JsonObject existing)
                Merge(existing, inner);
            else
                target[name] = value?.DeepClone();
        }
    }
}

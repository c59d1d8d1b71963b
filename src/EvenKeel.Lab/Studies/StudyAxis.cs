using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace EvenKeel.Lab.Studies;

/// <summary>Something besides the scheme that a study varies, such as the batch or the depth: every scheme runs at each
/// of its values.</summary>
internal sealed record StudyAxis
{
    /// <summary>Short name, as in claims: <c>batch</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Name for people, with the unit if there is one.</summary>
    public string? Label { get; init; }

    /// <summary>Its values, in order.</summary>
    public required IReadOnlyList<AxisValue> Values { get; init; }

    /// <summary>Name for people.</summary>
    [JsonIgnore]
    public string Title => Label ?? Name;

    /// <summary>Its value as a number; null when it is a word.</summary>
    public static double? Number(string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;
}

/// <summary>A value of an axis.</summary>
internal sealed record AxisValue
{
    /// <summary>The value as written in claims and tables: <c>32</c>, <c>sgd</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Settings it stands for, as members of the run spec.</summary>
    public JsonObject? Change { get; init; }
}

/// <summary>Settings of some combinations alone, laid over all others; a study's tables of learning rates are such.</summary>
internal sealed record StudyRule
{
    /// <summary>Which combinations: allowed values by <c>scheme</c>, <c>variant</c>, <c>profile</c> or axis; all must
    /// fit.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> When { get; init; }

    /// <summary>Settings, as members of the run spec; <c>scheme</c> replaces the scheme's text.</summary>
    public JsonObject? Change { get; init; }

    /// <summary>Leaves the combinations out.</summary>
    public bool Skip { get; init; }

    /// <summary>Whether a combination fits.</summary>
    /// <param name="names">Its value by <c>scheme</c>, <c>variant</c>, <c>profile</c> and axis.</param>
    public bool Fits(IReadOnlyDictionary<string, string> names) => When.All(
        condition => names.TryGetValue(condition.Key, out string? value) && condition.Value.Contains(value, StringComparer.Ordinal));
}

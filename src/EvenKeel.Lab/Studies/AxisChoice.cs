namespace EvenKeel.Lab.Studies;

/// <summary>The part of a study's settings that a user asks for: some values of some axes, as <c>--only depth=1,5</c>
/// says it. Its runs are those of the whole study, so that the rest can be trained later.</summary>
internal sealed class AxisChoice
{
    private readonly IReadOnlyList<(string Axis, string[] Values)> _parts;

    private AxisChoice(IReadOnlyList<(string Axis, string[] Values)> parts) => _parts = parts;

    /// <summary>The choice as written, one text for each axis; empty for all settings.</summary>
    public IReadOnlyList<string> Texts => [.. _parts.Select(part => $"{part.Axis}={string.Join(',', part.Values)}")];

    /// <summary>What the choice keeps, in words; null when it keeps everything.</summary>
    public string? Words => _parts.Count == 0
        ? null
        : $"only {string.Join(" and ", _parts.Select(part => $"{part.Axis} {string.Join(", ", part.Values)}"))}.";

    /// <summary>Reads a choice.</summary>
    /// <param name="axes">The axes to choose from.</param>
    /// <param name="texts">Texts such as <c>depth=1,5</c>; null or none for all settings.</param>
    /// <param name="study">The study's name, for messages.</param>
    /// <exception cref="UserException">A text is malformed, or names an axis or a value that is not there, or an axis twice.</exception>
    public static AxisChoice Parse(IReadOnlyList<StudyAxis> axes, IReadOnlyList<string>? texts, string study)
    {
        List<(string Axis, string[] Values)> parts = [];
        foreach (string text in texts ?? [])
        {
            string[] sides = text.Split('=', StringSplitOptions.TrimEntries);
            string[] values = sides.Length == 2 ? sides[1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [];
            if (values.Length == 0)
                throw new UserException($"--only {text} is not such as depth=1,5: name an axis, then those of its values to keep.");
            StudyAxis axis = axes.FirstOrDefault(item => item.Name == sides[0]) ?? throw new UserException(
                $"--only {text}: the study {study} has no axis {sides[0]}. {Known(axes.Select(item => item.Name))}.");
            string? unknown = values.FirstOrDefault(value => axis.Values.All(item => item.Name != value));
            if (unknown is not null)
                throw new UserException($"--only {text}: {axis.Name} has no value {unknown} in this profile. {Known(axis.Values.Select(item => item.Name))}.");
            if (parts.Any(part => part.Axis == axis.Name))
                throw new UserException($"--only names the axis {axis.Name} twice: give all its values at once, such as {axis.Name}={values[0]},{axis.Values[^1].Name}.");
            parts.Add((axis.Name, [.. axis.Values.Select(item => item.Name).Where(values.Contains)]));
        }

        return new AxisChoice(parts);
    }

    /// <summary>An axis with the chosen values alone.</summary>
    public StudyAxis Of(StudyAxis axis)
    {
        string[]? values = _parts.FirstOrDefault(part => part.Axis == axis.Name).Values;
        return values is null ? axis : axis with { Values = [.. axis.Values.Where(item => values.Contains(item.Name))] };
    }

    private static string Known(IEnumerable<string> names)
    {
        string known = string.Join(", ", names);
        return known.Length == 0 ? "It has none" : $"It has: {known}";
    }
}

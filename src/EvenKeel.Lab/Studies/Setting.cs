namespace EvenKeel.Lab.Studies;

/// <summary>A value for each axis of a plan, and for the variant where a plan has several. Equal if their texts are.</summary>
internal sealed class Setting : IEquatable<Setting>
{
    /// <summary>Name under which the variant is an axis.</summary>
    public const string VariantAxis = "variant";

    /// <summary>The setting of a plan without axes.</summary>
    public static readonly Setting Only = new([]);

    /// <summary>A setting.</summary>
    /// <param name="choices">Axis and value, in the order of the study.</param>
    public Setting(IEnumerable<(string Axis, string Value)> choices)
    {
        Choices = [.. choices];
        Key = string.Join(", ", Choices.Select(choice => $"{choice.Axis}={choice.Value}"));
    }

    /// <summary>Axis and value.</summary>
    public IReadOnlyList<(string Axis, string Value)> Choices { get; }

    /// <summary>As in claims: <c>batch=2, optimizer=sgd</c>; empty without axes.</summary>
    public string Key { get; }

    /// <summary>The value of an axis; null if the setting has none.</summary>
    public string? this[string axis]
    {
        get
        {
            foreach ((string name, string value) in Choices)
            {
                if (name == axis)
                    return value;
            }

            return null;
        }
    }

    /// <summary>The setting without one axis: what a row or a chart along that axis shares.</summary>
    public Setting Without(string axis) => new(Choices.Where(choice => choice.Axis != axis));

    /// <inheritdoc/>
    public bool Equals(Setting? other) => other is not null && other.Key == Key;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Setting);

    /// <inheritdoc/>
    public override int GetHashCode() => string.GetHashCode(Key, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Key;
}

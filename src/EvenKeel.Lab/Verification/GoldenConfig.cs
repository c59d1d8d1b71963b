using System.Text.Json;

namespace EvenKeel.Lab.Verification;

/// <summary>
/// The options of a golden vector. It remembers what was asked for: an option that nobody read was not understood,
/// and a case with such an option must not pass.
/// </summary>
internal sealed class GoldenConfig
{
    private readonly string _path;
    private readonly Dictionary<string, JsonElement> _values;
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);
    private readonly List<GoldenConfig> _parts = [];

    /// <summary>The options of a JSON object.</summary>
    /// <param name="json">The object.</param>
    /// <param name="path">What stands before the names in messages.</param>
    public GoldenConfig(JsonElement json, string path = "")
    {
        _path = path;
        _values = json.EnumerateObject().ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
    }

    /// <summary>Names of the options that were not read, parts included.</summary>
    public IEnumerable<string> Unread =>
        _values.Keys.Where(name => !_read.Contains(name)).Select(name => _path + name).Concat(_parts.SelectMany(p => p.Unread));

    /// <summary>True if the option is there and not null. It counts as read only if it is null.</summary>
    public bool Has(string name)
    {
        if (!_values.TryGetValue(name, out var value)) return false;
        if (value.ValueKind != JsonValueKind.Null) return true;
        _read.Add(name);
        return false;
    }

    /// <summary>A number.</summary>
    public double Number(string name) => As(name, JsonValueKind.Number, v => v.GetDouble());

    /// <summary>A number, or its documented default.</summary>
    public double Number(string name, double absent) => Has(name) ? Number(name) : absent;

    /// <summary>A whole number.</summary>
    public int Integer(string name) => Number(name) is var number && number == Math.Truncate(number) && Math.Abs(number) < int.MaxValue
        ? (int)number
        : throw new NotUnderstoodException($"config {_path}{name} is {number}: expected a whole number");

    /// <summary>A whole number, or its documented default.</summary>
    public int Integer(string name, int absent) => Has(name) ? Integer(name) : absent;

    /// <summary>True or false.</summary>
    public bool Flag(string name) => Required(name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value
        ? value.GetBoolean()
        : throw Unexpected(name);

    /// <summary>True or false, or its documented default.</summary>
    public bool Flag(string name, bool absent) => Has(name) ? Flag(name) : absent;

    /// <summary>A word.</summary>
    public string Text(string name) => As(name, JsonValueKind.String, v => v.GetString()!);

    /// <summary>A word, or its documented default.</summary>
    public string Text(string name, string absent) => Has(name) ? Text(name) : absent;

    /// <summary>Numbers.</summary>
    public double[] Numbers(string name) => As(name, JsonValueKind.Array, v => v.EnumerateArray().Select(item =>
        item.ValueKind == JsonValueKind.Number ? item.GetDouble() : throw Unexpected(name)).ToArray());

    /// <summary>Words.</summary>
    public string[] Texts(string name) => As(name, JsonValueKind.Array, v => v.EnumerateArray().Select(item =>
        item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Unexpected(name)).ToArray());

    /// <summary>A list of options inside an option.</summary>
    public GoldenConfig[] Parts(string name)
    {
        GoldenConfig[] parts = As(name, JsonValueKind.Array, v => v.EnumerateArray().Select((item, i) =>
            item.ValueKind == JsonValueKind.Object ? new GoldenConfig(item, $"{_path}{name}[{i}].") : throw Unexpected(name)).ToArray());
        _parts.AddRange(parts);
        return parts;
    }

    /// <summary>Options inside an option.</summary>
    public GoldenConfig Part(string name)
    {
        var part = new GoldenConfig(As(name, JsonValueKind.Object, v => v), $"{_path}{name}.");
        _parts.Add(part);
        return part;
    }

    /// <summary>The exception for a value that means nothing here.</summary>
    public NotUnderstoodException Unexpected(string name) => new($"config {_path}{name} is {_values[name].GetRawText()}, which is not understood");

    private T As<T>(string name, JsonValueKind kind, Func<JsonElement, T> convert)
    {
        var value = Required(name);
        return value.ValueKind == kind ? convert(value) : throw Unexpected(name);
    }

    private JsonElement Required(string name)
    {
        _read.Add(name);
        return _values.TryGetValue(name, out var value) ? value : throw new NotUnderstoodException($"config lacks {_path}{name}");
    }
}

/// <summary>A golden vector says something that its check does not know: it fails.</summary>
/// <param name="message">What, as part of a sentence.</param>
internal sealed class NotUnderstoodException(string message) : Exception(message);

/// <summary>A golden vector is for something that EvenKeel does not have yet.</summary>
/// <param name="what">The operation, and what variant of it.</param>
internal sealed class NotThereException(string what) : Exception(what);

using System.Globalization;
using System.Reflection;

namespace EvenKeel.Norms;

/// <summary>Name and documentation of a method, placed on its record.</summary>
/// <param name="name">Name in scheme text, such as <c>bn</c>.</param>
/// <param name="title">Full name.</param>
/// <param name="formula">The formula in one line.</param>
/// <param name="paper">Paper, section and arXiv number.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NormMethodAttribute(string name, string title, string formula, string paper) : Attribute
{
    /// <summary>Name in scheme text.</summary>
    public string Name { get; } = name;

    /// <summary>Full name.</summary>
    public string Title { get; } = title;

    /// <summary>The formula in one line.</summary>
    public string Formula { get; } = formula;

    /// <summary>Paper, section and arXiv number.</summary>
    public string Paper { get; } = paper;

    /// <summary>True if the method folds into plain weights for inference.</summary>
    public bool Foldable { get; init; }

    /// <summary>State it keeps and where implementations differ, in a sentence or two; no Markdown.</summary>
    public string Notes { get; init; } = "";
}

/// <summary>Makes a property of a method's record an option of its scheme text.</summary>
/// <param name="name">Name of the option.</param>
/// <param name="description">What it does, with unit or range.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NormOptionAttribute(string name, string description) : Attribute
{
    /// <summary>Name of the option.</summary>
    public string Name { get; } = name;

    /// <summary>What it does.</summary>
    public string Description { get; } = description;

    /// <summary>Place among a method's options; lower ones are set first, whatever the order in the text.</summary>
    public int Order { get; init; }
}

/// <summary>The text of an enum's value in scheme text, where it is not the value's own name in lower case.</summary>
/// <param name="text">Letters, digits, points and hyphens.</param>
[AttributeUsage(AttributeTargets.Field)]
public sealed class NormTextAttribute(string text) : Attribute
{
    /// <summary>The text, such as <c>inf</c>.</summary>
    public string Text { get; } = text;
}

/// <summary>One option of a method.</summary>
/// <param name="Name">Name in scheme text.</param>
/// <param name="Description">What it does.</param>
/// <param name="Default">The default, as text.</param>
/// <param name="Values">Allowed values where they are few, else null.</param>
public sealed record NormOption(string Name, string Description, string Default, IReadOnlyList<string>? Values)
{
    internal PropertyInfo Property { get; init; } = null!;
}

/// <summary>An entry of the list of methods: everything is read from the record and its attributes.</summary>
public sealed class NormMethod
{
    private readonly Func<Norm> _create;

    private NormMethod(NormMethodAttribute about, Type type, Func<Norm> create)
    {
        About = about;
        Type = type;
        _create = create;
        var defaults = create();
        Options =
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Select(p => (Property: p, Option: p.GetCustomAttribute<NormOptionAttribute>()))
                .Where(p => p.Option is not null)
                .OrderBy(p => p.Option!.Order)
                .Select(p => new NormOption(
                    p.Option!.Name, p.Option.Description, NormValues.Format(p.Property.GetValue(defaults)!),
                    NormValues.Choices(p.Property.PropertyType)) { Property = p.Property }),
        ];
    }

    /// <summary>Name, title, formula, paper.</summary>
    public NormMethodAttribute About { get; }

    /// <summary>Name in scheme text.</summary>
    public string Name => About.Name;

    /// <summary>The record.</summary>
    public Type Type { get; }

    /// <summary>Options with their defaults.</summary>
    public IReadOnlyList<NormOption> Options { get; }

    /// <summary>True for a method of the library itself, false for a registered one.</summary>
    public bool IsOwn => Type.Assembly == typeof(Norm).Assembly;

    /// <summary>The entry of a record.</summary>
    /// <exception cref="InvalidOperationException">The record has no <see cref="NormMethodAttribute"/>.</exception>
    public static NormMethod Of<T>() where T : Norm, new() => new(
        typeof(T).GetCustomAttribute<NormMethodAttribute>()
            ?? throw new InvalidOperationException($"{typeof(T).Name} lacks [NormMethod(...)]."),
        typeof(T),
        () => new T());

    /// <summary>The method with its defaults.</summary>
    public Norm Create() => _create();

    /// <summary>True if scheme text can name a method so.</summary>
    internal static bool IsName(string name) => name.Length > 0 && char.IsAsciiLetterLower(name[0])
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}

/// <summary>Option values to text and back.</summary>
internal static class NormValues
{
    public static string Format(object value) => value switch
    {
        float number => number.ToString("R", CultureInfo.InvariantCulture).ToLowerInvariant(),
        bool flag => flag ? "true" : "false",
        Enum choice when IsFlags(choice.GetType()) => FormatFlags(choice),
        Enum choice => TextOf(choice.GetType(), choice.ToString()),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    public static IReadOnlyList<string>? Choices(Type type) =>
        type == typeof(bool) ? ["true", "false"]
        : type.IsEnum ? [.. Enum.GetNames(type).Select(n => TextOf(type, n))]
        : null;

    /// <summary>The value, or null if the text is not one.</summary>
    public static object? Parse(string text, Type type)
    {
        if (type == typeof(float))
            return float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && float.IsFinite(number) ? number : null;
        if (type == typeof(int))
            return int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var integer) ? integer : null;
        if (type == typeof(bool)) return text switch { "true" => true, "false" => false, _ => null };
        if (type == typeof(string)) return IsText(text) ? text : null;
        var parts = IsFlags(type) ? text.Split('/') : [text];
        var names = parts.Select(part => Enum.GetNames(type).FirstOrDefault(n => TextOf(type, n) == part)).ToArray();
        return names.Contains(null) ? null : Enum.Parse(type, string.Join(',', names));
    }

    public static string Expected(Type type) =>
        Choices(type) is { } choices ? string.Join(" or ", choices) + (IsFlags(type) ? ", joined by '/'" : "")
        : type == typeof(int) ? "a whole number"
        : type == typeof(string) ? "a path without commas and brackets"
        : "a number";

    /// <summary>True if a text can stand in scheme text: commas and brackets have a meaning there, and spaces at its
    /// ends would be lost.</summary>
    public static bool IsText(string text) => text.Length > 0 && text == text.Trim() && text.IndexOfAny([',', '(', ')']) < 0;

    private static bool IsFlags(Type type) => type.IsDefined(typeof(FlagsAttribute));

    private static string FormatFlags(Enum value) => string.Join(
        '/', value.ToString().Split(", ").Select(name => TextOf(value.GetType(), name)));

    private static string TextOf(Type type, string name) =>
        type.GetField(name)?.GetCustomAttribute<NormTextAttribute>()?.Text ?? Kebab(name);

    // InsideRoot -> inside-root.
    private static string Kebab(string name) => string.Concat(
        name.Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : "-") + char.ToLowerInvariant(c) : c.ToString()));
}

namespace EvenKeel.Norms;

/// <summary>The grammar of scheme text: <c>method+method(option=value,option=value)</c>.</summary>
internal static class SchemeText
{
    public static Scheme Parse(string text)
    {
        var norms = new List<Norm>();
        foreach (var part in Split(text, '+'))
        {
            if (part.Length == 0) throw new UserException($"Scheme '{text}' has an empty part: expected methods joined by '+', such as wn+mobn.");
            norms.Add(ParseMethod(part));
        }

        if (norms.Count > 1 && norms.OfType<NoNorm>().Any())
            throw new UserException($"Scheme '{text}' joins none with other methods: write the others alone.");
        return new Scheme(norms);
    }

    public static string Format(IReadOnlyList<Norm> norms) =>
        norms.Count == 0 ? "none" : string.Join('+', norms.Select(FormatMethod));

    private static string FormatMethod(Norm norm)
    {
        var method = Norm.Methods.FirstOrDefault(m => m.Type == norm.GetType());
        if (method is null) return norm.GetType().Name;
        // A preset sets other options: what is left to say is what differs from it.
        var baseline = method.Create();
        if (method.Preset is { } preset) preset.SetValue(baseline, preset.GetValue(norm));
        var changed = method.Options
            .Select(o => (o.Name, Text: NormValues.Format(o.Property.GetValue(norm)!), Option: o))
            .Where(o => o.Text != (o.Option.Property == method.Preset ? o.Option.Default : NormValues.Format(o.Option.Property.GetValue(baseline)!)))
            .Select(o => $"{o.Name}={o.Text}")
            .ToArray();
        return changed.Length == 0 ? method.Name : $"{method.Name}({string.Join(',', changed)})";
    }

    private static Norm ParseMethod(string part)
    {
        var open = part.IndexOf('(', StringComparison.Ordinal);
        if (open >= 0 && !part.EndsWith(')'))
            throw new UserException($"'{part}' lacks its closing bracket: expected method(option=value,...).");
        var name = (open < 0 ? part : part[..open]).Trim();
        var method = Norm.Methods.FirstOrDefault(m => m.Name == name)
            ?? throw new UserException(
                $"Normalization method '{name}' does not exist: {NearestName.Expected(name, Norm.Methods.Select(m => m.Name))}");
        var norm = method.Create();
        if (open < 0) return norm;
        foreach (var setting in Split(part[(open + 1)..^1], ',').OrderBy(s => IsPreset(s) ? 0 : 1))
        {
            var equals = setting.IndexOf('=', StringComparison.Ordinal);
            var option = NameOf(setting);
            var known = method.Options.FirstOrDefault(o => o.Name == option)
                ?? throw new UserException(
                    method.Options.Count == 0
                        ? $"Method {name} has no options, but '{setting}' was given: write {name} alone."
                        : $"Method {name} has no option '{option}': {NearestName.Expected(option, method.Options.Select(o => o.Name))}");
            var text = equals < 0 ? "" : setting[(equals + 1)..].Trim();
            var type = known.Property.PropertyType;
            var value = NormValues.Parse(text, type)
                ?? throw new UserException(
                    $"{name}({option}={text}): expected {NormValues.Expected(type)}{(known.Default.Length == 0 ? "" : $", as in {name}({option}={known.Default})")}.");
            known.Property.SetValue(norm, value);
        }

        norm.Validate();
        return norm;
    }

    private static string NameOf(string setting)
    {
        var equals = setting.IndexOf('=', StringComparison.Ordinal);
        return (equals < 0 ? setting : setting[..equals]).Trim();
    }

    // Wherever it stands, the preset comes first, so that the other settings change what it set.
    private static bool IsPreset(string setting) => NameOf(setting) == NormMethod.PresetName;

    // Splits outside brackets only, so that options may hold the separator's character.
    private static IEnumerable<string> Split(string text, char separator)
    {
        int depth = 0, start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '(') depth++;
            else if (text[i] == ')') depth--;
            else if (text[i] == separator && depth == 0)
            {
                yield return text[start..i].Trim();
                start = i + 1;
            }
        }

        yield return text[start..].Trim();
    }
}

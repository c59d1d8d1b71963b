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

        // An option may set others (a preset does): each is compared with what the ones before it leave.
        var written = method.Create();
        var changed = new List<string>();
        foreach (var option in method.Options)
        {
            var value = option.Property.GetValue(norm)!;
            if (NormValues.Format(value) == NormValues.Format(option.Property.GetValue(written)!)) continue;
            option.Property.SetValue(written, value);
            changed.Add($"{option.Name}={NormValues.Format(value)}");
        }

        return changed.Count == 0 ? method.Name : $"{method.Name}({string.Join(',', changed)})";
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
        var values = new List<(NormOption Option, object Value)>();
        foreach (var setting in Split(part[(open + 1)..^1], ','))
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
            values.Add((known, value));
        }

        // In the order of the method's own list, so that a preset comes before what refines it.
        foreach (var option in method.Options)
            foreach (var (_, value) in values.Where(v => v.Option == option)) option.Property.SetValue(norm, value);

        norm.Validate();
        return norm;
    }

    private static string NameOf(string setting)
    {
        var equals = setting.IndexOf('=', StringComparison.Ordinal);
        return (equals < 0 ? setting : setting[..equals]).Trim();
    }

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
